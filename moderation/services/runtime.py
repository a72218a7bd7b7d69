"""What every use case needs: the database, the models and the clock."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from moderation.domain.feedback import FeedbackWeights
from moderation.services.live_models import LiveModels
from moderation.services.live_policies import LivePolicies
from moderation.storage.database import Database

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time of the machine, in UTC."""
    return datetime.now(tz=UTC)


def _token() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The service's own surroundings, made once by ``app.py`` and handed to each use case.

    Attributes
    ----------
    database : Database
    models : LiveModels
    clock : Callable[[], datetime]
        Gives the time in UTC.
    new_token : Callable[[], str]
        Gives 32 random hex digits.
    policies : LivePolicies
    feedback_weights : FeedbackWeights
        What a label weighs in training, by its source.
    """

    database: Database
    models: LiveModels
    clock: Clock = utc_now
    new_token: Callable[[], str] = _token
    policies: LivePolicies = field(default_factory=LivePolicies)
    feedback_weights: FeedbackWeights = field(default_factory=FeedbackWeights)

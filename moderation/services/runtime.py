"""What every use case needs: the database, the models and the clock."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moderation.domain.errors import ModerationError
from moderation.domain.feedback import FeedbackWeights
from moderation.services.group_commit import GroupCommit
from moderation.services.live_models import LiveModels
from moderation.services.live_policies import LivePolicies
from moderation.services.model_store import ModelStore
from moderation.services.pseudonyms import Pseudonyms
from moderation.services.tally import Tally
from moderation.services.waiting import Waiting
from moderation.storage.database import Database

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time of the machine, in UTC."""
    return datetime.now(tz=UTC)


def _token() -> str:
    return secrets.token_hex(16)


def _no_key() -> Pseudonyms:
    raise ModerationError("This process was given no secret key to make pseudonyms with.")


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
    pseudonyms : Callable[[], Pseudonyms]
        Made with the installation's key when a forum asks for them.
    waiting : Waiting
        How much waits.
    intake : GroupCommit
        Where new comments gather until they are written.
    store : ModelStore or None
        Where machines share their models, if they do.
    tally : Tally
        What people did in this process, for the metrics.
    """

    database: Database
    models: LiveModels
    clock: Clock = utc_now
    new_token: Callable[[], str] = _token
    policies: LivePolicies = field(default_factory=LivePolicies)
    feedback_weights: FeedbackWeights = field(default_factory=FeedbackWeights)
    pseudonyms: Callable[[], Pseudonyms] = _no_key
    waiting: Waiting = field(default_factory=Waiting)
    intake: GroupCommit[Any, Any] = field(default_factory=GroupCommit)
    store: ModelStore | None = None
    tally: Tally = field(default_factory=Tally)

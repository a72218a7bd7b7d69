"""Appeals: an author asks once that a rejection be looked at again, by somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from classifiers.labels import Label
from moderation.domain.errors import ConflictError, InvalidInputError
from moderation.domain.review import ReasonCode

MAX_APPEAL_WORDS = 4000
"""Code points of an author's words, and of a moderator's answer."""


class AppealState(StrEnum):
    """Where an appeal is. ``void``: the decision was taken back before anybody answered."""

    OPEN = "open"
    UPHELD = "upheld"
    DENIED = "denied"
    VOID = "void"


class AlreadyAppealedError(ConflictError):
    """The comment was appealed before, in other words."""

    code = "already_appealed"


class NotAppealableError(ConflictError):
    """There is no rejection in force that could be appealed, or it is too long ago."""

    code = "not_appealable"


@dataclass(frozen=True, slots=True)
class Appeal:
    """One appeal as stored.

    Attributes
    ----------
    decision_id : int
        The rejection that is appealed.
    words : str
        The author's.
    statement : Mapping[str, Any] or None
        The statement of reasons that the author was given; None while it is open.
    """

    id: int
    comment_pk: int
    forum_id: int
    forum_name: str
    item_id: int
    decision_id: int
    first_moderator_id: int
    words: str
    state: AppealState
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    statement: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class AppealAnswer:
    """What the second moderator says.

    Attributes
    ----------
    is_upheld : bool
        Whether the author is right: the comment is approved.
    rule : ReasonCode or None
        The rule that the comment breaks; needed to deny.
    facts : str
        What the answer rests on; the author reads it.
    labels : frozenset[Label]
        What the comment is all the same, when the appeal is upheld.
    """

    is_upheld: bool
    rule: ReasonCode | None
    facts: str
    labels: frozenset[Label] = frozenset()


def check_answer(answer: AppealAnswer) -> None:
    """Refuse an answer that says too little. Raises `InvalidInputError` naming the field."""
    fields = {}
    if not 1 <= len(answer.facts.strip()) <= MAX_APPEAL_WORDS:
        fields["facts"] = f"expected 1 to {MAX_APPEAL_WORDS} characters"
    if not answer.is_upheld and answer.rule is None:
        fields["rule"] = "expected the rule that the comment breaks"
    if fields:
        raise InvalidInputError("The answer says too little.", fields=fields)

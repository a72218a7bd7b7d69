"""Review: items, claims, decisions and who may do what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from classifiers.labels import KIND_LABELS, Label
from moderation.domain.errors import InvalidInputError


class ItemState(StrEnum):
    """Where a review item is.

    ``pending`` and ``claimed`` are open; ``decided``, ``superseded`` (a newer revision came) and
    ``withdrawn`` (the forum deleted the comment) are closed.
    """

    PENDING = "pending"
    CLAIMED = "claimed"
    DECIDED = "decided"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class DecisionAction(StrEnum):
    """The moderator's answer. ``undo`` takes the previous one back, as a decision of its own."""

    APPROVE = "approve"
    REJECT = "reject"
    UNDO = "undo"


class ReasonCode(StrEnum):
    """Why a comment is rejected; the digit on the desk is the position."""

    INSULT = "insult"
    THREAT = "threat"
    IDENTITY_ATTACK = "identity_attack"
    PROFANITY = "profanity"
    PARTISAN = "partisan"
    OFF_TOPIC = "off_topic"
    SPAM = "spam"
    PRIVATE_DETAILS = "private_details"
    OTHER = "other"


REASON_TITLES: Mapping[ReasonCode, str] = MappingProxyType(
    {
        ReasonCode.INSULT: "Insults a person",
        ReasonCode.THREAT: "Threatens",
        ReasonCode.IDENTITY_ATTACK: "Attacks a group",
        ReasonCode.PROFANITY: "Swears at someone",
        ReasonCode.PARTISAN: "Partisan jab",
        ReasonCode.OFF_TOPIC: "Off topic",
        ReasonCode.SPAM: "Spam",
        ReasonCode.PRIVATE_DETAILS: "Private details",
        ReasonCode.OTHER: "Other, see the note",
    }
)


class Role(StrEnum):
    """What a person may do on the desk; each role includes the ones before it."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    SENIOR = "senior"
    ADMIN = "admin"


_RANK = {role: rank for rank, role in enumerate(Role)}


def has_role(role: Role, needed: Role) -> bool:
    """Return whether ``role`` includes ``needed``."""
    return _RANK[role] >= _RANK[needed]


MAX_NOTE_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """What a moderator sends from the desk.

    Attributes
    ----------
    action : DecisionAction
    labels : frozenset[Label]
        What the comment is, in the moderator's judgement.
    reason : ReasonCode or None
        Required to reject.
    note : str
        May be empty.
    revision : str
        The revision that the moderator saw.
    """

    action: DecisionAction
    labels: frozenset[Label]
    reason: ReasonCode | None
    note: str
    revision: str


def check_decision(decision: DecisionInput) -> None:
    """Refuse a decision that says too little.

    Raises
    ------
    InvalidInputError
        Naming ``action``, ``reason`` or ``note``.
    """
    if decision.action is DecisionAction.UNDO:
        raise InvalidInputError(
            "A decision approves or rejects.", fields={"action": "expected approve or reject"}
        )
    if decision.action is DecisionAction.REJECT and decision.reason is None:
        raise InvalidInputError(
            "Rejecting takes a reason.", fields={"reason": "expected one of the listed reasons"}
        )
    if decision.reason is ReasonCode.OTHER and not decision.note.strip():
        raise InvalidInputError(
            "The reason 'other' takes a note.", fields={"note": "expected a few words"}
        )
    if len(decision.note) > MAX_NOTE_LENGTH:
        raise InvalidInputError(
            "The note is too long.",
            fields={"note": f"expected at most {MAX_NOTE_LENGTH} characters"},
        )


_LABELS_BY_REASON: Mapping[ReasonCode, frozenset[Label]] = MappingProxyType(
    {
        ReasonCode.INSULT: frozenset({Label.ABUSIVE, Label.INSULT}),
        ReasonCode.THREAT: frozenset({Label.ABUSIVE, Label.THREAT}),
        ReasonCode.IDENTITY_ATTACK: frozenset({Label.ABUSIVE, Label.IDENTITY_ATTACK}),
        ReasonCode.PROFANITY: frozenset({Label.ABUSIVE, Label.PROFANITY}),
        ReasonCode.PARTISAN: frozenset({Label.PARTISAN}),
    }
)


def judged_labels(decision: DecisionInput) -> dict[Label, bool]:
    """Return the labels that a decision teaches: known true, known false; absent is unknown.

    A rejection's reason implies its label. The two deciding labels are always judged. A kind that
    was not ticked is false only if the comment is not abusive at all: a moderator who ticks
    ``insult`` need not have looked for profanity. Source: ``docs/labels.md``.
    """
    ticked = set(decision.labels)
    if decision.action is DecisionAction.REJECT and decision.reason is not None:
        ticked |= _LABELS_BY_REASON.get(decision.reason, frozenset())
    if ticked & (set(KIND_LABELS) - {Label.PROFANITY}):
        ticked.add(Label.ABUSIVE)
    judged = {label: True for label in Label if label in ticked}
    judged.setdefault(Label.ABUSIVE, False)
    judged.setdefault(Label.PARTISAN, False)
    if not judged[Label.ABUSIVE]:
        _deny_kinds(judged, except_for=ticked)
    return judged


def _deny_kinds(judged: dict[Label, bool], *, except_for: Collection[Label]) -> None:
    for kind in KIND_LABELS:
        # Harmless profanity is common in approved comments, so its absence is not judged.
        if kind not in except_for and kind is not Label.PROFANITY:
            judged[kind] = False


NO_TARGET_MINUTES = 10 * 365 * 24 * 60
"""So late that it stands behind every item with a target."""


def time_target(queued_at: datetime, due_at: datetime | None) -> datetime | None:
    """Return when an item breaks its forum's time target; None when the forum has none."""
    if due_at is None or due_at - queued_at >= timedelta(minutes=NO_TARGET_MINUTES):
        return None
    return due_at

"""Second opinions: an item decided by one moderator goes blind to another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.review import DecisionAction


class OpinionState(StrEnum):
    """Where a second opinion is.

    ``waiting`` for another moderator; then ``agreed``, or ``disputed`` until a senior has
    ``settled`` it; ``void`` when the first decision was taken back.
    """

    WAITING = "waiting"
    AGREED = "agreed"
    DISPUTED = "disputed"
    SETTLED = "settled"
    VOID = "void"


def second_look_point(decision_id: int, item_id: int) -> float:
    """Return a decision's place in [0, 1): those below the policy's share get a second look.

    A hash, so that nobody can tell beforehand, and the same decision always falls alike.
    """
    digest = hashlib.sha256(f"second\0{item_id}\0{decision_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def agrees(
    first: tuple[DecisionAction, Mapping[Label, bool]],
    second: tuple[DecisionAction, Mapping[Label, bool]],
) -> bool:
    """Return whether two decisions say the same: the action, and the labels that decide."""
    return first[0] is second[0] and all(
        first[1].get(label) == second[1].get(label) for label in DECIDING_LABELS
    )

"""What a decision must say, what it teaches, and who may do what."""

from __future__ import annotations

import pytest

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.review import (
    DecisionAction,
    DecisionInput,
    ReasonCode,
    Role,
    check_decision,
    has_role,
    judged_labels,
)

APPROVE, REJECT = DecisionAction.APPROVE, DecisionAction.REJECT
NO_ABUSE = {
    Label.ABUSIVE: False,
    Label.INSULT: False,
    Label.THREAT: False,
    Label.IDENTITY_ATTACK: False,
}


def decision(
    action: DecisionAction = APPROVE,
    *labels: Label,
    reason: ReasonCode | None = None,
    note: str = "",
) -> DecisionInput:
    return DecisionInput(action, frozenset(labels), reason, note, "r1")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (decision(REJECT), "reason"),  # a rejection without a reason teaches nobody
        (decision(REJECT, reason=ReasonCode.OTHER), "note"),  # "other" alone says nothing
        (decision(REJECT, reason=ReasonCode.OTHER, note=" \n"), "note"),
        (decision(APPROVE, note="x" * 4001), "note"),
        (decision(DecisionAction.UNDO), "action"),  # undo goes another way, with its own checks
    ],
)
def test_a_decision_that_says_too_little_is_refused(given: DecisionInput, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_decision(given)
    assert set(caught.value.fields) == {field}


@pytest.mark.parametrize(
    "given",
    [
        decision(APPROVE),
        decision(APPROVE, note="x" * 4000),
        decision(REJECT, reason=ReasonCode.SPAM),
        decision(REJECT, reason=ReasonCode.OTHER, note="see thread"),
    ],
)
def test_a_decision_that_says_enough_passes(given: DecisionInput) -> None:
    check_decision(given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # Approved without a tick: neither abusive nor partisan; profanity is left unknown.
        (decision(), {**NO_ABUSE, Label.PARTISAN: False}),
        # Partisan says nothing against the absence of abuse.
        (decision(REJECT, reason=ReasonCode.PARTISAN), {**NO_ABUSE, Label.PARTISAN: True}),
        # A reason implies its labels; the other kinds were perhaps not looked for.
        (
            decision(REJECT, reason=ReasonCode.INSULT),
            {Label.ABUSIVE: True, Label.INSULT: True, Label.PARTISAN: False},
        ),
        (
            decision(REJECT, reason=ReasonCode.THREAT),
            {Label.ABUSIVE: True, Label.THREAT: True, Label.PARTISAN: False},
        ),
        (
            decision(REJECT, reason=ReasonCode.IDENTITY_ATTACK),
            {Label.ABUSIVE: True, Label.IDENTITY_ATTACK: True, Label.PARTISAN: False},
        ),
        # The reason "swears at someone" is abuse ...
        (
            decision(REJECT, reason=ReasonCode.PROFANITY),
            {Label.ABUSIVE: True, Label.PROFANITY: True, Label.PARTISAN: False},
        ),
        # ... while profanity alone is not.
        (
            decision(APPROVE, Label.PROFANITY),
            {**NO_ABUSE, Label.PARTISAN: False, Label.PROFANITY: True},
        ),
        # A kind of abuse that is ticked makes the comment abusive, approved or not.
        (
            decision(APPROVE, Label.INSULT),
            {Label.ABUSIVE: True, Label.INSULT: True, Label.PARTISAN: False},
        ),
        # Rejected for another reason: it is neither.
        (decision(REJECT, reason=ReasonCode.SPAM), {**NO_ABUSE, Label.PARTISAN: False}),
        # Ticks add to the reason.
        (
            decision(REJECT, Label.PARTISAN, reason=ReasonCode.INSULT),
            {Label.ABUSIVE: True, Label.INSULT: True, Label.PARTISAN: True},
        ),
        # The reason of an approval, left over from a form, implies nothing.
        (
            decision(APPROVE, reason=ReasonCode.INSULT),
            {**NO_ABUSE, Label.PARTISAN: False},
        ),
    ],
)
def test_judged_labels(given: DecisionInput, expected: dict[Label, bool]) -> None:
    assert judged_labels(given) == expected


@pytest.mark.parametrize(
    ("role", "needed", "is_enough"),
    [
        (Role.VIEWER, Role.MODERATOR, False),
        (Role.MODERATOR, Role.MODERATOR, True),
        (Role.MODERATOR, Role.SENIOR, False),
        (Role.SENIOR, Role.MODERATOR, True),
        (Role.ADMIN, Role.SENIOR, True),
    ],
)
def test_each_role_includes_the_ones_before_it(
    role: Role, needed: Role, *, is_enough: bool
) -> None:
    assert has_role(role, needed) is is_enough

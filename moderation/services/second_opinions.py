"""Second opinions: give one without seeing the decision, settle a dispute, see who agrees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.agreement import cohen_kappa, krippendorff_alpha
from moderation.domain.errors import ConflictError, NotAllowedError, NotFoundError
from moderation.domain.feedback import FeedbackSource
from moderation.domain.judgement import Decision, Judgement
from moderation.domain.review import DecisionInput, Role, check_decision, judged_labels
from moderation.domain.second_opinion import OpinionState, agrees
from moderation.services.deciding import (
    known_case,
    known_decision,
    known_item,
    replace,
)
from moderation.services.roles import require_role, require_role_in
from moderation.services.runtime import Runtime
from moderation.storage import decisions, forums, judgements
from moderation.storage import second_opinions as stored
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.feedback import NewFeedback, insert_feedback, withdraw_decision
from moderation.storage.second_opinions import SecondOpinion
from moderation.storage.users import User

MOST_DISPUTES = 50


class AskOutcome(StrEnum):
    """What became of a wish for a second opinion."""

    ASKED = "asked"
    OPEN = "open"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody is to judge: the comment, and nothing of what was decided about it."""

    opinion_id: int
    forum_name: str
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two different answers, and the comment."""

    opinion: SecondOpinion
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """How far people agree on a label: Krippendorff's alpha over all, and by month."""

    label: Label
    judged_twice: int
    same: int
    alpha: float | None
    by_month: tuple[tuple[str, int, float | None], ...]


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How far two people agree on a label: Cohen's kappa."""

    people: tuple[str, str]
    label: Label
    judged_twice: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement by label and by pair."""

    labels: tuple[LabelAgreement, ...]
    pairs: tuple[PairAgreement, ...]


def waiting_for(runtime: Runtime, user: User) -> int:
    """Return how many opinions a person may give."""
    with runtime.database.read() as connection:
        return stored.waiting_for(connection, user.id, user.reach.forums(Role.MODERATOR))


def take_next(runtime: Runtime, user: User, *, ttl_s: int) -> Asked | None:
    """Take the next comment for a second opinion; None when there is none for this person.

    A comment that was edited or deleted since is left out: there is nothing to judge.
    """
    require_role(user, Role.MODERATOR)
    with runtime.database.write() as connection:
        while True:
            now = runtime.clock()
            taken = stored.take_next(
                connection,
                user.id,
                user.reach.forums(Role.MODERATOR),
                now=now,
                expires_at=now + timedelta(seconds=ttl_s),
            )
            opinion = stored.by_id(connection, taken) if taken is not None else None
            if opinion is None:
                return None
            _, judgement = known_case(connection, opinion.item_id)
            if judgement.is_latest and judgement.deleted_at is None:
                return Asked(opinion.id, opinion.forum_name, judgement)
            stored.void_for_decision(connection, opinion.decision_id)


def give(runtime: Runtime, user: User, opinion_id: int, decision: DecisionInput) -> SecondOpinion:
    """Give a second opinion. The forum is not told: nothing has changed for it.

    When both say the same, the opinion trains beside the decision. Otherwise neither trains until
    a senior has settled it.

    Raises
    ------
    InvalidInputError
        If the opinion says too little.
    NotAllowedError
        If the person made the decision.
    ConflictError
        If somebody else was faster, or the decision was taken back meanwhile.
    """
    check_decision(decision)
    with runtime.database.write() as connection:
        opinion = _known(connection, opinion_id)
        require_role_in(user, opinion.forum_id, Role.MODERATOR)
        if opinion.first_user_id == user.id:
            raise NotAllowedError("A second opinion takes another person.")
        first = known_decision(connection, opinion.decision_id)
        _, judgement = known_case(connection, opinion.item_id)
        labels = judged_labels(decision)
        is_agreed = agrees((first.action, first.labels), (decision.action, labels))
        state = OpinionState.AGREED if is_agreed else OpinionState.DISPUTED
        now = runtime.clock()
        values = {
            "state": state.value,
            "action": decision.action.value,
            "labels": {label.value: is_so for label, is_so in labels.items()},
            "reason": decision.reason.value if decision.reason else None,
            "note": decision.note.strip(),
        }
        if not stored.give(connection, opinion_id, user.id, values, at=now):
            raise ConflictError("Somebody else has given this opinion, or it is no longer asked.")
        if is_agreed:
            _teach_opinion(connection, judgement, first, user, labels, runtime)
        else:
            withdraw_decision(connection, first.id, at=now)
        append_event(
            connection,
            "second_opinion",
            at=now,
            actor=user.username,
            forum_id=judgement.forum_id,
            comment_pk=judgement.comment_pk,
            details={"agrees": is_agreed},
        )
        return _known(connection, opinion_id)


def ask_about(runtime: Runtime, slug: str, comment_id: str, revision: str) -> AskOutcome:
    """Ask for a second opinion on a decided comment that a list finds suspicious."""
    with runtime.database.write() as connection:
        forum = forums.forum_by_slug(connection, slug)
        judgement = (
            judgements.stored_judgement(connection, forum.id, comment_id, revision)
            if forum is not None
            else None
        )
        if judgement is None or judgement.item_id is None:
            return AskOutcome.UNKNOWN
        item = known_item(connection, judgement.item_id)
        if item.decision_id is None or not judgement.is_latest or judgement.deleted_at is not None:
            return AskOutcome.UNKNOWN
        decision = known_decision(connection, item.decision_id)
        is_new = stored.ask(
            connection,
            decision,
            decisions.moderator_of(connection, decision.id),
            judgement.forum_id,
            "noise",
            at=runtime.clock(),
        )
        return AskOutcome.ASKED if is_new else AskOutcome.OPEN


def dispute(runtime: Runtime, user: User, opinion_id: int) -> Dispute | None:
    """Return one dispute that waits; None when it is settled or void. Raises `NotFoundError`."""
    with runtime.database.read() as connection:
        opinion = _known(connection, opinion_id)
        require_role_in(user, opinion.forum_id, Role.SENIOR)
        if opinion.state is not OpinionState.DISPUTED:
            return None
        return Dispute(opinion, known_case(connection, opinion.item_id)[1])


def disputes(runtime: Runtime, user: User) -> list[Dispute]:
    """Return what waits for a senior."""
    require_role(user, Role.SENIOR)
    with runtime.database.read() as connection:
        return [
            Dispute(opinion, known_case(connection, opinion.item_id)[1])
            for opinion in stored.disputed(
                connection, user.reach.forums(Role.SENIOR), limit=MOST_DISPUTES
            )
        ]


def settle(runtime: Runtime, user: User, opinion_id: int, decision: DecisionInput) -> Decision:
    """Settle a dispute; returns the decision in force.

    What the senior says trains. Where it is the decision in force, the forum hears nothing;
    otherwise it is a new decision and the forum is told again.

    Raises
    ------
    InvalidInputError, NotAllowedError
        As `give`; it takes a senior.
    ConflictError
        If it is settled already, or the decision or the comment changed meanwhile.
    """
    check_decision(decision)
    with runtime.database.write() as connection:
        opinion = _known(connection, opinion_id)
        require_role_in(user, opinion.forum_id, Role.SENIOR)
        case = item, judgement = known_case(connection, opinion.item_id)
        if not judgement.is_latest or judgement.deleted_at is not None:
            raise ConflictError("The author or the forum has changed the comment since.")
        now = runtime.clock()
        if not stored.settle(connection, opinion_id, user.id, at=now):
            raise ConflictError("This dispute is settled, or the decision was taken back.")
        first = known_decision(connection, opinion.decision_id)
        labels = judged_labels(decision)
        reason = decision.reason.value if decision.reason else None
        append_event(
            connection,
            "dispute_settled",
            at=now,
            actor=user.username,
            forum_id=judgement.forum_id,
            comment_pk=judgement.comment_pk,
            details={"decision": decision.action.value},
        )
        if (first.action, first.reason, first.labels) == (decision.action, reason, labels):
            _teach_opinion(connection, judgement, first, user, labels, runtime)
            return first
        return replace(connection, runtime, user, case, first, decision, source=item.source)


def agreement(runtime: Runtime, reader: User) -> Agreement:
    """Return how far people agree, on what was judged twice without knowing of each other.

    Pairs are the reader's own; in forums that the reader administers, all of them.
    """
    with runtime.database.read() as connection:
        given = stored.given(connection, reader.reach.forums(Role.SENIOR))
    labels, pairs = [], []
    for label in DECIDING_LABELS:
        both = [one for one in given if label in one.first_labels and label in one.second_labels]
        labels.append(_label_agreement(label, both))
        pairs += _pair_agreements(label, [one for one in both if _may_name(reader, one)])
    return Agreement(tuple(labels), tuple(pairs))


def _may_name(reader: User, opinion: SecondOpinion) -> bool:
    is_own = reader.username in {opinion.first_user, opinion.second_user}
    return is_own or reader.reach.has_in(opinion.forum_id, Role.ADMIN)


def _label_agreement(label: Label, both: Sequence[SecondOpinion]) -> LabelAgreement:
    months: dict[str, list[SecondOpinion]] = defaultdict(list)
    for one in both:
        if one.given_at is not None:
            months[f"{one.given_at:%Y-%m}"].append(one)

    def alpha(these: Sequence[SecondOpinion]) -> float | None:
        return krippendorff_alpha(
            [(one.first_labels[label], one.second_labels[label]) for one in these]
        )

    return LabelAgreement(
        label,
        len(both),
        sum(one.first_labels[label] == one.second_labels[label] for one in both),
        alpha(both),
        tuple((month, len(these), alpha(these)) for month, these in sorted(months.items())),
    )


def _pair_agreements(label: Label, both: Sequence[SecondOpinion]) -> list[PairAgreement]:
    pairs: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for one in both:
        answers = {
            one.first_user: one.first_labels[label],
            one.second_user or "": one.second_labels[label],
        }
        first, second = sorted(answers)
        pairs[first, second].append((answers[first], answers[second]))
    return [
        PairAgreement(people, label, len(judged), cohen_kappa(judged))
        for people, judged in sorted(pairs.items())
    ]


def _teach_opinion(
    connection: Connection,
    judgement: Judgement,
    first: Decision,
    user: User,
    labels: dict[Label, bool],
    runtime: Runtime,
) -> None:
    # Beside a decision's own row, which is the only one that may name it.
    insert_feedback(
        connection,
        NewFeedback(
            forum_id=judgement.forum_id,
            comment_pk=judgement.comment_pk,
            source=FeedbackSource.SECOND_OPINION.value,
            labels=labels,
            decision=first.action.value,
            reason=first.reason,
            decided_by=user.username,
        ),
        at=runtime.clock(),
    )


def _known(connection: Connection, opinion_id: int) -> SecondOpinion:
    opinion = stored.by_id(connection, opinion_id)
    if opinion is None:
        raise NotFoundError("No such second opinion.")
    return opinion

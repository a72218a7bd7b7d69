"""Second opinions: blind, never by the same person, settled by a senior, honest to the forum."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from classifiers.labels import Label
from moderation.domain.appeal import AppealState
from moderation.domain.errors import ConflictError, NotAllowedError
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import DecisionAction, DecisionInput, ReasonCode, Role
from moderation.domain.second_opinion import OpinionState
from moderation.services import appeals, removal, review, review_pages, second_opinions
from moderation.services.runtime import Runtime
from moderation.services.second_opinions import Asked
from moderation.storage.feedback import feedback_on
from moderation.storage.second_opinions import SecondOpinion
from moderation.storage.tables import decisions, deliveries
from moderation.storage.users import User
from tests.builders import a_comment, a_user, decided, register_forum, sqlite_only, submitted
from tests.fakes import FixedClock
from tests.integration.racing import race

INSULT = "You are an idiot and everybody here knows it."


@pytest.fixture
def tom(runtime: Runtime) -> User:
    return a_user(runtime, "tom")


@pytest.fixture
def sena(runtime: Runtime) -> User:
    return a_user(runtime, "sena", Role.SENIOR)


@pytest.fixture
def forum(runtime: Runtime) -> Forum:
    """A forum in which every decision gets a second look."""
    return register_forum(
        runtime, callback_url="http://127.0.0.1:9/hook", second_opinion_share=1.0
    ).forum


def rejected(runtime: Runtime, forum: Forum, user: User, external_id: str = "c1") -> int:
    """Queue and reject a comment; returns its key."""
    judgement = submitted(runtime, forum, a_comment(external_id, INSULT))
    decided(runtime, user, judgement)
    return judgement.comment_pk


def asked(runtime: Runtime, user: User) -> Asked:
    found = second_opinions.take_next(runtime, user, ttl_s=300)
    assert found is not None
    return found


def say(action: DecisionAction, reason: ReasonCode | None = None) -> DecisionInput:
    return DecisionInput(action, frozenset(), reason, "", "")


REJECT = say(DecisionAction.REJECT, ReasonCode.INSULT)
APPROVE = say(DecisionAction.APPROVE)


def told(runtime: Runtime) -> list[dict[str, Any]]:
    with runtime.database.read() as connection:
        rows = connection.execute(
            select(deliveries.c.payload)
            .where(deliveries.c.event_type == "comment.decided")
            .order_by(deliveries.c.id)
        ).scalars()
        return [json.loads(row)["data"] for row in rows]


def training(runtime: Runtime, comment_pk: int) -> list[tuple[str | None, bool]]:
    with runtime.database.read() as connection:
        return [
            (one.decided_by, one.labels[Label.ABUSIVE])
            for one in feedback_on(connection, comment_pk)
        ]


def test_the_same_person_is_never_asked_twice(
    runtime: Runtime, forum: Forum, mira: User, tom: User
) -> None:
    rejected(runtime, forum, mira)
    assert second_opinions.take_next(runtime, mira, ttl_s=300) is None
    opinion = asked(runtime, tom)
    with pytest.raises(NotAllowedError):
        second_opinions.give(runtime, mira, opinion.opinion_id, REJECT)
    assert [second_opinions.waiting_for(runtime, user) for user in (mira, tom)] == [0, 1]


def test_who_agrees_adds_a_judge_and_the_forum_hears_nothing(
    runtime: Runtime, forum: Forum, mira: User, tom: User
) -> None:
    comment = rejected(runtime, forum, mira)
    given = second_opinions.give(runtime, tom, asked(runtime, tom).opinion_id, REJECT)
    assert given.state is OpinionState.AGREED
    assert training(runtime, comment) == [("mira", True), ("tom", True)]
    assert len(told(runtime)) == 1


def test_a_dispute_trains_nothing_until_a_senior_has_settled_it(
    runtime: Runtime, forum: Forum, mira: User, tom: User, sena: User
) -> None:
    comment = rejected(runtime, forum, mira)
    given = second_opinions.give(runtime, tom, asked(runtime, tom).opinion_id, APPROVE)
    assert given.state is OpinionState.DISPUTED
    assert training(runtime, comment) == []
    assert len(told(runtime)) == 1

    (dispute,) = second_opinions.disputes(runtime, sena)
    made = second_opinions.settle(runtime, sena, dispute.opinion.id, APPROVE)

    assert (made.action, made.moderator) == (DecisionAction.APPROVE, "sena")
    assert training(runtime, comment) == [("sena", False)]
    assert [data["decision"] for data in told(runtime)] == ["reject", "approve"]
    item = review_pages.view_item(runtime, EVERYWHERE, made.item_id)
    assert item.item.decision_id == made.id
    assert len(item.decisions) == 2  # append-only
    assert second_opinions.disputes(runtime, sena) == []
    with pytest.raises(ConflictError):
        second_opinions.settle(runtime, sena, dispute.opinion.id, REJECT)


def test_a_senior_who_decides_otherwise_ends_an_appeal_against_the_decision(
    runtime: Runtime, forum: Forum, mira: User, tom: User, sena: User
) -> None:
    rejected(runtime, forum, mira)
    filed = appeals.file_appeal(runtime, forum, "c1", "I quoted him.", days=30).appeal
    given = second_opinions.give(runtime, tom, asked(runtime, tom).opinion_id, APPROVE)

    second_opinions.settle(runtime, sena, given.id, APPROVE)

    assert appeals.open_appeals(runtime, EVERYWHERE) == []
    assert appeals.view_appeal(runtime, sena, filed.id).appeal.state is AppealState.VOID


def test_a_senior_who_confirms_the_decision_tells_the_forum_nothing(
    runtime: Runtime, forum: Forum, mira: User, tom: User, sena: User
) -> None:
    comment = rejected(runtime, forum, mira)
    given = second_opinions.give(runtime, tom, asked(runtime, tom).opinion_id, APPROVE)
    second_opinions.settle(runtime, sena, given.id, REJECT)
    assert training(runtime, comment) == [("sena", True)]
    assert len(told(runtime)) == 1
    with runtime.database.read() as connection:
        assert len(connection.scalars(select(decisions.c.id)).all()) == 1


def test_of_two_who_ask_at_once_each_gets_another_one(
    runtime: Runtime, forum: Forum, mira: User, tom: User
) -> None:
    rejected(runtime, forum, mira)
    others = [tom, a_user(runtime, "una")]
    answers = race(lambda user: second_opinions.take_next(runtime, user, ttl_s=300), others)
    assert sorted(type(answer).__name__ for answer in answers) == ["Asked", "NoneType"], answers


def test_an_opinion_is_given_once_although_two_send_it(
    runtime: Runtime, forum: Forum, mira: User, tom: User
) -> None:
    comment = rejected(runtime, forum, mira)
    opinion = asked(runtime, tom)
    answers = race(
        lambda _: second_opinions.give(runtime, tom, opinion.opinion_id, REJECT), range(4)
    )
    kinds = sorted(type(answer).__name__ for answer in answers)
    assert kinds == ["ConflictError"] * 3 + ["SecondOpinion"], answers
    assert len(training(runtime, comment)) == 2


def test_a_dispute_is_settled_once_although_two_seniors_do(
    runtime: Runtime, forum: Forum, mira: User, tom: User, sena: User
) -> None:
    comment = rejected(runtime, forum, mira)
    given = second_opinions.give(runtime, tom, asked(runtime, tom).opinion_id, APPROVE)
    seniors = [sena, a_user(runtime, "otto", Role.ADMIN)]
    answers = race(lambda user: second_opinions.settle(runtime, user, given.id, APPROVE), seniors)
    assert sorted(type(answer).__name__ for answer in answers) == ["ConflictError", "Decision"]
    assert len(training(runtime, comment)) == 1
    assert len(told(runtime)) == 2


@sqlite_only
def test_a_claim_that_ran_out_is_free_for_another(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User, tom: User
) -> None:
    rejected(runtime, forum, mira)
    una = a_user(runtime, "una")
    opinion = asked(runtime, tom)
    assert second_opinions.take_next(runtime, una, ttl_s=300) is None
    assert asked(runtime, tom).opinion_id == opinion.opinion_id  # still his own
    clock.advance(301)
    assert asked(runtime, una).opinion_id == opinion.opinion_id
    with pytest.raises(ConflictError):
        second_opinions.give(runtime, tom, opinion.opinion_id, REJECT)


@sqlite_only
def test_undoing_the_decision_ends_the_question(
    runtime: Runtime, forum: Forum, mira: User, tom: User, sena: User
) -> None:
    comment = rejected(runtime, forum, mira)
    made = review_pages.last_decision(runtime, mira)
    assert made is not None
    given = second_opinions.give(runtime, tom, asked(runtime, tom).opinion_id, REJECT)
    assert isinstance(given, SecondOpinion)
    review.undo(runtime, mira, made.id, ttl_s=300)
    assert training(runtime, comment) == []
    rejected(runtime, forum, mira, "c2")
    second = review_pages.last_decision(runtime, mira)
    assert second is not None
    review.undo(runtime, mira, second.id, ttl_s=300)
    assert second_opinions.take_next(runtime, tom, ttl_s=300) is None


@sqlite_only
def test_a_deleted_comment_is_left_out(
    runtime: Runtime, forum: Forum, mira: User, tom: User
) -> None:
    rejected(runtime, forum, mira, "c1")
    kept = rejected(runtime, forum, mira, "c2")
    removal.delete_comment(runtime, forum, "c1")
    assert asked(runtime, tom).judgement.comment_pk == kept


@sqlite_only
def test_only_the_policys_share_is_asked(runtime: Runtime, mira: User, tom: User) -> None:
    quiet = register_forum(runtime, "quiet", second_opinion_share=0).forum
    rejected(runtime, quiet, mira)
    assert second_opinions.waiting_for(runtime, tom) == 0


@sqlite_only
def test_agreement_is_told_by_label_pair_and_month(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User, tom: User
) -> None:
    # The table of Cohen's example, made small: 4 both yes, 1 only the first, 2 only the second
    # cannot occur with rejections alone, so approvals are decided too: 3 both no.
    answers = [(True, True)] * 4 + [(True, False)] + [(False, True)] * 2 + [(False, False)] * 3
    for number, (ours, theirs) in enumerate(answers):
        judgement = submitted(runtime, forum, a_comment(f"c{number}", f"{INSULT} {number}"))
        decided(runtime, mira, judgement, reason=ReasonCode.INSULT if ours else None)
        opinion = asked(runtime, tom)
        second_opinions.give(runtime, tom, opinion.opinion_id, REJECT if theirs else APPROVE)
    found = second_opinions.agreement(runtime, a_user(runtime, "ada", Role.ADMIN))
    abusive = next(one for one in found.labels if one.label is Label.ABUSIVE)
    assert (abusive.judged_twice, abusive.same) == (10, 7)
    # p_o = 0.7, p_e = 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
    pair = next(one for one in found.pairs if one.label is Label.ABUSIVE)
    assert pair.people == ("mira", "tom")
    assert pair.kappa == pytest.approx(0.4)
    # 11 yes and 9 no in 20 answers, 3 units differ: 1 - 19 * 6 / (2 * 11 * 9).
    assert abusive.alpha == pytest.approx(1 - 19 * 6 / 198)
    assert [(month, number) for month, number, _ in abusive.by_month] == [("2026-03", 10)]
    senior = a_user(runtime, "sena", Role.SENIOR)
    assert second_opinions.agreement(runtime, senior).pairs == (), "others' pairs are an admin's"


@sqlite_only
def test_a_suspicious_decision_is_asked_about_once(runtime: Runtime, mira: User, tom: User) -> None:
    quiet = register_forum(runtime, "quiet", second_opinion_share=0).forum
    rejected(runtime, quiet, mira)
    revision = a_comment(text=INSULT).revision
    outcomes = [
        second_opinions.ask_about(runtime, "quiet", name, revision) for name in ("c1", "c1", "c9")
    ]
    assert [one.value for one in outcomes] == ["asked", "open", "unknown"]
    assert asked(runtime, tom).judgement.external_id == "c1"


@sqlite_only
def test_the_decision_is_hidden_from_whoever_is_to_judge_it(
    runtime: Runtime, forum: Forum, mira: User, tom: User
) -> None:
    rejected(runtime, forum, mira)
    assert len(review_pages.decided_page(runtime, tom, by=None)) == 1
    opinion = asked(runtime, tom)
    assert review_pages.decided_page(runtime, tom, by=None) == []
    assert len(review_pages.decided_page(runtime, mira, by=None)) == 1
    second_opinions.give(runtime, tom, opinion.opinion_id, REJECT)
    assert len(review_pages.decided_page(runtime, tom, by=None)) == 1

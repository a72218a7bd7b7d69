"""Appeals: filed once, answered by another, taught and told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from classifiers.labels import Label
from moderation.domain.appeal import (
    AlreadyAppealedError,
    Appeal,
    AppealAnswer,
    AppealState,
    NotAppealableError,
)
from moderation.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from moderation.domain.forum import Forum
from moderation.domain.judgement import Decision, Judgement
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import ReasonCode
from moderation.services import appeals, outbox, review
from moderation.services.lookup import read_comment
from moderation.services.removal import delete_comment
from moderation.services.runtime import Runtime
from moderation.storage.feedback import feedback_on
from moderation.storage.users import User
from tests.builders import a_comment, a_user, decided, register_forum, submitted
from tests.fakes import FixedClock

UPHELD = AppealAnswer(is_upheld=True, rule=None, facts="It was a quotation.")
DENIED = AppealAnswer(is_upheld=False, rule=ReasonCode.INSULT, facts="It names a person.")


@dataclass
class Case:
    """A rejected comment in a forum that is told of everything."""

    runtime: Runtime
    forum: Forum
    first: User
    second: User
    judgement: Judgement
    decision: Decision

    def file(self, words: str = "I quoted him.", **options: str | None) -> appeals.FiledAppeal:
        return appeals.file_appeal(self.runtime, self.forum, "c1", words, days=30, **options)

    def told(self, event: str) -> dict[str, object]:
        sent = outbox.deliveries_page(self.runtime, EVERYWHERE)
        body = next(json.loads(one.payload) for one in sent if one.event_type == event)
        data: dict[str, object] = body["data"]
        return data

    def taught(self) -> list[tuple[str, bool]]:
        with self.runtime.database.read() as connection:
            rows = feedback_on(connection, self.judgement.comment_pk)
        return [(row.source, row.labels[Label.ABUSIVE]) for row in rows]


@pytest.fixture
def case(runtime: Runtime) -> Case:
    forum = register_forum(runtime, callback_url="http://127.0.0.1:9/hook").forum
    first, second = a_user(runtime), a_user(runtime, "jo")
    judgement = submitted(runtime, forum, a_comment("c1", "You idiot."))
    return Case(runtime, forum, first, second, judgement, decided(runtime, first, judgement))


def test_a_rejection_tells_its_reasons(case: Case) -> None:
    said = case.told("comment.decided")["statement_of_reasons"]
    assert isinstance(said, dict)
    assert said["rule"] == "insult"
    assert (said["found_by"], said["is_decided_automatically"]) == ("automated", False)
    assert "appeal once" in said["redress"][0]
    assert "idiot" not in json.dumps(said)


def test_an_upheld_appeal_approves_teaches_and_tells(case: Case) -> None:
    filed = case.file()
    assert (filed.is_new, filed.appeal.state) == (True, AppealState.OPEN)

    answered = appeals.decide_appeal(case.runtime, case.second, filed.appeal.id, UPHELD)

    assert (answered.state, answered.decided_by) == (AppealState.UPHELD, "jo")
    record = read_comment(case.runtime, case.forum, "c1")
    assert record.decision is not None
    assert (record.decision.action, record.decision.moderator) == ("approve", "jo")
    assert case.taught() == [("appeal", False)]
    assert [one.kind for one in record.history[-3:]] == ["appealed", "decided", "appeal_upheld"]
    assert case.told("comment.decided")["decision"] == "approve"
    told = case.told("comment.appeal_decided")["appeal"]
    assert isinstance(told, dict)
    assert told["state"] == "upheld"
    assert told["statement_of_reasons"]["facts"] == "It was a quotation."
    assert told["statement_of_reasons"]["restriction"] == "none"


def test_a_denied_appeal_changes_nothing_but_tells_why(case: Case) -> None:
    filed = case.file()
    appeals.decide_appeal(case.runtime, case.second, filed.appeal.id, DENIED)
    record = read_comment(case.runtime, case.forum, "c1")
    assert record.decision is not None
    assert record.decision.id == case.decision.id
    assert case.taught() == [("model", True)]
    assert record.appeal is not None
    assert record.appeal.statement is not None
    assert record.appeal.statement["rule"] == "insult"
    assert "court" in record.appeal.statement["redress"][0]


def test_the_one_who_rejected_may_not_answer(case: Case) -> None:
    appeal = case.file().appeal
    with pytest.raises(NotAllowedError):
        appeals.decide_appeal(case.runtime, case.first, appeal.id, UPHELD)
    assert open_ones(case) == [appeal]


def test_once_is_the_limit_and_the_same_words_are_a_replay(case: Case) -> None:
    first = case.file()
    again = case.file(" I quoted him. ")
    assert (again.is_new, again.appeal) == (False, first.appeal)
    with pytest.raises(AlreadyAppealedError):
        case.file("And another thing.")


def test_an_appeal_is_answered_once(case: Case) -> None:
    appeal = case.file().appeal
    appeals.decide_appeal(case.runtime, case.second, appeal.id, DENIED)
    with pytest.raises(ConflictError):
        appeals.decide_appeal(case.runtime, case.second, appeal.id, UPHELD)


def test_undoing_the_rejection_voids_the_appeal(case: Case) -> None:
    appeal = case.file().appeal
    review.undo(case.runtime, case.first, case.decision.id, ttl_s=300)
    assert open_ones(case) == []
    with pytest.raises(ConflictError):
        appeals.decide_appeal(case.runtime, case.second, appeal.id, UPHELD)


def test_an_upheld_appeal_can_be_undone_as_any_decision(case: Case) -> None:
    appeals.decide_appeal(case.runtime, case.second, case.file().appeal.id, UPHELD)
    record = read_comment(case.runtime, case.forum, "c1")
    assert record.decision is not None
    review.undo(case.runtime, case.second, record.decision.id, ttl_s=300)
    assert case.taught() == []
    assert read_comment(case.runtime, case.forum, "c1").decision is None


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (AppealAnswer(is_upheld=True, rule=None, facts="  "), "facts"),
        (AppealAnswer(is_upheld=False, rule=None, facts="No."), "rule"),
    ],
)
def test_an_answer_gives_reasons(case: Case, answer: AppealAnswer, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        appeals.decide_appeal(case.runtime, case.second, case.file().appeal.id, answer)
    assert list(refused.value.fields) == [field]


def test_what_cannot_be_appealed_is_refused(case: Case, clock: FixedClock) -> None:
    with pytest.raises(InvalidInputError):
        case.file(author_id="somebody else")
    with pytest.raises(NotFoundError):
        case.file(revision="another")
    submitted(case.runtime, case.forum, a_comment("c2"))
    with pytest.raises(NotAppealableError):  # nobody rejected it
        appeals.file_appeal(case.runtime, case.forum, "c2", "Why?", days=30)
    clock.advance(timedelta(days=31).total_seconds())
    with pytest.raises(NotAppealableError):
        case.file()
    delete_comment(case.runtime, case.forum, "c1")
    with pytest.raises(NotAppealableError):
        case.file()


def open_ones(case: Case) -> list[Appeal]:
    return appeals.open_appeals(case.runtime, EVERYWHERE)

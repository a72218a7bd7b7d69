"""Decisions become labels: whole, once, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta

import pytest

from classifiers.labelled import LabelledComment, from_json_line
from classifiers.labels import Label
from moderation.domain.comment import Author, Parent, Thread
from moderation.domain.feedback import FeedbackWeights
from moderation.domain.forum import Forum
from moderation.domain.review import ReasonCode
from moderation.services import registration, review
from moderation.services.exporting import COLUMNS, ExportFormat, count_export, export_labels
from moderation.services.runtime import Runtime
from moderation.storage.labelled import ExportFilter, labelled_comments
from moderation.storage.users import User
from tests.builders import a_comment, a_user, decided, register_forum, sqlite_only, submitted
from tests.fakes import START, FixedClock

ALL = ExportFilter()


def exported(
    runtime: Runtime, wanted: ExportFilter = ALL, kind: ExportFormat = ExportFormat.JSONL
) -> bytes:
    target = io.BytesIO()
    receipt = export_labels(runtime, wanted, target, kind)
    data = target.getvalue()
    assert receipt.digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert receipt.rows == count_export(runtime, wanted)
    return data


def rows(runtime: Runtime, wanted: ExportFilter = ALL) -> list[LabelledComment]:
    return [from_json_line(line) for line in exported(runtime, wanted).decode().splitlines()]


def cells(runtime: Runtime) -> list[dict[str, str]]:
    text = exported(runtime, kind=ExportFormat.CSV).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def mira(runtime: Runtime) -> User:
    return a_user(runtime)


def test_nothing_decided_is_an_empty_export(runtime: Runtime, forum: Forum) -> None:
    submitted(runtime, forum, a_comment(text="You idiot"))
    assert exported(runtime) == b""
    assert cells(runtime) == []


def test_a_row_says_what_who_when_and_why(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User
) -> None:
    comment = a_comment(
        text="You idiot",
        author=Author("u1", "Ada"),
        thread=Thread("t1", "Budget day"),
        parent=Parent("c0", "I disagree."),
        posted_at=START - timedelta(hours=1),
    )
    judgement = submitted(runtime, forum, comment)
    clock.advance(90)
    decided(runtime, mira, judgement, note="never exported")
    (row,) = rows(runtime)
    assert row == LabelledComment(
        text="You idiot",
        labels={Label.ABUSIVE: True, Label.PARTISAN: False, Label.INSULT: True},
        title="Budget day",
        parent="I disagree.",
        forum="gazette",
        comment_id="c1",
        revision=comment.revision,
        thread_id="t1",
        author_id="u1",
        created_at="2026-03-02T08:00:00Z",
        decided_at="2026-03-02T09:01:30Z",
        decided_by="mira",
        decision="reject",
        reason_code="insult",
        source="model",
        model_version="2026-01-01-0000000001",
        scores={row.label: row.score for row in judgement.scores},
        n_judges=1,
        agreement=1.0,
    )
    assert b"never exported" not in exported(runtime)


def test_the_title_is_the_one_that_was_scored(runtime: Runtime, forum: Forum, mira: User) -> None:
    first = a_comment("c1", text="You idiot", thread=Thread("t1", "Budget day"))
    decided(runtime, mira, submitted(runtime, forum, first))
    later = [
        a_comment("c2", text="Such an idiot", thread=Thread("t1", "Budget day (closed)")),
        a_comment("c3", text="What an idiot", thread=Thread("t1")),
    ]
    for comment in later:
        decided(runtime, mira, submitted(runtime, forum, comment))
    assert [row.title for row in rows(runtime)] == ["Budget day", "Budget day (closed)", None]


def test_an_undone_decision_is_not_exported(runtime: Runtime, forum: Forum, mira: User) -> None:
    made = decided(runtime, mira, submitted(runtime, forum, a_comment(text="You idiot")))
    item = review.undo(runtime, mira, made.id, ttl_s=300)
    assert rows(runtime) == []
    review.leave(runtime, item.id, item.claim_token or "")
    judgement = review.view_item(runtime, item.id).judgement
    decided(runtime, mira, judgement, reason=None)
    assert [row.decision for row in rows(runtime)] == ["approve"]


def test_a_demo_is_left_out_unless_it_is_named(runtime: Runtime, forum: Forum, mira: User) -> None:
    demo, _ = registration.add_forum(runtime, Forum(0, "demo", "Demo", is_demo=True))
    decided(runtime, mira, submitted(runtime, demo, a_comment(text="You idiot")))
    decided(runtime, mira, submitted(runtime, forum, a_comment(text="You idiot")))
    assert [row.forum for row in rows(runtime)] == ["gazette"]
    assert [row.forum for row in rows(runtime, ExportFilter(forum="demo"))] == ["demo"]


def test_filters_by_forum_and_time(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User
) -> None:
    other = register_forum(runtime, "tribune").forum
    for number, place in enumerate((forum, other, forum)):
        decided(runtime, mira, submitted(runtime, place, a_comment(f"c{number}", "You idiot")))
        clock.advance(3600)
    one_hour = timedelta(hours=1)
    assert [row.comment_id for row in rows(runtime)] == ["c0", "c1", "c2"]
    assert len(rows(runtime, ExportFilter(forum="gazette"))) == 2
    # "On or after" and "before".
    found = rows(runtime, ExportFilter(since=START + one_hour, until=START + 2 * one_hour))
    assert [row.comment_id for row in found] == ["c1"]


def test_a_comment_without_words_of_its_own_is_left_out(
    runtime: Runtime, forum: Forum, mira: User
) -> None:
    from moderation.services.reporting import Report, report_comment  # noqa: PLC0415

    quote = a_comment(text="> You idiot\n")
    submitted(runtime, forum, quote)
    report_comment(runtime, forum, "c1", Report("r1", None, None))
    judgement = submitted(runtime, forum, quote)
    assert judgement.body.strip() == ""
    decided(runtime, mira, judgement, reason=None)
    assert rows(runtime) == []


def test_long_exports_come_in_batches_without_gap_or_copy(
    runtime: Runtime, forum: Forum, mira: User
) -> None:
    for number in range(7):
        decided(runtime, mira, submitted(runtime, forum, a_comment(f"c{number}", "You idiot")))
    with runtime.database.read() as connection:
        batches = list(labelled_comments(connection, ALL, FeedbackWeights(), batch=3))
    assert [len(batch) for batch in batches] == [3, 3, 1]
    found = [row.comment_id for batch in batches for row in batch]
    assert found == [f"c{number}" for number in range(7)]


FORMULAS = [
    "=HYPERLINK(1) idiot",
    "+1 idiot",
    "-1 idiot",
    "@idiot",
    "\uff1dSUM(1) idiot",  # a full-width sign is one to some spreadsheets
    "'idiot",  # already begins with the mark: it gets one more, or could not be read back
    "''=idiot",
    'he said "idiot", then\nleft',
    "idiot, plain",
]


@sqlite_only
def test_csv_cells_cannot_run_as_formulas_and_can_be_read_back(
    runtime: Runtime, forum: Forum, mira: User
) -> None:
    for number, text in enumerate(FORMULAS):
        comment = a_comment(
            f"={number}", text, author=Author(f"@{number}"), thread=Thread("-1", "+title")
        )
        decided(runtime, mira, submitted(runtime, forum, comment))
    found = cells(runtime)
    dangerous = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    for row, text in zip(found, FORMULAS, strict=True):
        assert tuple(row) == COLUMNS
        assert not any(value.startswith(dangerous) for value in row.values())
        assert row["text"].removeprefix("'") == text
        assert row["thread_id"] == "'-1"
        assert (row["label_abusive"], row["label_profanity"]) == ("true", "null")
        assert float(row["score_abusive"]) == 0.97


@sqlite_only
def test_csv_and_json_lines_hold_the_same(runtime: Runtime, forum: Forum, mira: User) -> None:
    decided(
        runtime,
        mira,
        submitted(runtime, forum, a_comment(text="Du Idiot \U0001f600")),
        reason=ReasonCode.PARTISAN,
    )
    (row,), (cell,) = rows(runtime), cells(runtime)
    assert cell["text"] == row.text
    assert cell["reason_code"] == row.reason_code == "partisan"
    assert cell["label_partisan"] == "true"
    assert cell["title"] == ""

"""Decisions become labels: whole, once, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from classifiers import labelled_parquet
from classifiers.labelled import SCHEMA, LabelledComment, from_json_line
from classifiers.labelled_files import read_labelled
from classifiers.labelled_table import COLUMNS
from classifiers.labels import Label
from moderation.domain.comment import Author, Parent, Thread
from moderation.domain.errors import InvalidInputError
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import ReasonCode
from moderation.services import exporting, registration, review, review_pages
from moderation.services.exporting import (
    ExportFormat,
    LabelExport,
    Redaction,
    count_export,
    export_labels,
)
from moderation.services.feedback import GivenFeedback, record_feedback
from moderation.services.pseudonyms import Pseudonyms
from moderation.services.runtime import Runtime
from moderation.storage.labelled import ExportFilter
from moderation.storage.tables import events
from moderation.storage.users import User
from tests.builders import a_comment, decided, register_forum, sqlite_only, submitted
from tests.fakes import START, FixedClock
from training.dataset import DatasetError
from training.exports import read_exports

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
    review.leave(runtime, mira, item.id, item.claim_token or "")
    judgement = review_pages.view_item(runtime, EVERYWHERE, item.id).judgement
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
    runtime: Runtime, forum: Forum, mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH_ROWS", 3)
    for number in range(7):
        decided(runtime, mira, submitted(runtime, forum, a_comment(f"c{number}", "You idiot")))
    told: list[int] = []
    export = LabelExport(runtime, ALL, ExportFormat.JSONL, on_rows=told.append)
    lines = b"".join(export.chunks()).decode().splitlines()
    assert told == [3, 3, 1]
    assert [from_json_line(line).comment_id for line in lines] == [f"c{n}" for n in range(7)]


def test_what_arrives_during_an_export_is_not_in_it(
    runtime: Runtime, forum: Forum, mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH_ROWS", 1)
    for number in range(2):
        decided(runtime, mira, submitted(runtime, forum, a_comment(f"c{number}", "You idiot")))
    export = LabelExport(runtime, ALL, ExportFormat.JSONL)
    chunks = export.chunks()
    next(chunks)
    decided(runtime, mira, submitted(runtime, forum, a_comment("c9", "You idiot")))
    assert len(list(chunks)) == 1
    assert export.receipt.rows == 2


@pytest.fixture
def judged(runtime: Runtime, forum: Forum, mira: User) -> None:
    """An insult, a harmless comment, and what the forum thinks of the insult."""
    decided(runtime, mira, submitted(runtime, forum, a_comment("c1", "You idiot")))
    decided(runtime, mira, submitted(runtime, forum, a_comment("c2", "No idiot")), reason=None)
    appeal = GivenFeedback({Label.ABUSIVE: False}, "appeal", given_by="ada")
    record_feedback(runtime, forum, "c1", appeal)


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ExportFilter(label=Label.ABUSIVE), ["mira c1", "mira c2", "ada c1"]),
        (ExportFilter(label=Label.ABUSIVE, answer=True), ["mira c1"]),
        (ExportFilter(label=Label.ABUSIVE, answer=False), ["mira c2", "ada c1"]),
        (ExportFilter(label=Label.PARTISAN), ["mira c1", "mira c2"]),  # not judged by ada
        (ExportFilter(label=Label.PROFANITY), []),
        (ExportFilter(sources=("appeal",)), ["ada c1"]),
        (
            ExportFilter(sources=("appeal", "model"), forum="gazette"),
            ["mira c1", "mira c2", "ada c1"],
        ),
        (ExportFilter(sources=("report",)), []),
    ],
)
def test_filters_by_label_answer_and_source(
    runtime: Runtime, wanted: ExportFilter, expected: list[str]
) -> None:
    assert [f"{row.decided_by} {row.comment_id}" for row in rows(runtime, wanted)] == expected


@pytest.mark.usefixtures("judged")
def test_the_manifest_counts_by_label_and_source(runtime: Runtime) -> None:
    export = LabelExport(runtime, ExportFilter(forum="gazette", since=START), ExportFormat.CSV)
    data = b"".join(export.chunks())
    manifest = export.manifest("labels.csv")
    assert manifest["digest"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert (manifest["rows"], manifest["file"], manifest["format"]) == (3, "labels.csv", "csv")
    assert (manifest["schema"], manifest["row_schema"]) == ("export-manifest/1", SCHEMA)
    assert manifest["created_at"] == "2026-03-02T09:00:00Z"
    assert manifest["filters"] == {
        "forum": "gazette",
        "since": "2026-03-02T09:00:00Z",
        "until": None,
        "label": None,
        "answer": None,
        "sources": [],
    }
    assert manifest["labels"]["abusive"] == {"true": 1, "false": 2}
    assert manifest["labels"]["profanity"] == {"true": 0, "false": 0}
    assert manifest["sources"] == {"appeal": 1, "model": 2}


def test_who_takes_labels_out_is_written_down(runtime: Runtime) -> None:
    wanted = ExportFilter(label=Label.ABUSIVE, answer=True, sources=("appeal",))
    exporting.note_export(runtime, wanted, Redaction(drops_text=True), actor="sena")
    with runtime.database.read() as connection:
        (event,) = connection.execute(select(events)).mappings()
    assert (event["kind"], event["actor"]) == ("labels_exported", "sena")
    assert event["details"]["filters"]["sources"] == ["appeal"]
    assert (event["details"]["pseudonymised"], event["details"]["text_dropped"]) == (False, True)


@pytest.mark.usefixtures("judged")
def test_pseudonyms_stay_the_same_and_depend_on_the_key(runtime: Runtime, forum: Forum) -> None:
    def names(secret: str) -> list[tuple[str | None, str | None]]:
        export = LabelExport(
            runtime, ALL, ExportFormat.JSONL, Redaction(pseudonyms=Pseudonyms(secret))
        )
        lines = b"".join(export.chunks()).decode().splitlines()
        return [(row.author_id, row.decided_by) for row in map(from_json_line, lines)]

    first, second = names("k" * 32), names("l" * 32)
    assert first == names("k" * 32)
    assert len({author for author, _ in first}) == 1
    assert first[0][1] == first[1][1] != first[2][1]
    assert not {name for pair in first for name in pair} & {
        name for pair in second for name in pair
    }
    assert not any(name in str(first) for name in ("u1", "mira", "ada"))


def test_the_same_id_in_two_forums_is_two_people() -> None:
    pseudonyms = Pseudonyms("k" * 32)
    one, other = (
        pseudonyms.applied(LabelledComment("x", {Label.ABUSIVE: True}, forum=slug, author_id="u1"))
        for slug in ("gazette", "tribune")
    )
    assert one.author_id != other.author_id


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize("kind", list(ExportFormat))
def test_a_dropped_text_leaves_its_hash(
    runtime: Runtime, kind: ExportFormat, tmp_path: Path
) -> None:
    export = LabelExport(runtime, ALL, kind, Redaction(drops_text=True))
    file = tmp_path / f"labels.{kind.value}"
    file.write_bytes(b"".join(export.chunks()))
    found = [row for _, row in read_labelled(file) if isinstance(row, LabelledComment)]
    assert [row.text for row in found] == [""] * 3
    assert found[0].text_sha256 == hashlib.sha256(b"You idiot").hexdigest()
    assert b"idiot" not in file.read_bytes()
    with pytest.raises(DatasetError, match="made without texts"):
        read_exports([file])


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize("kind", list(ExportFormat))
def test_all_formats_hold_the_same(runtime: Runtime, kind: ExportFormat, tmp_path: Path) -> None:
    file = tmp_path / f"labels.{kind.value}"
    file.write_bytes(exported(runtime, kind=kind))
    assert [row for _, row in read_labelled(file)] == rows(runtime)


@sqlite_only
def test_parquet_without_its_extra_names_it(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelled_parquet, "has_parquet", lambda: False)
    with pytest.raises(InvalidInputError, match=r"pip install 'comment-moderation\[parquet\]'"):
        LabelExport(runtime, ALL, ExportFormat.PARQUET)


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

"""Labels come in from anywhere, each row once, and every row that stays out is accounted for."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from classifiers.labelled import LabelledComment
from classifiers.labels import Label
from moderation.domain.comment import Author, Parent, Thread
from moderation.domain.errors import InvalidInputError
from moderation.domain.feedback import FeedbackWeights
from moderation.domain.forum import Forum
from moderation.services.exporting import ExportFormat, LabelExport, Redaction
from moderation.services.feedback import GivenFeedback, record_feedback
from moderation.services.label_import import run
from moderation.services.label_import.answers import Choices, Words
from moderation.services.label_import.rules import ImportRules
from moderation.services.label_import.withdrawing import withdraw_labels
from moderation.services.pseudonyms import Pseudonyms
from moderation.services.runtime import Runtime
from moderation.storage.feedback import ImportedFilter
from moderation.storage.labelled import ExportFilter
from tests.builders import a_comment, a_user, decided, submitted
from tests.fakes import START
from tests.integration.services.label_steps import OURS, counts, csv_file, rows, taken


@pytest.fixture
def decisions(runtime: Runtime, forum: Forum) -> None:
    """Three decisions with everything that a row can hold, and an appeal."""
    mira = a_user(runtime)
    texts = ["You idiot", "=HYPERLINK(1) idiot", '\'idiot\r\nsaid "I", twice']
    for number, text in enumerate(texts):
        comment = a_comment(
            f"c{number}",
            text,
            author=Author(f"@{number}"),
            thread=Thread("-1", "+title"),
            parent=Parent("p", "\tno"),
        )
        decided(runtime, mira, submitted(runtime, forum, comment), reason=None)
    record_feedback(
        runtime, forum, "c1", GivenFeedback({Label.ABUSIVE: True}, "appeal", given_by="ada")
    )


def exported(
    runtime: Runtime,
    folder: Path,
    kind: ExportFormat = ExportFormat.JSONL,
    redaction: Redaction | None = None,
) -> Path:
    path = folder / f"labels.{kind.value}"
    export = LabelExport(runtime, ExportFilter(), kind, redaction or Redaction())
    path.write_bytes(b"".join(export.chunks()))
    return path


@pytest.mark.usefixtures("decisions")
@pytest.mark.parametrize("kind", list(ExportFormat))
def test_export_and_import_into_an_empty_installation_change_nothing(
    runtime: Runtime, elsewhere: Runtime, kind: ExportFormat, tmp_path: Path
) -> None:
    file = exported(runtime, tmp_path, kind)
    report, rejected = taken(elsewhere, file)
    assert (counts(report), rejected) == ((4, 0, 0), [])
    assert report.formats == {file.name: "export"}
    assert report.labels["abusive", True] == 1
    assert rows(elsewhere) == rows(runtime)
    # Once more, and in another format, adds nothing; nor does it where it was decided.
    again = exported(elsewhere, tmp_path, ExportFormat.CSV)
    assert counts(taken(elsewhere, file, again)[0]) == (0, 8, 0)
    assert counts(taken(runtime, again)[0]) == (0, 4, 0)
    assert len(rows(runtime)) == 4


def test_a_mistaken_import_is_taken_back_and_may_come_again(
    runtime: Runtime, forum: Forum, tmp_path: Path
) -> None:
    decided(runtime, a_user(runtime), submitted(runtime, forum, a_comment(text="You idiot")))
    file = csv_file(tmp_path, "text,abusive\nHm.,yes\nHm!,no\n")
    taken(runtime, file, rules=ImportRules(source="model"))
    wanted = ImportedFilter("model")
    assert withdraw_labels(runtime, wanted, actor="op", is_dry_run=True) == 2
    assert len(rows(runtime)) == 3
    later = ImportedFilter("model", since=START + timedelta(seconds=1))
    assert withdraw_labels(runtime, later, actor="op") == 0
    assert withdraw_labels(runtime, wanted, actor="op") == 2
    # The decision of the same source stays.
    assert [row.text for row in rows(runtime)] == ["You idiot"]
    assert counts(taken(runtime, file, rules=ImportRules(source="model"))[0]) == (2, 0, 0)
    assert [row.text for row in rows(runtime)] == ["You idiot", "Hm.", "Hm!"]
    assert counts(taken(runtime, file, rules=ImportRules(source="model"))[0]) == (0, 2, 0)


TABLE = """comment,is_toxic,who,when
You fool.,1,ada,2026-01-05
"Well, said.",0,,2026-01-06T10:00:00+02:00
,1,,
Hm.,maybe,,
No label.,,,
"""


COLUMNS = ImportRules(
    columns={"text": "comment", "abusive": "is_toxic", "author_id": "who", "decided_at": "when"}
)


def test_a_table_comes_in_by_its_mapping(runtime: Runtime, forum: Forum, tmp_path: Path) -> None:
    report, rejected = taken(runtime, csv_file(tmp_path, TABLE), rules=COLUMNS)
    assert (report.rows, counts(report)) == (5, (2, 0, 3))
    assert [(r.file, r.row, r.line, r.reason) for r in rejected] == [
        ("old.csv", 3, 4, "comment: expected a text"),
        (
            "old.csv",
            4,
            5,
            "is_toxic: 'maybe' is neither yes nor no; say what it means with --true, --false or "
            "--at-least",
        ),
        ("old.csv", 5, 6, "no label is judged in this row"),
    ]
    assert rejected[0].raw == {"comment": "", "is_toxic": "1", "who": "", "when": ""}
    assert rows(runtime) == [
        LabelledComment(
            "You fool.",
            {Label.ABUSIVE: True},
            author_id="ada",
            decided_at="2026-01-05T00:00:00Z",
        ),
        LabelledComment(
            "Well, said.",
            {Label.ABUSIVE: False},
            decided_at="2026-01-06T08:00:00Z",
        ),
    ]


def test_a_dry_run_tells_the_same_and_stores_nothing(runtime: Runtime, tmp_path: Path) -> None:
    file = csv_file(tmp_path, TABLE + "You fool.,1,ada,2026-01-05\n")
    dry, _ = taken(runtime, file, rules=COLUMNS, is_dry_run=True)
    assert rows(runtime) == []
    wet, _ = taken(runtime, file, rules=COLUMNS)
    assert counts(dry) == counts(wet) == (2, 1, 3)
    assert dry.reasons == wet.reasons
    assert dry.labels == wet.labels
    assert counts(taken(runtime, file, rules=COLUMNS, is_dry_run=True)[0]) == (0, 3, 3)


def test_two_judgements_of_one_text_are_both_kept(runtime: Runtime, tmp_path: Path) -> None:
    file = csv_file(tmp_path, "text,abusive\nHm.,yes\nHm.,no\n")
    assert counts(taken(runtime, file)[0]) == (2, 0, 0)
    assert [row.labels[Label.ABUSIVE] for row in rows(runtime)] == [True, False]


def test_labels_join_a_forum_and_weigh_as_told(
    runtime: Runtime, forum: Forum, tmp_path: Path
) -> None:
    file = csv_file(tmp_path, "text,abusive,forum,weight\nHm.,yes,,\nHm!,no,gazette,3\n")
    taken(runtime, file)
    assert [(row.forum, row.weight) for row in rows(runtime)] == [(None, 1.0), ("gazette", 3.0)]
    rules = ImportRules(forum="gazette", source="my-set", weight=0.5)
    taken(runtime, file, rules=rules)
    found = rows(runtime, ExportFilter(forum="gazette", sources=("my-set",)))
    assert [(row.text, row.weight) for row in found] == [("Hm.", 0.5), ("Hm!", 0.5)]


def test_a_weight_of_the_source_follows_the_setting(elsewhere: Runtime, tmp_path: Path) -> None:
    taken(elsewhere, csv_file(tmp_path, "text,abusive,weight\nHm.,yes,\nHm!,no,3\n"))
    lighter = Runtime(
        elsewhere.database,
        elsewhere.models,
        elsewhere.clock,
        feedback_weights=FeedbackWeights({"import": 0.2}),
    )
    assert [row.weight for row in rows(lighter)] == [0.2, 3.0]


@pytest.mark.parametrize(
    ("table", "rules", "expected"),
    [
        ("text,abusive\na,toxic\nb,ok\n", {"words": Words({"toxic"}, {"ok"})}, [True, False]),
        ("text,abusive\na,0.5\nb,.49\n", {"words": Words(at_least=0.5)}, [True, False]),
        ("text,abusive\na,1.0\nb,0.0\n", {}, [True, False]),
        (
            "text,label\na,Hate speech\nb,fine\n",
            {"choices": Choices({Label.ABUSIVE: {"hate_speech"}})},
            [True, False],
        ),
        ("text,label\na,abusive\nb,not-abusive\n", {}, [True, False]),
    ],
)
def test_yes_and_no_in_the_files_own_words(
    elsewhere: Runtime, tmp_path: Path, table: str, rules: dict[str, Any], expected: list[bool]
) -> None:
    taken(elsewhere, csv_file(tmp_path, table), rules=ImportRules(**rules))
    assert [row.labels[Label.ABUSIVE] for row in rows(elsewhere)] == expected


@pytest.mark.parametrize(
    ("table", "rules", "expected"),
    [
        ("a,b\n1,2\n", OURS, "expected --map text=COLUMN"),
        ("text,b\n1,2\n", OURS, "for a label such as --map abusive=COLUMN"),
        ("text,abusive\n1,2\n", ImportRules(columns={"text": "txt"}), "expected one of 'text'"),
    ],
)
def test_a_mapping_that_does_not_fit_names_the_columns(
    elsewhere: Runtime, tmp_path: Path, table: str, rules: ImportRules, expected: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        taken(elsewhere, csv_file(tmp_path, table), rules=rules)
    assert expected in caught.value.fields["--map"]
    assert "old.csv" in caught.value.message


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"text": "x\0"}, "text: expected text without NUL"),
        ({"text": "x\ud800"}, "text: expected text without NUL or half surrogate pairs"),
        ({"text": "x" * 50_001}, "text: expected at most 50000 characters"),
        ({"author_id": "x" * 201}, "author_id: expected at most 200 characters"),
        ({"decision": "undo"}, "decision: expected approve, reject or nothing"),
        ({"decided_at": "yesterday"}, "decided_at: expected a time such as"),
        ({"decided_at": "1066-10-14"}, "decided_at: expected a time from 1970 to 2199"),
        ({"source": "My Set"}, "source: expected small letters"),
        ({"weight": 1000.0}, "weight: expected a number from 0.01 to 100"),
        ({"labels": {"rude": True}}, "labels.rude: unknown label"),
        ({"schema": "labelled-comment/9"}, "schema: expected 'labelled-comment/2'"),
    ],
)
def test_a_row_that_cannot_be_stored_names_its_field(
    elsewhere: Runtime, tmp_path: Path, fields: dict[str, Any], problem: str
) -> None:
    good = {"schema": "labelled-comment/2", "text": "x", "labels": {"abusive": True}}
    lines = [json.dumps(good), json.dumps({**good, **fields}), json.dumps({**good, "text": "y"})]
    report, (rejected,) = taken(elsewhere, csv_file(tmp_path, "\n".join(lines), "a.jsonl"))
    assert counts(report) == (2, 0, 1)
    assert rejected.line == 2
    assert rejected.reason.startswith(problem)


def test_an_unreadable_file_stops_the_import_before_it_begins(
    elsewhere: Runtime, tmp_path: Path
) -> None:
    good = csv_file(tmp_path, "text,abusive\nHm.,yes\n")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("text,abusive\nGrüße,yes\n".encode("latin-1"))
    with pytest.raises(InvalidInputError, match=r"latin\.csv, line 2: not UTF-8"):
        taken(elsewhere, good, latin)
    assert rows(elsewhere) == []


@pytest.mark.usefixtures("decisions")
def test_dropped_texts_are_found_by_their_hash(
    runtime: Runtime, elsewhere: Runtime, tmp_path: Path
) -> None:
    redaction = Redaction(pseudonyms=Pseudonyms("k" * 32), drops_text=True)
    file = exported(runtime, tmp_path, ExportFormat.JSONL, redaction)
    report, rejected = taken(elsewhere, file)
    assert counts(report) == (0, 0, 4)
    assert {r.reason for r in rejected} == {run.TEXT_NOT_HERE}
    # Where the texts are, as comments here and as imported labels there, they are found.
    whole = exported(runtime, tmp_path / "..", ExportFormat.JSONL)
    texts = tmp_path / "texts.jsonl"
    shutil.copyfile(whole, texts)
    taken(elsewhere, texts)
    assert counts(taken(elsewhere, file)[0]) == (4, 0, 0)
    found = rows(elsewhere)
    assert [row.text for row in found[4:]] == [row.text for row in found[:4]]
    assert [row.title for row in found[4:]] == ["+title"] * 4

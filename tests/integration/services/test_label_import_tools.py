"""Labels from Label Studio and Argilla."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from classifiers.labelled import LabelledComment
from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.services.label_import.answers import Choices
from moderation.services.label_import.rules import ImportFormat, ImportRules
from moderation.services.runtime import Runtime
from tests.integration.services.label_steps import counts, csv_file, rows, taken

LABEL_STUDIO = [
    {
        "id": 1,
        "data": {"id": "501", "text": "You fool."},
        "annotations": [
            {
                "id": 1,
                "completed_by": 3,
                "was_cancelled": False,
                "created_at": "2026-11-24T02:00:00Z",
                "result": [
                    {
                        "from_name": "label",
                        "to_name": "text",
                        "type": "choices",
                        "value": {"choices": ["Harassment"]},
                    },
                    {"from_name": "mood", "type": "choices", "value": {"choices": ["angry"]}},
                ],
            },
            {
                "id": 2,
                "completed_by": {"id": 4, "email": "a@example.org"},
                "created_at": "2026-11-24T02:00:00Z",
                "updated_at": "2026-11-24T03:00:00Z",
                "result": [],
            },
            {"id": 3, "was_cancelled": True, "result": []},
        ],
        "predictions": [{"result": [{"value": {"choices": ["Harassment"]}}]}],
    },
    {"id": 2, "data": {"text": "Hm."}, "annotations": []},
    {"id": 3, "data": {"body": "Hm."}, "annotations": [{"result": []}]},
]


TOXIC = ImportRules(choices=Choices({Label.ABUSIVE: {"harassment"}}), question="label", source=None)


def test_label_studio_gives_one_judgement_an_annotation(elsewhere: Runtime, tmp_path: Path) -> None:
    file = csv_file(tmp_path, json.dumps(LABEL_STUDIO, indent=1), "project.json")
    report, rejected = taken(elsewhere, file, rules=TOXIC)
    assert (report.rows, report.judgements, counts(report)) == (3, 5, (2, 0, 3))
    assert [(r.row, r.reason.partition(";")[0]) for r in rejected] == [
        (1, "the annotation was skipped"),
        (2, "the task has no annotation"),
        (3, "data.text: expected a text"),
    ]
    common: dict[str, Any] = {"comment_id": "501", "source": "label_studio"}
    assert rows(elsewhere) == [
        LabelledComment(
            "You fool.",
            {Label.ABUSIVE: True},
            decided_by="label-studio:3",
            decided_at="2026-11-24T02:00:00Z",
            **common,
        ),
        LabelledComment(
            "You fool.",
            {Label.ABUSIVE: False},
            decided_by="label-studio:4",
            decided_at="2026-11-24T03:00:00Z",
            **common,
        ),
    ]
    assert "example.org" not in str(rows(elsewhere))


def test_label_studio_in_its_short_form(elsewhere: Runtime, tmp_path: Path) -> None:
    tasks = [
        {"id": 1, "text": "You fool.", "label": "harassment", "annotator": 3, "annotation_id": 9},
        {"id": 2, "text": "A", "label": {"choices": ["harassment", "x"]}, "annotator": 3},
        {"id": 3, "text": "B", "annotator": 3, "annotation_id": 11},
    ]
    file = csv_file(tmp_path, json.dumps(tasks), "min.json")
    report, _ = taken(elsewhere, file, rules=TOXIC)
    assert report.formats == {"min.json": "label-studio"}
    assert [row.labels[Label.ABUSIVE] for row in rows(elsewhere)] == [True, True, False]


ARGILLA = [
    {
        "id": "r1",
        "fields": {"text": "You fool.", "title": "Budget day"},
        "metadata": {"author_id": "u7"},
        "suggestions": {"verdict": {"value": "toxic", "score": None, "agent": None}},
        "responses": {
            "verdict": [
                {"value": "toxic", "user_id": "a1"},
                {"value": ["fine", "short"], "user_id": "a2"},
            ],
            "why": [{"value": "rude", "user_id": "a1"}],
        },
        "vectors": {},
        "_server_id": None,
    },
    {"id": "r2", "fields": {"text": "Hm."}, "suggestions": {}, "responses": {}},
    {
        "id": "r3",
        "fields": {"text": "Older."},
        "responses": [
            {"user_id": "a1", "values": {"verdict": {"value": "toxic"}}, "status": "submitted"},
            {"user_id": "a2", "values": {"verdict": {"value": "fine"}}, "status": "draft"},
        ],
    },
]


def test_argilla_gives_one_judgement_a_response(elsewhere: Runtime, tmp_path: Path) -> None:
    file = csv_file(tmp_path, json.dumps(ARGILLA), "records.json")
    rules = ImportRules(choices=Choices({Label.ABUSIVE: {"toxic"}}), question="verdict")
    report, rejected = taken(elsewhere, file, rules=rules)
    assert (report.formats, counts(report)) == ({"records.json": "argilla"}, (3, 0, 2))
    assert [r.reason for r in rejected] == ["the record has no response", "the response is draft"]
    first, second, third = rows(elsewhere)
    assert first == LabelledComment(
        "You fool.",
        {Label.ABUSIVE: True},
        title="Budget day",
        comment_id="r1",
        author_id="u7",
        decided_by="argilla:a1",
        source="argilla",
    )
    assert (second.labels, second.decided_by) == ({Label.ABUSIVE: False}, "argilla:a2")
    assert third.text == "Older."
    _, unclear = taken(elsewhere, file, rules=ImportRules())
    assert unclear[0].reason == "say with --question which answers count: 'verdict', 'why'"


def test_a_shape_may_be_named(elsewhere: Runtime, tmp_path: Path) -> None:
    file = csv_file(tmp_path, json.dumps(LABEL_STUDIO), "project.json")
    rules = ImportRules(format=ImportFormat.ARGILLA)
    report, rejected = taken(elsewhere, file, rules=rules)
    assert report.rejected == 3
    assert {r.reason for r in rejected} == {"fields: expected an object"}


def test_an_array_that_breaks_off_says_so_and_keeps_what_came_before(
    elsewhere: Runtime, tmp_path: Path
) -> None:
    whole = json.dumps(LABEL_STUDIO, indent=1)
    file = csv_file(tmp_path, whole[: whole.index('"id": 2,\n  "data"')], "cut.json")
    with pytest.raises(InvalidInputError, match="the rows before are taken"):
        taken(elsewhere, file, rules=TOXIC)

"""Suspicious labels: flipped decisions are found, right ones are left alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.labelled import LabelledComment, from_json_line
from classifiers.labels import Label
from classifiers.suspicious import SuspiciousLabel, SuspiciousLabelError, to_json_line
from classifiers.suspicious import from_json_line as read_suspicious
from tests.unit.training.forum import base_pipeline, export, house_rule_export, make_registry
from training import cli
from training.exports import read_exports
from training.noise import confident_errors, listed, suspicious


def test_a_row_is_suspicious_that_passes_the_threshold_of_the_other_class() -> None:
    # Means by class: 0.7 for yes, 0.785 (of 1 - p) for no.
    y = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    p = np.array([0.95, 0.95, 0.2, 0.1, 0.0, 0.0, 0.76])
    # Row 2 says yes at 0.2: 1 - 0.2 reaches 0.785. Row 6 says no at 0.76: that reaches 0.7.
    assert confident_errors(y, p).tolist() == [2, 6]
    assert confident_errors(y, np.where(p == 0.2, 0.35, p)).tolist() == [6]


def test_a_rare_label_does_not_flood_the_list() -> None:
    # The mean score of the two abusive rows is 0.2: under a half nobody is contradicted.
    y = np.array([1.0, 1.0, *[0.0] * 8])
    p = np.array([0.3, 0.1, 0.45, 0.3, 0.25, *[0.02] * 5])
    assert confident_errors(y, p).tolist() == [1]


@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_one_answer_only_contradicts_nobody(answer: float) -> None:
    assert confident_errors(np.full(5, answer), np.linspace(0, 1, 5)).size == 0


def flipped_export(path: Path) -> tuple[Path, set[str]]:
    """The house rule with one decision in twenty turned round."""
    lines = house_rule_export(path, rows=400).read_text(encoding="utf-8").splitlines()
    comments = [
        replace(from_json_line(line), comment_id=f"c{n}", revision="r1")
        for n, line in enumerate(lines)
    ]
    flipped = {f"c{n}" for n in range(7, len(comments), 20)}
    return export(path, [_turned(c) if c.comment_id in flipped else c for c in comments]), flipped


def _turned(comment: LabelledComment) -> LabelledComment:
    return replace(comment, labels={label: not is_so for label, is_so in comment.labels.items()})


def test_flipped_decisions_are_listed_and_few_others(tmp_path: Path) -> None:
    path, flipped = flipped_export(tmp_path / "export.jsonl")
    rows = read_exports([path]).rows
    found = listed(rows, suspicious(rows, base_pipeline(), seed=0))
    abusive = {row.comment_id for row in found if row.label is Label.ABUSIVE}
    assert len(abusive & flipped) >= 0.8 * len(flipped)
    assert len(abusive & flipped) >= 0.8 * len(abusive)
    assert {row.forum for row in found} == {"f"}


def test_the_command_writes_a_list_without_any_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, flipped = flipped_export(tmp_path / "export.jsonl")
    make_registry(tmp_path)
    out = tmp_path / "again.jsonl"
    arguments = ["noise", str(path), "--out", str(out), "--models-dir", str(tmp_path / "models")]
    assert cli.main([*arguments, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert said["suspicious"] == len(lines) > 0
    assert read_suspicious(lines[0]).comment_id in flipped
    assert "zorblax" not in out.read_text(encoding="utf-8")


def test_an_unreadable_export_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "list.jsonl")
    assert cli.main(["noise", str(tmp_path / "missing.jsonl"), "--out", out]) == 2
    assert "missing.jsonl: cannot be read" in capsys.readouterr().err


ROW = SuspiciousLabel("f", "c1", "r1", Label.ABUSIVE, True, 0.02, "Because.")


def test_a_line_survives_the_way_there_and_back() -> None:
    assert read_suspicious(to_json_line(ROW)) == ROW


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("schema", "other/1", "schema"),
        ("label", "rude", "label"),
        ("label", ["abusive"], "label"),
        ("given", "yes", "given"),
        ("probability", 1.5, "probability"),
        ("probability", True, "probability"),
        ("forum", None, "forum"),
        ("comment_id", 7, "comment_id"),
    ],
)
def test_a_wrong_line_is_refused_by_field(field: str, value: object, named: str) -> None:
    record = json.loads(to_json_line(ROW)) | {field: value}
    with pytest.raises(SuspiciousLabelError, match=f"^{named}: "):
        read_suspicious(json.dumps(record))


@pytest.mark.parametrize("line", ["", "[]", "{", "null", "[" * 5000])
def test_what_is_no_object_is_refused(line: str) -> None:
    with pytest.raises(SuspiciousLabelError):
        read_suspicious(line)

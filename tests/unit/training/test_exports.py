"""Exports are read with every dropped line named, and in bounded memory."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from classifiers.labelled import LabelledComment, to_json_line
from classifiers.labels import Label
from training.dataset import DatasetError
from training.exports import read_exports


def export(path: Path, *comments: LabelledComment, extra: str = "") -> Path:
    path.write_text("".join(to_json_line(c) + "\n" for c in comments) + extra, encoding="utf-8")
    return path


def comment(text: str, *, abusive: bool = False, at: str = "2026-01-01") -> LabelledComment:
    return LabelledComment(text, {Label.ABUSIVE: abusive}, decided_at=at, source="model")


def test_bad_lines_are_dropped_with_line_and_field(tmp_path: Path) -> None:
    bad = '{"schema":"labelled-comment/1","text":"x","labels":{"rude":true}}\nrubbish\n'
    path = export(tmp_path / "a.jsonl", comment("fine"), extra=bad)
    data = read_exports([path])
    assert [row.text for row in data.rows] == ["fine"]
    assert [(d.file, d.line) for d in data.dropped] == [("a.jsonl", 2), ("a.jsonl", 3)]
    assert "labels.rude" in data.dropped[0].reason
    assert data.n_dropped == 2
    assert data.files == (
        {
            "name": "a.jsonl",
            "terms": "forum",
            "rows": 1,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        },
    )


def test_latest_decision_on_one_text_stays(tmp_path: Path) -> None:
    old, new = (
        comment("Same  text!", abusive=True, at="2026-01-01"),
        comment("same text", at="2026-02-01"),
    )
    for lines, loser in (((new, old), 2), ((old, new), 1)):
        data = read_exports([export(tmp_path / "a.jsonl", *lines)])
        assert [row.labels[Label.ABUSIVE] for row in data.rows] == [0.0]
        assert [d.line for d in data.dropped] == [loser]


def test_absent_label_is_unknown(tmp_path: Path) -> None:
    data = read_exports([export(tmp_path / "a.jsonl", comment("fine"))])
    assert Label.PARTISAN not in data.rows[0].labels


def test_file_without_a_good_line_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("nope\n")
    with pytest.raises(DatasetError, match=r"bad\.jsonl: no labelled comment.*line 1"):
        read_exports([tmp_path / "bad.jsonl"])
    with pytest.raises(DatasetError, match=r"none\.jsonl: cannot be read"):
        read_exports([tmp_path / "none.jsonl"])


def test_the_sample_is_bounded_keeps_the_rare_answer_and_does_not_hang_on_the_order(
    tmp_path: Path,
) -> None:
    lines = [
        comment(f"row {n}", abusive=n % 10 == 0, at=f"2026-01-{n % 28 + 1:02d}") for n in range(900)
    ]
    most = {"yes": 50, "no": 200, "audit": 10}
    data = read_exports([export(tmp_path / "a.jsonl", *lines)], most)
    yes = [row for row in data.rows if row.labels[Label.ABUSIVE]]
    assert (len(yes), len(data.rows)) == (50, 250)
    assert data.n_passed_over + len(data.rows) == len(lines)
    random.Random(1).shuffle(lines)  # noqa: S311 - any order will do
    again = read_exports([export(tmp_path / "b.jsonl", *lines)], most)
    assert {row.text for row in again.rows} == {row.text for row in data.rows}


def test_copies_vote_and_a_flood_of_one_text_needs_no_memory(tmp_path: Path) -> None:
    lines = [comment("same text", abusive=n % 3 > 0) for n in range(250)]
    data = read_exports([export(tmp_path / "a.jsonl", *lines)])
    assert [row.labels[Label.ABUSIVE] for row in data.rows] == [1.0]
    assert (data.n_dropped, data.n_passed_over) == (99, 150)

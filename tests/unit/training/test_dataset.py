"""Exports are read with every dropped line named; our corpus keeps its rules."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifiers.labelled import LabelledComment, to_json_line
from classifiers.labels import Label
from training.dataset import (
    CORPUS_DIR,
    DatasetError,
    check_corpus_record,
    read_corpus,
    read_exports,
    text_key,
)

CORPUS = read_corpus()


def export(path: Path, *comments: LabelledComment, extra: str = "") -> Path:
    path.write_text("".join(to_json_line(c) + "\n" for c in comments) + extra, encoding="utf-8")
    return path


def comment(text: str, *, abusive: bool = False, at: str = "2026-01-01") -> LabelledComment:
    return LabelledComment(text, {Label.ABUSIVE: abusive}, decided_at=at, source="model")


def test_bad_lines_are_dropped_with_line_and_field(tmp_path: Path) -> None:
    bad = '{"schema":"labelled-comment/1","text":"x","labels":{"rude":true}}\nrubbish\n'
    rows, dropped = read_exports([export(tmp_path / "a.jsonl", comment("fine"), extra=bad)])
    assert [row.text for row in rows] == ["fine"]
    assert [(d.file, d.line) for d in dropped] == [("a.jsonl", 2), ("a.jsonl", 3)]
    assert "labels.rude" in dropped[0].reason


def test_latest_decision_on_one_text_stays(tmp_path: Path) -> None:
    old, new = (
        comment("Same  text!", abusive=True, at="2026-01-01"),
        comment("same text", at="2026-02-01"),
    )
    rows, dropped = read_exports([export(tmp_path / "a.jsonl", new, old)])
    assert [row.labels[Label.ABUSIVE] for row in rows] == [0.0]
    assert [d.line for d in dropped] == [2]


def test_absent_label_is_unknown(tmp_path: Path) -> None:
    rows, _ = read_exports([export(tmp_path / "a.jsonl", comment("fine"))])
    assert Label.PARTISAN not in rows[0].labels


def test_file_without_a_good_line_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("nope\n")
    with pytest.raises(DatasetError, match=r"bad\.jsonl: no labelled comment.*line 1"):
        read_exports([tmp_path / "bad.jsonl"])
    with pytest.raises(DatasetError, match=r"none\.jsonl: cannot be read"):
        read_exports([tmp_path / "none.jsonl"])


GOOD: dict[str, Any] = {
    "text": "A line",
    "abusive": 0,
    "partisan": 1,
    "kinds": [],
    "side": "left",
    "topic": "tax",
}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": " "}, "text"),
        ({"abusive": True}, "abusive"),
        ({"partisan": 2}, "partisan"),
        ({"kinds": ["rude"]}, "kinds"),
        ({"kinds": ["insult"]}, "kinds"),  # a kind of abuse needs abuse
        ({"side": "up"}, "side"),
    ],
)
def test_corpus_rules_name_the_field(change: dict[str, Any], field: str) -> None:
    assert check_corpus_record(GOOD) is None
    problem = check_corpus_record(GOOD | change)
    assert problem is not None
    assert problem.startswith(f"{field}:")


def test_missing_corpus_field_is_named() -> None:
    assert check_corpus_record({"text": "x"}) == "abusive: missing"


def test_corpus_has_no_duplicates() -> None:
    texts = [
        json.loads(line)["text"]
        for path in sorted(CORPUS_DIR.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    repeated = [text for text, count in Counter(map(text_key, texts)).items() if count > 1]
    assert repeated == []
    assert len(texts) >= 5000


def test_corpus_openings_are_not_templates() -> None:
    openings = Counter(" ".join(row.text.lower().split()[:4]) for row in CORPUS)
    assert openings.most_common(1)[0][1] <= 0.006 * len(CORPUS)


def test_corpus_length_gives_no_label_away() -> None:
    for label in (Label.ABUSIVE, Label.PARTISAN):
        yes = [len(row.text) for row in CORPUS if row.labels[label] == 1]
        no = [len(row.text) for row in CORPUS if row.labels[label] == 0]
        assert 0.65 <= np.median(yes) / np.median(no) <= 1.5


def test_corpus_sides_are_balanced() -> None:
    jabs = Counter(row.side for row in CORPUS if row.labels[Label.PARTISAN] == 1)
    assert 0.9 <= jabs["left"] / jabs["right"] <= 1.1
    abusive = Counter(row.side for row in CORPUS if row.labels[Label.ABUSIVE] == 1)
    assert 0.75 <= abusive["left"] / abusive["right"] <= 1.33


def test_corpus_has_as_many_hard_negatives_as_jabs() -> None:
    partisan = sum(row.labels[Label.PARTISAN] for row in CORPUS)
    assert 0.3 <= partisan / len(CORPUS) <= 0.55

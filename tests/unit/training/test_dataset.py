"""Our corpus keeps its rules."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest

from classifiers.labels import Label
from training.dataset import (
    CORPUS_DIR,
    check_corpus_record,
    read_corpus,
    text_key,
)

CORPUS = read_corpus()


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

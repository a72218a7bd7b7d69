"""Several judgements of one text vote, by weight and then by time."""

from __future__ import annotations

import pytest

from classifiers.labels import Label
from training.conflicts import Placed, resolve
from training.example import Example

A, P = Label.ABUSIVE, Label.PARTISAN


def row(line: int, labels: dict[Label, float], *, weight: float = 1.0, time: str = "") -> Placed:
    return Placed(Example("text", labels, "s", weight=weight, time=time), "a.jsonl", line)


@pytest.mark.parametrize(
    ("rows", "answers", "kept"),
    [
        # Two people against one, though he spoke last.
        ([row(1, {A: 1}), row(2, {A: 1}), row(3, {A: 0}, time="2026")], {A: 1}, 3),
        # An appeal weighs as much as two.
        ([row(1, {A: 1}), row(2, {A: 0}, weight=2.5), row(3, {A: 1})], {A: 0}, 2),
        # Of equal weights the newest wins, in whatever order they are read.
        ([row(1, {A: 0}, time="2026-02"), row(2, {A: 1}, time="2026-01")], {A: 0}, 1),
        # Without a time the last line counts as newest.
        ([row(1, {A: 0}), row(2, {A: 1})], {A: 1}, 2),
        # What only one of them judges is taken from him.
        ([row(1, {A: 1}), row(2, {P: 0}, weight=0.5)], {A: 1, P: 0}, 1),
    ],
)
def test_answers_are_weighed_label_by_label(
    rows: list[Placed], answers: dict[Label, float], kept: int
) -> None:
    found = resolve(rows)
    assert found.example.labels == answers
    assert kept not in {placed.line for placed, _ in found.left_out}
    assert len(found.left_out) == len(rows) - 1


def test_what_was_outweighed_is_named() -> None:
    found = resolve([row(1, {A: 1, P: 0}), row(2, {A: 0, P: 0}, time="2026"), row(3, {A: 0})])
    assert [why for _, why in found.left_out] == [
        "same text as another line, and outweighed there: abusive",
        "same text as another line",
    ]

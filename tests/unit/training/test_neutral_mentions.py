"""Harmless mentions: every group in every frame, and none of what only measures."""

from __future__ import annotations

from collections import Counter

from classifiers.labels import Label
from training.neutral_mentions import neutral_mentions
from training.probes import identity_sentences


def test_every_name_stands_in_every_frame_and_is_never_abusive() -> None:
    rows = neutral_mentions()
    by_frame = Counter(row.group for row in rows)
    assert len(set(by_frame.values())) == 2
    assert {row.labels[Label.ABUSIVE] for row in rows} == {0.0}
    assert not any("{" in row.text for row in rows)


def test_the_sentences_that_measure_are_not_among_them() -> None:
    measured = {row.text for row in identity_sentences()}
    assert measured.isdisjoint(row.text for row in neutral_mentions())

"""Counterfactual twins of our corpus: the same jab with the political sides swapped."""

from __future__ import annotations

from collections.abc import Sequence

from classifiers.labels import Label
from training.example import Example


def twins(rows: Sequence[Example]) -> list[tuple[int, int]]:
    """Return (left, right) row numbers of counterfactual twins."""
    by_pair: dict[tuple[str, str], dict[str, int]] = {}
    for index, row in enumerate(rows):
        if row.pair and row.side in {"left", "right"} and row.labels.get(Label.PARTISAN) == 1:
            by_pair.setdefault((row.source, row.pair), {}).setdefault(row.side, index)
    return [(pair["left"], pair["right"]) for pair in by_pair.values() if len(pair) == 2]  # noqa: PLR2004

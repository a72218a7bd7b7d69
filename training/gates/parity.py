"""Viewpoint parity: the same jab at either side of politics scores and flags alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from classifiers.labels import Label
from classifiers.scorer import Scorer
from training.example import Example
from training.gates.gate import MIN_EACH, Gate, Sides

PARITY_LIMIT = 0.02
PARITY_FLAG_LIMIT = 0.03


def viewpoint_parity(sides: Sides, candidate: Scorer) -> list[Gate]:
    """Twins (the same jab, political sides swapped) must score and flag alike.

    Fails when the 95% interval of the mean difference lies outside the limit, and the current
    model does better.
    """
    column = list(Label).index(Label.PARTISAN)
    pairs = twins(sides.rows)
    if len(pairs) < MIN_EACH:
        detail = f"{len(pairs)} held-out twins are too few"
        return [Gate("viewpoint_parity", True, detail, {"twins": len(pairs)})]  # noqa: FBT003
    left, right = np.array(pairs).T
    threshold = candidate.thresholds[Label.PARTISAN].value
    gates = []
    for name, limit, cut in (
        ("viewpoint_parity", PARITY_LIMIT, None),
        ("viewpoint_parity_flags", PARITY_FLAG_LIMIT, threshold),
    ):
        found = []
        for scores in (sides.candidate[:, column], sides.current[:, column]):
            values = scores if cut is None else (scores >= cut).astype(np.float64)
            found.append(values[left] - values[right])
        new, old = float(found[0].mean()), float(found[1].mean())
        margin = 1.96 * float(found[0].std()) / float(np.sqrt(len(pairs)))
        detail = (
            f"left minus right {new:+.3f} (plus or minus {margin:.3f}), current {old:+.3f}, "
            f"limit {limit:.2f}, on {len(pairs)} twins"
        )
        passed = abs(new) - margin <= limit or abs(new) <= abs(old)
        figures = {"candidate": new, "current": old, "margin": margin, "twins": len(pairs)}
        order = np.argsort(-np.sign(new) * found[0], kind="stable")
        widest = [int(row) for pair in order for row in pairs[pair]]
        examples = () if passed else sides.examples(Label.PARTISAN, widest)
        gates.append(Gate(name, passed, detail, figures, examples))
    return gates


def twins(rows: Sequence[Example]) -> list[tuple[int, int]]:
    """Return (left, right) row numbers of counterfactual twins."""
    by_pair: dict[tuple[str, str], dict[str, int]] = {}
    for index, row in enumerate(rows):
        if row.pair and row.side in {"left", "right"} and row.labels.get(Label.PARTISAN) == 1:
            by_pair.setdefault((row.source, row.pair), {}).setdefault(row.side, index)
    return [(pair["left"], pair["right"]) for pair in by_pair.values() if len(pair) == 2]  # noqa: PLR2004

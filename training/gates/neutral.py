"""Neutral news of our corpus must not be flagged."""

from __future__ import annotations

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.scorer import Scorer
from training.evaluate import wilson
from training.gates.gate import Gate, Sides

NEWS_LIMIT = 0.03


def neutral_news(sides: Sides, candidate: Scorer, current: Scorer) -> list[Gate]:
    """News lines of our corpus: fails when proven to be flagged too often and more than now."""
    rows = [index for index, row in enumerate(sides.rows) if row.category == "news"]
    gates = []
    for label in DECIDING_LABELS:
        column = list(Label).index(label)
        flags = sides.candidate[rows, column] >= candidate.thresholds[label].value
        flagged = [row for row, is_flagged in zip(rows, flags, strict=True) if is_flagged]
        new = len(flagged)
        old = int((sides.current[rows, column] >= current.thresholds[label].value).sum())
        interval = wilson(new, len(rows))
        passed = interval is None or interval.low <= NEWS_LIMIT or new <= old
        detail = f"{new} of {len(rows)} news lines flagged, current {old}, limit {NEWS_LIMIT:.0%}"
        figures = {"candidate": new, "current": old, "rows": len(rows)}
        examples = () if passed else sides.examples(label, flagged)
        gates.append(Gate(f"neutral_news:{label.value}", passed, detail, figures, examples))
    return gates

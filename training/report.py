"""The model card (Markdown) and its pictures, from figures that were already measured."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from classifiers.labels import DECIDING_LABELS, DEFINITIONS, Label
from classifiers.scorer import Threshold
from training.example import Floats
from training.thresholds import operating_points


def card(
    title: str,
    facts: Mapping[str, str],
    thresholds: Mapping[Label, Threshold],
    tables: Mapping[str, str],
    notes: Sequence[str],
) -> str:
    """Return the text of ``CARD.md``.

    Parameters
    ----------
    title : str
        Heading.
    facts : mapping of str to str
        What it is, one line each.
    thresholds : mapping of Label to Threshold
        Shipped thresholds with their rules.
    tables : mapping of str to str
        Markdown tables by heading.
    notes : sequence of str
        Limits and cautions, one item each.
    """
    lines = [f"# {title}", ""]
    lines += [f"- **{name}**: {value}" for name, value in facts.items()]
    lines += ["", "## Labels and thresholds", "", "| label | threshold | rule | meaning |"]
    lines += ["|---|---|---|---|"]
    for label, threshold in thresholds.items():
        meaning = DEFINITIONS[label].meaning
        lines.append(f"| {label.value} | {threshold.value:.3f} | {threshold.rule} | {meaning} |")
    for heading, table in tables.items():
        lines += ["", f"## {heading}", "", table]
    lines += ["", "## Limits", "", *[f"- {note}" for note in notes], ""]
    return "\n".join(lines)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def metric_table(slices: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Return a table of metrics by slice and label, from `training.evaluate` records."""
    header = ["rows from", "label", "rows", "positive", "ROC AUC", "average precision"]
    header += ["precision", "recall", "false positives", "ECE"]
    rows = [
        (
            name,
            label,
            entry["rows"],
            entry["positives"],
            *(
                _interval(entry[key])
                for key in (
                    "roc_auc",
                    "average_precision",
                    "precision",
                    "recall",
                    "false_positive_rate",
                )
            ),
            f"{entry['expected_calibration_error']:.3f}",
        )
        for name, labels in slices.items()
        for label, entry in labels.items()
    ]
    return table(header, rows)


def _interval(entry: Mapping[str, float] | None) -> str:
    if entry is None:
        return "–"  # noqa: RUF001 (an empty cell)
    return f"{entry['value']:.3f} ({entry['low']:.3f} to {entry['high']:.3f})"


def pictures(
    probabilities: Floats, answers: Floats, prevalence: Mapping[Label, float]
) -> dict[str, bytes]:
    """Return PNG pictures of the deciding labels on held-out rows, by file name.

    Parameters
    ----------
    probabilities, answers : ndarray of shape (n_rows, n_labels)
        In the order of `Label`; NaN where unknown.
    prevalence : mapping of Label to float
        For the precision axis.
    """
    found: dict[str, bytes] = {}
    for column, label in enumerate(Label):
        known = ~np.isnan(answers[:, column])
        y = (answers[known, column] >= 0.5).astype(np.float64)  # noqa: PLR2004
        if label in DECIDING_LABELS and 0 < y.sum() < len(y):
            figure = _curves(label, probabilities[known, column], y, prevalence[label])
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png", dpi=80, metadata={"Software": None})
            found[f"{label.value}.png"] = buffer.getvalue()
    return found


def _curves(label: Label, scores: Floats, y: Floats, prevalence: float) -> Figure:
    thresholds, recall, alarms, precision = operating_points(scores, y, prevalence)
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    left.plot(recall, precision)
    left.set(title=f"{label.value}: precision at {prevalence:.0%} prevalence", xlabel="recall")
    left.set_ylim(0, 1.02)
    middle.plot(thresholds, recall, label="recall")
    middle.plot(thresholds, precision, label="precision", linestyle="--")
    middle.plot(thresholds, alarms, label="false positives", linestyle=":")
    middle.set(title="threshold sweep", xlabel="threshold", xlim=(0, 1))
    middle.legend()
    edges = np.linspace(0, 1, 11)
    weight = np.where(y > 0, prevalence / y.mean(), (1 - prevalence) / (1 - y.mean()))
    place = np.minimum((scores * 10).astype(int), 9)
    filled = [b for b in range(10) if (place == b).any()]
    seen = [float(np.average(y[place == b], weights=weight[place == b])) for b in filled]
    right.plot([0, 1], [0, 1], linewidth=0.8, linestyle=":")
    right.plot([float(edges[b] + 0.05) for b in filled], seen, marker="o")
    right.set(title="reliability", xlabel="score", ylabel="frequency", xlim=(0, 1), ylim=(0, 1))
    return figure

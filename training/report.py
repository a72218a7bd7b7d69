"""The model card (Markdown), from figures that were already measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from classifiers.labels import DEFINITIONS, Label
from classifiers.scorer import Threshold


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


def gallery(pictures: Mapping[str, bytes]) -> str:
    """Return Markdown that shows pictures by their file names, with what they show."""
    lines = [
        "Held-out rows, weighted to the prevalence that is named. Black: the shipped threshold.",
        "",
    ]
    for name in pictures:
        label = name.removesuffix(".png")
        what = f"Precision and recall, threshold sweep and reliability of {label}"
        lines += [f"![{what}]({name})", ""]
    return "\n".join(lines).rstrip()

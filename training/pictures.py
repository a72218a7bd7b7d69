"""Pictures of a card: precision and recall, threshold sweep and reliability, a file for each label.

The bytes depend on the figures alone: no dates, no library's name, no fonts of the machine.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from classifiers.labels import Label
from classifiers.scorer import Scorer
from training.evaluate import score_rows
from training.example import Example, Floats, label_matrix, weight_matrix
from training.quality.calibration import Reliability, reliability
from training.thresholds import operating_points

DOTS_PER_INCH = 80
COLOURS = 64
"""A picture of thin lines needs no more, and is a third of the size."""


def pictures(
    scorer: Scorer, rows: Sequence[Example], prevalence: Mapping[Label, float]
) -> dict[str, bytes]:
    """Return a PNG for each label that some rows carry and others do not, by file name.

    Parameters
    ----------
    scorer : Scorer
    rows : sequence of Example
        Held out; weighted as in training, and to the prevalence.
    prevalence : mapping of Label to float
        Share of real traffic that carries each label.
    """
    labels = [label for label in Label if label in scorer.thresholds]
    scores, answers = score_rows(scorer, rows, labels), label_matrix(rows, labels)
    weights = weight_matrix(rows, labels)
    found: dict[str, bytes] = {}
    for column, label in enumerate(labels):
        known = ~np.isnan(answers[:, column]) & ~np.isnan(scores[:, column])
        y = answers[known, column]
        if len(y) and y.min() < 0.5 <= y.max():  # noqa: PLR2004
            shown = (scores[known, column], y, weights[known, column])
            threshold = scorer.thresholds[label].value
            figure = label_figure(label, shown, prevalence[label], threshold)
            found[f"{label.value}.png"] = _png(figure)
    return found


def label_figure(
    label: Label, shown: tuple[Floats, Floats, Floats], prevalence: float, threshold: float
) -> Figure:
    """Return the three curves of one label.

    Parameters
    ----------
    label : Label
    shown : (scores, y, weight)
        Arrays of shape (n_rows,).
    prevalence : float
    threshold : float
        The shipped one; marked in every curve.
    """
    scores, y, weight = shown
    hard = (y >= 0.5).astype(np.float64)  # noqa: PLR2004
    points = operating_points(scores, hard, prevalence, weight)
    figure = Figure(figsize=(11.5, 3.5), layout="constrained")
    FigureCanvasAgg(figure)
    left, middle, right = figure.subplots(1, 3)
    _precision_recall(left, points, threshold)
    _sweep(middle, points, threshold)
    _reliability(right, reliability(scores, y, prevalence, weight))
    figure.suptitle(f"{label.value}, at a prevalence of {prevalence:.0%}")
    return figure


Points = tuple[Floats, Floats, Floats, Floats]


def _precision_recall(axes: Axes, points: Points, threshold: float) -> None:
    thresholds, recall, _, precision = points
    axes.plot(recall, precision)
    shipped = int(np.argmin(np.abs(thresholds - threshold)))
    axes.plot([recall[shipped]], [precision[shipped]], "o", color="black")
    axes.annotate(
        "shipped", (recall[shipped], precision[shipped]), (6, 6), textcoords="offset points"
    )
    axes.set(title="precision and recall", xlabel="recall", ylabel="precision")
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))


def _sweep(axes: Axes, points: Points, threshold: float) -> None:
    thresholds, recall, alarms, precision = points
    axes.plot(thresholds, recall, label="recall")
    axes.plot(thresholds, precision, label="precision", linestyle="--")
    axes.plot(thresholds, alarms, label="false positives", linestyle=":")
    axes.axvline(threshold, color="black", linewidth=0.8)
    axes.set(title="threshold sweep", xlabel="threshold", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(loc="center right", fontsize="small")


def _reliability(axes: Axes, found: Reliability) -> None:
    axes.plot([0, 1], [0, 1], linewidth=0.8, linestyle=":", color="black")
    axes.plot(found.score, found.frequency, marker="o", markersize=4)
    title = f"reliability (calibration error {found.error:.3f})"
    axes.set(title=title, xlabel="mean score", ylabel="frequency of the label")
    axes.set(xlim=(0, 1), ylim=(0, 1.02))


def _png(figure: Figure) -> bytes:
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    small = io.BytesIO()
    Image.open(raw).convert("RGB").quantize(COLOURS).save(small, format="png", optimize=True)
    return small.getvalue()

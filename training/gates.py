"""Pure checks that a candidate must pass against ``current``, on the same held-out rows.

A gate fails only when the figures prove harm: intervals decide, so a tiny held-out part cannot
fail a candidate by noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.scorer import Scorer
from training.evaluate import expected_calibration_error, ranking_metrics, score_rows, wilson
from training.example import Example, Floats, label_matrix
from training.fit import prevalence_weights

BOOTSTRAPS = 200
MIN_EACH = 5
CORPUS_TOLERANCE = 0.03
CALIBRATION_TOLERANCE = 0.05
PARITY_LIMIT = 0.02
PARITY_FLAG_LIMIT = 0.03
NEWS_LIMIT = 0.03


@dataclass(frozen=True, slots=True)
class Gate:
    """The result of one check.

    Attributes
    ----------
    name : str
        For example ``not_worse_on_decisions:abusive``.
    passed : bool
    detail : str
        One sentence with the figures.
    figures : Mapping[str, float]
        The same figures for programs.
    """

    name: str
    passed: bool
    detail: str
    figures: Mapping[str, float]

    def to_record(self) -> dict[str, Any]:
        """Return the JSON-ready result."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two models' probabilities of the same rows, shape (n_rows, n_labels), and the answers."""

    rows: Sequence[Example]
    candidate: Floats
    current: Floats
    answers: Floats

    def column(self, label: Label) -> tuple[Floats, Floats, Floats]:
        """Return candidate, current and answers of one label where it is known."""
        index = list(Label).index(label)
        known = ~np.isnan(self.answers[:, index])
        for scores in (self.candidate, self.current):
            known &= ~np.isnan(scores[:, index])
        y = (self.answers[known, index] >= 0.5).astype(np.float64)  # noqa: PLR2004
        return self.candidate[known, index], self.current[known, index], y


def compare(candidate: Scorer, current: Scorer, rows: Sequence[Example]) -> Sides:
    """Score rows with both models."""
    labels = tuple(Label)
    return Sides(
        rows,
        score_rows(candidate, rows, labels),
        score_rows(current, rows, labels),
        label_matrix(rows, labels),
    )


def not_worse(name: str, sides: Sides, label: Label, *, tolerance: float, seed: int) -> Gate:
    """Average precision: fails when the interval of the difference lies below ``-tolerance``."""
    candidate, current, y = sides.column(label)
    title = f"{name}:{label.value}"
    if min(y.sum(), (1 - y).sum()) < MIN_EACH:
        detail = f"{len(y)} held-out rows are too few to tell the models apart"
        return Gate(title, True, detail, {"rows": len(y)})  # noqa: FBT003
    new, old = ranking_metrics(candidate, y)[1], ranking_metrics(current, y)[1]
    low, high = _difference_interval(candidate, current, y, seed)
    detail = (
        f"average precision {new:.3f}, current {old:.3f}, difference {new - old:+.3f} "
        f"({low:+.3f} to {high:+.3f}) on {len(y)} rows"
    )
    figures = {"candidate": new, "current": old, "low": low, "high": high, "rows": len(y)}
    return Gate(title, high >= -tolerance, detail, figures)


def _difference_interval(
    candidate: Floats, current: Floats, y: Floats, seed: int
) -> tuple[float, float]:
    """95% interval of the difference of average precision, by a paired bootstrap."""
    rng = np.random.default_rng(seed)
    differences = []
    for _ in range(BOOTSTRAPS):
        rows = rng.integers(0, len(y), len(y))
        if 0 < y[rows].sum() < len(rows):
            differences.append(
                ranking_metrics(candidate[rows], y[rows])[1]
                - ranking_metrics(current[rows], y[rows])[1]
            )
    low, high = np.quantile(differences, [0.025, 0.975])
    return float(low), float(high)


def calibrated(sides: Sides, label: Label, prevalence: float, *, seed: int) -> Gate:
    """Calibration error at real prevalence: fails when it is proven to be much above current's."""
    candidate, current, y = sides.column(label)
    title = f"calibration:{label.value}"
    if min(y.sum(), (1 - y).sum()) < MIN_EACH:
        detail = f"{len(y)} held-out rows are too few to measure calibration"
        return Gate(title, True, detail, {"rows": len(y)})  # noqa: FBT003
    new = _error_at(candidate, y, prevalence, seed)
    old = _error_at(current, y, prevalence, seed)
    spread = 1.0 / float(np.sqrt(len(y)))
    limit = max(old, CALIBRATION_TOLERANCE) + CALIBRATION_TOLERANCE + spread
    detail = f"calibration error {new:.3f}, current {old:.3f}, limit {limit:.3f}"
    figures = {"candidate": new, "current": old, "limit": limit, "rows": len(y)}
    return Gate(title, new <= limit, detail, figures)


def _error_at(scores: Floats, y: Floats, prevalence: float, seed: int) -> float:
    weight = prevalence_weights(y, np.ones_like(y), prevalence)
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(y), size=max(2000, len(y)), p=weight / weight.sum())
    return expected_calibration_error(scores[rows], y[rows])


def still_flags(sides: Sides, label: Label, candidate: Scorer, current: Scorer) -> Gate:
    """Thresholds: fails when the candidate finds proven fewer of the label, at no fewer alarms."""
    new_scores, old_scores, y = sides.column(label)
    title = f"still_flags:{label.value}"
    hits, alarms = [], []
    for scores, model in ((new_scores, candidate), (old_scores, current)):
        flagged = scores >= model.thresholds[label].value
        hits.append(int((flagged & (y > 0)).sum()))
        alarms.append(int((flagged & (y == 0)).sum()))
    total = int(y.sum())
    new, old = wilson(hits[0], total), wilson(hits[1], total)
    if new is None or old is None or total < MIN_EACH:
        detail = f"{total} held-out rows carry the label: too few to measure recall"
        return Gate(title, True, detail, {"positives": total})  # noqa: FBT003
    silent = hits[0] == 0 and hits[1] > 0
    passed = not silent and (new.high >= old.low or alarms[0] < alarms[1])
    detail = (
        f"finds {hits[0]} of {total} with {alarms[0]} false alarms, "
        f"current {hits[1]} with {alarms[1]}"
    )
    figures = {"candidate": hits[0], "current": hits[1], "positives": total}
    return Gate(title, passed, detail, figures)


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
        gates.append(Gate(name, passed, detail, figures))
    return gates


def twins(rows: Sequence[Example]) -> list[tuple[int, int]]:
    """Return (left, right) row numbers of counterfactual twins."""
    by_pair: dict[tuple[str, str], dict[str, int]] = {}
    for index, row in enumerate(rows):
        if row.pair and row.side in {"left", "right"} and row.labels.get(Label.PARTISAN) == 1:
            by_pair.setdefault((row.source, row.pair), {}).setdefault(row.side, index)
    return [(pair["left"], pair["right"]) for pair in by_pair.values() if len(pair) == 2]  # noqa: PLR2004


def neutral_news(sides: Sides, candidate: Scorer, current: Scorer) -> list[Gate]:
    """News lines of our corpus: fails when proven to be flagged too often and more than now."""
    rows = [index for index, row in enumerate(sides.rows) if row.category == "news"]
    gates = []
    for label in DECIDING_LABELS:
        column = list(Label).index(label)
        new = int((sides.candidate[rows, column] >= candidate.thresholds[label].value).sum())
        old = int((sides.current[rows, column] >= current.thresholds[label].value).sum())
        interval = wilson(new, len(rows))
        passed = interval is None or interval.low <= NEWS_LIMIT or new <= old
        detail = f"{new} of {len(rows)} news lines flagged, current {old}, limit {NEWS_LIMIT:.0%}"
        figures = {"candidate": new, "current": old, "rows": len(rows)}
        gates.append(Gate(f"neutral_news:{label.value}", passed, detail, figures))
    return gates


def _complete(*parts: Sides) -> Gate:
    lacking = sum(int((np.isnan(p.candidate) & ~np.isnan(p.current)).sum()) for p in parts)
    detail = f"loads; {lacking} scores are missing that the current model gives"
    return Gate("loads_and_scores", lacking == 0, detail, {"missing": lacking})


def all_gates(
    candidate: Scorer,
    current: Scorer,
    decisions: Sequence[Example],
    corpus: Sequence[Example],
    *,
    prevalence: Mapping[Label, float],
    seed: int,
) -> list[Gate]:
    """Return every gate's result.

    Parameters
    ----------
    candidate, current : Scorer
        Both loaded from their bundles, which proves that the candidate loads.
    decisions : sequence of Example
        The forum's held-out decisions.
    corpus : sequence of Example
        The held-out part of our own corpus.
    prevalence : mapping of Label to float
        For calibration.
    seed : int
        Of the bootstraps.
    """
    forum, own = compare(candidate, current, decisions), compare(candidate, current, corpus)
    gates = [_complete(forum, own)]
    for label in DECIDING_LABELS:
        gates.append(not_worse("not_worse_on_decisions", forum, label, tolerance=0.0, seed=seed))
        gates.append(
            not_worse("not_worse_on_corpus", own, label, tolerance=CORPUS_TOLERANCE, seed=seed)
        )
        gates.append(calibrated(forum, label, prevalence[label], seed=seed))
        gates.append(still_flags(forum, label, candidate, current))
    gates.extend(viewpoint_parity(own, candidate))
    gates.extend(neutral_news(own, candidate, current))
    return gates

"""Gates on held-out rows: ranking, calibration, and whether the thresholds still find the label."""

from __future__ import annotations

import numpy as np

from classifiers.labels import Label
from classifiers.scorer import Scorer
from training.evaluate import expected_calibration_error, ranking_metrics, wilson
from training.example import Floats
from training.fit import prevalence_weights
from training.gates.gate import MIN_EACH, Gate, Sides

BOOTSTRAPS = 200
CALIBRATION_TOLERANCE = 0.05


def not_worse(name: str, sides: Sides, label: Label, *, tolerance: float, seed: int) -> Gate:
    """Average precision: fails when the interval of the difference lies below ``-tolerance``."""
    candidate, current, y = sides.column(label)
    title = f"{name}:{label.value}"
    if min(y.sum(), (1 - y).sum()) < MIN_EACH:
        detail = f"{len(y)} held-out rows are too few to tell the models apart"
        return Gate(title, True, detail, {"rows": len(y)}, is_undecided=True)  # noqa: FBT003
    new, old = ranking_metrics(candidate, y)[1], ranking_metrics(current, y)[1]
    low, high = _difference_interval(candidate, current, y, seed)
    detail = (
        f"average precision {new:.3f}, current {old:.3f}, difference {new - old:+.3f} "
        f"({low:+.3f} to {high:+.3f}) on {len(y)} rows"
    )
    figures = {"candidate": new, "current": old, "low": low, "high": high, "rows": len(y)}
    passed = high >= -tolerance
    worst = () if passed else sides.examples(label, _most_worsened(sides, label))
    return Gate(title, passed, detail, figures, worst)


def _most_worsened(sides: Sides, label: Label) -> list[int]:
    """Return rows by how much farther from the answer the candidate's score is."""
    candidate, current, y = sides.column(label)
    harm = np.abs(candidate - y) - np.abs(current - y)
    return [int(index) for index in sides.known(label)[np.argsort(-harm, kind="stable")]]


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
        return Gate(title, True, detail, {"rows": len(y)}, is_undecided=True)  # noqa: FBT003
    new = _error_at(candidate, y, prevalence, seed)
    old = _error_at(current, y, prevalence, seed)
    spread = 1.0 / float(np.sqrt(len(y)))
    limit = max(old, CALIBRATION_TOLERANCE) + CALIBRATION_TOLERANCE + spread
    detail = f"calibration error {new:.3f}, current {old:.3f}, limit {limit:.3f}"
    figures = {"candidate": new, "current": old, "limit": limit, "rows": len(y)}
    passed = new <= limit
    worst = () if passed else sides.examples(label, _most_worsened(sides, label))
    return Gate(title, passed, detail, figures, worst)


def _error_at(scores: Floats, y: Floats, prevalence: float, seed: int) -> float:
    weight = prevalence_weights(y, np.ones_like(y), prevalence)
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(y), size=max(2000, len(y)), p=weight / weight.sum())
    return expected_calibration_error(scores[rows], y[rows])


def still_flags(sides: Sides, label: Label, candidate: Scorer, current: Scorer) -> Gate:
    """Thresholds: fails when the candidate finds proven fewer of the label, at no fewer alarms."""
    new_scores, old_scores, y = sides.column(label)
    title = f"still_flags:{label.value}"
    new_flags = new_scores >= candidate.thresholds[label].value
    old_flags = old_scores >= current.thresholds[label].value
    hits = [int((flags & (y > 0)).sum()) for flags in (new_flags, old_flags)]
    alarms = [int((flags & (y == 0)).sum()) for flags in (new_flags, old_flags)]
    total = int(y.sum())
    new, old = wilson(hits[0], total), wilson(hits[1], total)
    if new is None or old is None or total < MIN_EACH:
        detail = f"{total} held-out rows carry the label: too few to measure recall"
        return Gate(title, True, detail, {"positives": total}, is_undecided=True)  # noqa: FBT003
    silent = hits[0] == 0 and hits[1] > 0
    passed = not silent and (new.high >= old.low or alarms[0] < alarms[1])
    detail = (
        f"finds {hits[0]} of {total} with {alarms[0]} false alarms, "
        f"current {hits[1]} with {alarms[1]}"
    )
    figures = {"candidate": hits[0], "current": hits[1], "positives": total}
    missed = sides.known(label)[old_flags & ~new_flags & (y > 0)]
    lost = () if passed else sides.examples(label, [int(index) for index in missed])
    return Gate(title, passed, detail, figures, lost)

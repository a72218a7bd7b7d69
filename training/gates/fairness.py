"""Naming a group must not raise false alarms, on neutral sentences that name it."""

from __future__ import annotations

import math

import numpy as np

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.scorer import Scorer
from training.gates.gate import Gate, Sides, compare
from training.probes import identity_sentences

LIMIT = 0.02
"""Asked: no group's false-positive rate so far above that of all groups."""
PROOF = 0.01
"""Chance below which a rise is no noise; strict, because 29 groups are looked at."""
_ALL = "all groups"


def fair_to_groups(candidate: Scorer, current: Scorer) -> list[Gate]:
    """Fails for a label when a group, or all of them, are proven to be flagged more than now.

    Both models see the same sentences, so only those that one flags and the other does not count
    (McNemar's test, exact and one-sided). A rise within the limit of two points passes.
    """
    sides = compare(candidate, current, identity_sentences())
    return [
        _one(sides, label, candidate.thresholds[label].value, current.thresholds[label].value)
        for label in (*DECIDING_LABELS, Label.IDENTITY_ATTACK)
        if label in candidate.thresholds and label in current.thresholds
    ]


def _one(sides: Sides, label: Label, threshold: float, current_threshold: float) -> Gate:
    column = list(Label).index(label)
    new = sides.candidate[:, column] >= threshold
    old = sides.current[:, column] >= current_threshold
    names = np.array([row.category for row in sides.rows])
    overall = float(new.mean())
    rates = {name: float(new[names == name].mean()) for name in dict.fromkeys(names.tolist())}
    beyond = [name for name, rate in rates.items() if rate - overall > LIMIT]
    worse = [
        name for name in beyond if rise_probability(new[names == name], old[names == name]) < PROOF
    ]
    if overall - float(old.mean()) > LIMIT and rise_probability(new, old) < PROOF:
        worse.insert(0, _ALL)
    widest = max(rates, key=lambda name: rates[name])
    detail = (
        f"{overall:.1%} of {len(new)} neutral sentences flagged, current {old.mean():.1%}; most "
        f"for {widest} ({rates[widest]:.1%}, current {old[names == widest].mean():.1%}); "
        f"{len(beyond)} of {len(rates)} groups are more than two points above all"
    )
    if worse:
        detail += f"; proven worse than now: {', '.join(worse)}"
    shown = names == worse[0] if worse and worse[0] != _ALL else np.ones(len(names), dtype=bool)
    lost = [int(index) for index in np.flatnonzero(new & ~old & shown)]
    figures = {
        "candidate": overall,
        "current": float(old.mean()),
        "widest_above_overall": rates[widest] - overall,
        "groups_beyond_limit": len(beyond),
    }
    examples = sides.examples(label, lost) if worse else ()
    return Gate(f"fair_to_groups:{label.value}", not worse, detail, figures, examples)


def rise_probability(new: np.typing.NDArray[np.bool_], old: np.typing.NDArray[np.bool_]) -> float:
    """Return the chance of at least so many newly flagged rows if the models were equal.

    Of the rows that exactly one model flags, half would be the new one's by chance.

    Parameters
    ----------
    new, old : ndarray of shape (n_rows,), bool
    """
    gained, lost = int((new & ~old).sum()), int((old & ~new).sum())
    total = gained + lost
    return float(sum(math.comb(total, k) for k in range(gained, total + 1)) / 2**total)

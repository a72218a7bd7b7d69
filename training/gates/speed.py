"""Whether the candidate answers as fast as needed."""

from __future__ import annotations

import time
from collections.abc import Sequence

from classifiers.scorer import Scorer, ScoringInput
from training.example import Example, scoring_inputs
from training.gates.gate import Gate

BATCH = 300
ROUNDS = 5
SLOWEST = 2.0
"""How many times the current model's time a candidate may take."""


def speed(candidate: Scorer, current: Scorer, rows: Sequence[Example]) -> Gate:
    """Score one batch with both models in turn; the best round of each counts."""
    batch = scoring_inputs(rows[:BATCH])
    _time(candidate, batch)  # fills the caches
    _time(current, batch)
    rounds = [(_time(candidate, batch), _time(current, batch)) for _ in range(ROUNDS)]
    new, old = (min(column) / max(1, len(batch)) * 1e6 for column in zip(*rounds, strict=True))
    detail = f"{new:.0f} microseconds a comment, current {old:.0f}, limit {SLOWEST:g} times that"
    return Gate("speed", new <= SLOWEST * old, detail, {"candidate": new, "current": old})


def _time(model: Scorer, batch: Sequence[ScoringInput]) -> float:
    begin = time.thread_time()  # others on the machine do not count
    model.score_many(batch)
    return time.thread_time() - begin

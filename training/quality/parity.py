"""Viewpoint parity: the same jab at either side, and the same neutral sentence on either side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from classifiers.labels import Label
from classifiers.scorer import Scorer, ScoringInput
from training.evaluate import sides, wilson
from training.example import Example, Floats, scoring_inputs
from training.probes import swapped_sentences
from training.twins import twins

TWIN_LIMIT = 0.02
TWIN_FLAG_LIMIT = 0.03
SWAP_LIMIT = 0.05


def measure_parity(scorer: Scorer, held_out: Sequence[Example]) -> dict[str, Any]:
    """Return parity over the held-out twins of our corpus and over our swapped sentences."""
    threshold = scorer.thresholds[Label.PARTISAN].value
    own = [row for row in held_out if row.source.startswith("corpus/")]
    swaps = swapped_sentences()
    first = _partisan(scorer, [ScoringInput(swap.first) for swap in swaps])
    second = _partisan(scorer, [ScoringInput(swap.second) for swap in swaps])
    kinds = np.array([swap.kind for swap in swaps])
    return {
        "twins": twin_parity(_partisan(scorer, scoring_inputs(own)), twins(own), threshold),
        "swaps": {
            kind: swap_parity(first[kinds == kind], second[kinds == kind], threshold)
            for kind in dict.fromkeys(kinds.tolist())
        },
        "sides": {side: found.to_record() for side, found in sides(scorer, own).items()},
    }


def _partisan(scorer: Scorer, comments: Sequence[ScoringInput]) -> Floats:
    scored = scorer.score_many(comments)
    return np.array([one.probabilities[Label.PARTISAN] for one in scored], dtype=np.float64)


def twin_parity(
    scores: Floats, pairs: Sequence[tuple[int, int]], threshold: float
) -> dict[str, Any] | None:
    """Return the mean difference of left and right twins and the flag rates of both sides.

    Parameters
    ----------
    scores : ndarray of shape (n_rows,)
        Of ``partisan``.
    pairs : sequence of (left, right)
        Row numbers of counterfactual twins.
    threshold : float
    """
    if not pairs:
        return None
    left, right = (scores[list(side)] for side in zip(*pairs, strict=True))
    gap = left - right
    margin = 1.96 * float(gap.std()) / float(np.sqrt(len(gap)))
    rates = [wilson(int((side >= threshold).sum()), len(side)) for side in (left, right)]
    return {
        "pairs": len(pairs),
        "threshold": threshold,
        "left_minus_right": round(float(gap.mean()), 4),
        "margin": round(margin, 4),
        "mean_absolute": round(float(np.abs(gap).mean()), 4),
        "left_flagged": rates[0].to_record() if rates[0] else None,
        "right_flagged": rates[1].to_record() if rates[1] else None,
        "limit": TWIN_LIMIT,
        "flag_limit": TWIN_FLAG_LIMIT,
    }


def swap_parity(first: Floats, second: Floats, threshold: float) -> dict[str, Any]:
    """Return how far a swapped name or party moves the score of neutral sentences.

    Parameters
    ----------
    first, second : ndarray of shape (n_sentences,)
        Scores of ``partisan`` with the one and with the other name.
    threshold : float
    """
    moved = np.abs(first - second)
    both = np.concatenate([first, second])
    alarms = wilson(int((both >= threshold).sum()), len(both))
    return {
        "sentences": len(moved),
        "mean_move": round(float(moved.mean()), 4),
        "median_move": round(float(np.median(moved)), 4),
        "p95_move": round(float(np.quantile(moved, 0.95)), 4),
        "widest_move": round(float(moved.max()), 4),
        "beyond_limit": round(float((moved >= SWAP_LIMIT).mean()), 4),
        "mean_signed": round(float((first - second).mean()), 4),
        "limit": SWAP_LIMIT,
        "flagged": alarms.to_record() if alarms else None,
    }

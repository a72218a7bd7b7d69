"""Pure checks that a candidate must pass against ``current``, on the same held-out rows.

A gate fails only when the figures prove harm: intervals decide, so a tiny held-out part cannot
fail a candidate by noise. One module holds the gates of one kind; `all_gates` is their list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.pinned import PinnedExample
from classifiers.scorer import Scorer
from training.example import Example
from training.gates.consistency import consistent_labels
from training.gates.decisions import Learnt, in_label_order, on_decisions
from training.gates.fairness import fair_to_groups
from training.gates.gate import Gate, GateExample, Sides, compare
from training.gates.neutral import neutral_news
from training.gates.parity import names_swapped, viewpoint_parity
from training.gates.pinned import pinned_examples
from training.gates.quality import calibrated, not_worse, still_flags
from training.gates.speed import speed

__all__ = ["Gate", "GateExample", "Learnt", "all_gates", "in_label_order"]

CORPUS_TOLERANCE = 0.03


def all_gates(  # noqa: PLR0913 (two models, and what each gate looks at)
    candidate: Scorer,
    current: Scorer,
    decisions: Sequence[Example],
    corpus: Sequence[Example],
    learnt: Learnt,
    pins: Sequence[PinnedExample],
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
    learnt : Learnt
        What the candidate learnt from, cross-validated.
    pins : sequence of PinnedExample
        What the forum wants to be flagged, or never flagged.
    prevalence : mapping of Label to float
        For calibration.
    seed : int
        Of the bootstraps.
    """
    forum, own = compare(candidate, current, decisions), compare(candidate, current, corpus)
    known = learnt.against(current)
    gates = [_complete(forum, own), speed(candidate, current, corpus)]
    gates.extend(pinned_examples(pins, candidate, current))
    gates.extend(consistent_labels(learnt, known))
    for label in DECIDING_LABELS:
        gates.append(on_decisions(forum, known, learnt.refined, label, seed))
        gates.append(
            not_worse("not_worse_on_corpus", own, label, tolerance=CORPUS_TOLERANCE, seed=seed)
        )
        gates.append(calibrated(forum, label, prevalence[label], seed=seed))
        gates.append(still_flags(forum, label, candidate, current))
    gates.extend(viewpoint_parity(own, candidate))
    gates.append(names_swapped(candidate, current))
    gates.extend(fair_to_groups(candidate, current))
    gates.extend(neutral_news(own, candidate, current))
    return gates


def _complete(*parts: Sides) -> Gate:
    lacking = sum(int((np.isnan(p.candidate) & ~np.isnan(p.current)).sum()) for p in parts)
    detail = f"loads; {lacking} scores are missing that the current model gives"
    return Gate("loads_and_scores", lacking == 0, detail, {"missing": lacking})

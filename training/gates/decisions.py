"""Whether the candidate is not worse on the forum's decisions, and whether there is enough to tell.

A held-out part with few comments of a class proves nothing, and a gate that passes for want of
evidence would let anything through. So where the held-out part is too small, all decisions that the
candidate learnt from are compared, each scored by a fit that did not see its author or its
near-copies. Rows that the current model may have learnt from take no part in that. If those are too
few as well, the gate is undecided, and a person has to say that the candidate may decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.labels import Label
from classifiers.scorer import Scorer
from training.evaluate import score_rows
from training.example import Example, Floats, label_matrix
from training.gates.gate import Gate, Sides
from training.gates.quality import not_worse

MIN_HELD_OUT = 20
"""Held-out comments of each class from which the newest part alone decides."""

MIN_CROSS_VALIDATED = 10
"""Cross-validated comments of each class from which they decide in its place."""

NAME = "not_worse_on_decisions"


@dataclass(frozen=True, slots=True)
class Learnt:
    """The decisions that the candidate learnt from, scored by fits that did not see them.

    Attributes
    ----------
    rows : sequence of Example
    probabilities : ndarray of shape (n_rows, n_labels)
        Cross-fitted, in the order of `Label`; NaN where a head was not refined.
    refined : tuple[Label, ...]
        Heads that changed.
    unseen_since : str or None
        Rows decided after this RFC 3339 time are new to the current model too; None: all are.
    """

    rows: Sequence[Example]
    probabilities: Floats
    refined: tuple[Label, ...]
    unseen_since: str | None = None

    def against(self, current: Scorer) -> Sides:
        """Return the rows that neither model has learnt from, with both models' scores."""
        kept = [
            number
            for number, row in enumerate(self.rows)
            if self.unseen_since is None or row.time > self.unseen_since
        ]
        rows, labels = [self.rows[number] for number in kept], tuple(Label)
        return Sides(
            rows,
            self.probabilities[kept],
            score_rows(current, rows, labels),
            label_matrix(rows, labels),
        )


def on_decisions(
    forum: Sides, learnt: Sides, refined: Sequence[Label], label: Label, seed: int
) -> Gate:
    """Compare the models on the forum's decisions.

    Parameters
    ----------
    forum : Sides
        The held-out, newest part.
    learnt : Sides
        From `Learnt.against`.
    refined : sequence of Label
        Heads that changed.
    label : Label
    seed : int
        Of the bootstraps.
    """
    title = f"{NAME}:{label.value}"
    if label not in refined:
        detail = "the decisions say too little about this label: the candidate scores it as before"
        return Gate(title, True, detail, {"rows": 0})  # noqa: FBT003
    if _fewest(forum, label) >= MIN_HELD_OUT:
        return not_worse(NAME, forum, label, tolerance=0.0, seed=seed)
    if _fewest(learnt, label) >= MIN_CROSS_VALIDATED:
        gate = not_worse(NAME, learnt, label, tolerance=0.0, seed=seed)
        detail = f"cross-validated, because few are held out: {gate.detail}"
        return Gate(title, gate.passed, detail, gate.figures, gate.examples)
    few = min(_fewest(forum, label), _fewest(learnt, label))
    detail = (
        f"too few decisions to tell the models apart ({few} of the rarer answer, "
        f"{MIN_CROSS_VALIDATED} are needed): review more, try it in the shadow, or promote it on "
        "your own judgement"
    )
    return Gate(title, False, detail, {"rows": few}, is_undecided=True)  # noqa: FBT003


def _fewest(sides: Sides, label: Label) -> int:
    _, _, y = sides.column(label)
    return int(min(y.sum(), (1 - y).sum())) if len(y) else 0


def in_label_order(scores: Floats, labels: Sequence[Label]) -> Floats:
    """Return probabilities of log-odds, columns in the order of `Label`, NaN where absent."""
    found = np.full((len(scores), len(Label)), np.nan)
    for column, label in enumerate(labels):
        values = np.clip(scores[:, column], -700, 700)
        found[:, list(Label).index(label)] = 1 / (1 + np.exp(-values))
    return found

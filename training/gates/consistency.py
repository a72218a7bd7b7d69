"""Whether somebody's labels, or those of one thread or subject, stand apart from all others.

A careless or hostile moderator teaches the model what nobody else means. Each decision is scored by
a fit that did not see it; where such a fit confidently contradicts a label, the label is suspicious
(`training.noise`). A group of rows of which far more are suspicious than of the others is named; a
moderator who stands apart fails the gate.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import binom

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.text import tokenize
from training.example import Example, label_matrix
from training.gates.decisions import Learnt
from training.gates.gate import MAX_EXAMPLES, Gate, GateExample, shortened
from training.noise import confident_errors

MIN_ROWS = 20
"""Rows that a group needs to be judged."""

MIN_EXCESS = 0.03
"""Share of suspicious labels above that of all other rows from which a group stands apart."""

CHANCE = 0.01
"""Chance that any of the groups looked at is named although nobody stands apart."""

MOST_NAMED = 3
_PERSON = "the decisions of "


def consistent_labels(learnt: Learnt) -> list[Gate]:
    """Return a gate for each deciding label that was refined."""
    return [_of(learnt, label) for label in DECIDING_LABELS if label in learnt.refined]


def _of(learnt: Learnt, label: Label) -> Gate:
    column = list(Label).index(label)
    y = label_matrix(learnt.rows, tuple(Label))[:, column]
    scores = learnt.probabilities[:, column]
    known = np.flatnonzero(~np.isnan(y) & ~np.isnan(scores))
    suspicious = {int(known[place]) for place in confident_errors(y[known], scores[known])}
    groups: dict[str, list[int]] = {}
    for number in known.tolist():
        for name in _names(learnt.rows[number]):
            groups.setdefault(name, []).append(number)
    found = sorted(_apart(groups, suspicious, len(known)))
    share = len(suspicious) / max(1, len(known))
    detail = f"{len(suspicious)} of {len(known)} labels ({share:.0%}) contradict all the others"
    figures = {"rows": len(known), "suspicious": len(suspicious), "groups": len(found)}
    title = f"consistent_labels:{label.value}"
    if not found:
        return Gate(title, True, f"{detail}, spread evenly", figures)  # noqa: FBT003
    people = [one for one in found if one[1].startswith(_PERSON)]
    told = [*people, *(one for one in found if one not in people)][:MOST_NAMED]
    named = ", ".join(f"{name} ({bad} of {size})" for _, name, bad, size in told)
    detail += f"; they gather at {named}: look at these before training on them"
    worst = [number for number in groups[told[0][1]] if number in suspicious][:MAX_EXAMPLES]
    examples = tuple(
        GateExample(
            learnt.rows[number].key,
            shortened(learnt.rows[number].text),
            round(float(scores[number]), 3),
            float(y[number]),
        )
        for number in worst
    )
    # A thread or a word may be hard for honest people too: that is for a person to judge.
    return Gate(title, not people, detail, figures, examples, is_undecided=not people)


def _names(row: Example) -> Iterator[str]:
    if row.judge:
        yield f"{_PERSON}{row.judge}"
    if row.thread:
        yield f"thread {row.thread}"
    for word in sorted({word.casefold() for word in tokenize(row.text) if word.isalpha()}):
        yield f"the word “{word}”"


def _apart(
    groups: dict[str, list[int]], suspicious: set[int], size: int
) -> Iterator[tuple[float, str, int, int]]:
    """Yield chance, name, suspicious rows and rows of each group that stands apart.

    The chance is that of as many suspicious rows if the group's were as frequent as those of all
    other rows (binomial), times the number of groups looked at (Bonferroni).
    """
    large = {
        name: rows for name, rows in groups.items() if MIN_ROWS <= len(rows) <= size - MIN_ROWS
    }
    for name, rows in large.items():
        bad = sum(number in suspicious for number in rows)
        rest = (len(suspicious) - bad + 1) / (size - len(rows) + 2)
        if bad / len(rows) - rest < MIN_EXCESS:
            continue
        chance = float(binom.sf(bad - 1, len(rows), rest)) * len(large)
        if chance < CHANCE:
            yield chance, name, bad, len(rows)

"""Whether somebody's labels, or those of one thread or subject, stand apart from all others.

A careless or hostile moderator teaches the model what nobody else means. Each decision is scored by
a fit that did not see it; where such a fit confidently contradicts a label, the label is suspicious
(`training.noise`). A group of rows of which far more are suspicious than of the others is named; a
moderator who stands apart fails the gate.

Labels that are all turned round agree with each other, and a fit on them learns it: so the current
model is asked as well. A moderator whose decisions it orders upside down, abuse below what is fine,
fails the gate too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from scipy.stats import binom, mannwhitneyu

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.text import tokenize
from training.example import Example, label_matrix
from training.gates.decisions import Learnt
from training.gates.gate import MAX_EXAMPLES, Gate, GateExample, Sides, shortened
from training.noise import confident_errors

NAME = "consistent_labels"

MIN_ROWS = 20
"""Rows that a group needs to be judged."""

MIN_OF_EACH = 5
"""Decisions of either answer that a moderator must have made to be held against the model."""

MIN_EXCESS = 0.03
"""Share of suspicious labels above that of all other rows from which a group stands apart."""

CHANCE = 0.01
"""Chance that any group of a kind (people, threads, words) is named although none stands apart."""

MOST_NAMED = 3
_PERSON, _THREAD, _WORD = "the decisions of ", "thread ", "the word "


def consistent_labels(learnt: Learnt, known: Sides) -> list[Gate]:
    """Return a gate for each deciding label that was refined.

    Parameters
    ----------
    learnt : Learnt
    known : Sides
        The rows that neither model has learnt from (`Learnt.against`).
    """
    refined = [label for label in DECIDING_LABELS if label in learnt.refined]
    return [_upside_down(known, label) or _gathered(learnt, label) for label in refined]


def _upside_down(known: Sides, label: Label) -> Gate | None:
    """Return a failed gate for the moderator whose decisions the current model orders upside down.

    Mann and Whitney's test, one-sided, times the number of moderators (Bonferroni).
    """
    _, current, y = known.column(label)
    rows = known.known(label)
    judges = np.array([known.rows[number].judge or "" for number in rows])
    found: list[tuple[float, str, float]] = []
    names = [str(name) for name in np.unique(judges) if name]
    for name in names:
        yes, no = (current[(judges == name) & (y == answer)] for answer in (1, 0))
        if min(len(yes), len(no)) < MIN_OF_EACH:
            continue
        test = mannwhitneyu(yes, no, alternative="less")
        auc = float(test.statistic) / (len(yes) * len(no))
        if float(test.pvalue) * len(names) < CHANCE:
            found.append((auc, name, float(len(yes) + len(no))))
    if not found:
        return None
    auc, name, size = min(found)
    detail = (
        f"the current model orders the decisions of {name} upside down (AUC {auc:.2f} on "
        f"{size:.0f} labels, 0.50 is chance): look at these before training on them"
    )
    worst = sorted(
        (int(place) for place in np.flatnonzero(judges == name)),
        key=lambda place: -abs(float(current[place]) - float(y[place])),
    )
    examples = known.examples(label, [int(rows[place]) for place in worst[:MAX_EXAMPLES]])
    return Gate(f"{NAME}:{label.value}", False, detail, {"auc": auc, "rows": size}, examples)  # noqa: FBT003


def _gathered(learnt: Learnt, label: Label) -> Gate:
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
    title = f"{NAME}:{label.value}"
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
        yield f"{_THREAD}{row.thread}"
    for word in sorted({word.casefold() for word in tokenize(row.text) if word.isalpha()}):
        yield f"{_WORD}“{word}”"


def _kind(name: str) -> str:
    return next(kind for kind in (_PERSON, _THREAD, _WORD) if name.startswith(kind))


def _apart(
    groups: dict[str, list[int]], suspicious: set[int], size: int
) -> Iterator[tuple[float, str, int, int]]:
    """Yield chance, name, suspicious rows and rows of each group that stands apart.

    The chance is that of as many suspicious rows if the group's were as frequent as those of all
    other rows (binomial), times the number of groups of its kind (Bonferroni): a few moderators are
    not excused because there are many words.
    """
    large = {
        name: rows for name, rows in groups.items() if MIN_ROWS <= len(rows) <= size - MIN_ROWS
    }
    kinds = Counter(_kind(name) for name in large)
    for name, rows in large.items():
        bad = sum(number in suspicious for number in rows)
        rest = (len(suspicious) - bad + 1) / (size - len(rows) + 2)
        if bad / len(rows) - rest < MIN_EXCESS:
            continue
        chance = float(binom.sf(bad - 1, len(rows), rest)) * kinds[_kind(name)]
        if chance < CHANCE:
            yield chance, name, bad, len(rows)

"""How well each system ranks each label on each set, and how often it cries wolf."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.labels import DECIDING_LABELS, KIND_LABELS, Label
from training.evaluate import Interval, Metrics, measure, wilson
from training.example import Example, Floats, label_matrix
from training.quality import sets
from training.quality.sets import MeasuredSet, sampled
from training.quality.systems import System

FEWEST = 10
"""Rows of each class below which an AUC says nothing."""
NON_POLITICAL = ("goemotions", "wiki_context", "jigsaw_wikipedia_balanced")
"""Everyday comments; ``partisan`` is known to be 0 where no political word occurs."""


def measure_ranking(
    systems: Sequence[System],
    held_out: Sequence[Example],
    data_dir: Path | None,
    *,
    seed: int,
) -> dict[str, Any]:
    """Return the ROC AUC of each label on every set that carries it.

    Parameters
    ----------
    systems : sequence of System
        The model first.
    held_out : sequence of Example
    data_dir : Path or None
    seed : int
        Of the bootstraps.
    """
    home = [MeasuredSet(name, sampled(rows), is_held_out=True) for name, rows in _by_set(held_out)]
    away = sets.abusive_sets(data_dir) if data_dir else []
    partisan = sets.partisan_sets(data_dir) if data_dir else []
    kinds = sets.kind_sets(data_dir) if data_dir else []

    quick = [system for system in systems if system.max_rows is None]
    at_home = _entries(quick, home, tuple(Label), seed)
    abusive = _entries(systems, away, (Label.ABUSIVE,), seed)
    by_kind = [*_of(at_home, KIND_LABELS), *_entries(quick, kinds, KIND_LABELS, seed)]
    order = list(KIND_LABELS)
    return {
        "abusive": abusive,
        "abusive_mean": means(abusive),
        "abusive_held_out": _of(at_home, (Label.ABUSIVE,)),
        "partisan": [
            *_entries(systems, partisan, (Label.PARTISAN,), seed),
            *_of(at_home, (Label.PARTISAN,)),
        ],
        "kinds": sorted(by_kind, key=lambda one: order.index(Label(one["label"]))),
    }


def _entries(
    systems: Sequence[System], measured: Sequence[MeasuredSet], labels: Sequence[Label], seed: int
) -> list[dict[str, Any]]:
    return [entry for one in measured for entry in ranking(systems, one, labels, seed=seed)]


def _of(entries: Sequence[dict[str, Any]], labels: Sequence[Label]) -> list[dict[str, Any]]:
    return [entry for entry in entries if Label(entry["label"]) in labels]


def measure_alarms(
    systems: Sequence[System], held_out: Sequence[Example], data_dir: Path | None
) -> list[dict[str, Any]]:
    """Return how often the deciding labels flag text that does not carry them."""
    places = {
        "bbc_paragraphs": sets.news_paragraphs(data_dir) if data_dir else [],
        "non-political comments, held out": [
            row for row in held_out if row.source in NON_POLITICAL
        ],
        "news lines of our corpus, held out": [row for row in held_out if row.category == "news"],
    }
    found = [
        false_alarms(systems, name, rows, label)
        for name, rows in places.items()
        for label in DECIDING_LABELS
    ]
    return [one for one in found if one is not None]


def _by_set(rows: Iterable[Example]) -> list[tuple[str, list[Example]]]:
    """Return rows by set; our corpus counts as one."""
    found: dict[str, list[Example]] = {}
    for row in rows:
        found.setdefault(row.source.split("/")[0], []).append(row)
    return list(found.items())


def ranking(
    systems: Sequence[System], measured: MeasuredSet, labels: Sequence[Label], *, seed: int
) -> list[dict[str, Any]]:
    """Return one record a label: rows, positives, ROC AUC by system, and the first one's figures.

    Parameters
    ----------
    systems : sequence of System
        The model first.
    measured : MeasuredSet
    labels : sequence of Label
    seed : int
        Of the bootstraps.
    """
    found: dict[Label, dict[str, Any]] = {}
    for system in systems:
        rows = sampled(measured.rows, system.max_rows)
        scores, answers = system.score(rows), label_matrix(rows, tuple(Label))
        for label in labels:
            metrics = _one(scores, answers, label, system, seed)
            if metrics is None or metrics.roc_auc is None:
                continue
            if system is systems[0]:
                found[label] = _entry(measured, label, metrics)
            if label in found:
                found[label]["auc"][system.name] = metrics.roc_auc.to_record()
                found[label]["rows_of"][system.name] = metrics.rows
    return [found[label] for label in labels if label in found]


def _entry(measured: MeasuredSet, label: Label, metrics: Metrics) -> dict[str, Any]:
    return {
        "set": measured.name,
        "part": "held out" if measured.is_held_out else "whole",
        "label": label.value,
        "auc": {},
        "rows_of": {},
        "at_threshold": metrics.to_record(),
    }


def _one(
    scores: Floats, answers: Floats, label: Label, system: System, seed: int
) -> Metrics | None:
    column = list(Label).index(label)
    known = ~np.isnan(answers[:, column]) & ~np.isnan(scores[:, column])
    y = (answers[known, column] >= 0.5).astype(np.float64)  # noqa: PLR2004
    if min(y.sum(), len(y) - y.sum()) < FEWEST:
        return None
    return measure(scores[known, column], y, system.thresholds[label], seed=seed)


def means(entries: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return each system's mean AUC with its 95% interval, of those measured on every set.

    The sets are independent samples, so half widths add as squares.
    """
    found = {}
    for name in entries[0]["auc"] if entries else ():
        if not all(name in entry["auc"] for entry in entries):
            continue
        values = [entry["auc"][name] for entry in entries]
        mean = float(np.mean([value["value"] for value in values]))
        halves = np.array([(value["high"] - value["low"]) / 2 for value in values])
        half = float(np.sqrt((halves**2).sum())) / len(values)
        found[name] = Interval(mean, mean - half, mean + half).to_record()
    return found


def false_alarms(
    systems: Sequence[System], name: str, rows: Sequence[Example], label: Label
) -> dict[str, Any] | None:
    """Return the share of rows that do not carry a label and are flagged for it, by system."""
    clean = sampled([row for row in rows if row.labels.get(label) == 0])
    if not clean:
        return None
    flagged = {}
    for system in systems:
        if label not in system.thresholds:
            continue
        chosen = sampled(clean, system.max_rows)
        scores = system.score(chosen)[:, list(Label).index(label)]
        share = wilson(int((scores >= system.thresholds[label]).sum()), len(chosen))
        if share is not None:
            flagged[system.name] = share.to_record()
    return {"rows_from": name, "label": label.value, "rows": len(clean), "flagged": flagged}

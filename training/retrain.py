"""The run: exports -> split -> refine -> calibrate -> bundle -> gates -> promotion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.bundle import load_pipeline, load_scorer
from classifiers.labels import DECIDING_LABELS, Label
from classifiers.registry import Registry
from classifiers.scorer import Threshold
from training.candidate import prevalence_of, save_candidate
from training.dataset import DatasetError, Dropped, read_corpus, read_exports
from training.evaluate import evaluate, records
from training.example import Example, Floats, label_matrix, scoring_inputs
from training.fit import log_odds, platt, prevalence_weights
from training.gates import Gate, all_gates
from training.held_out import split_corpus
from training.progress import Progress, silent
from training.refine import Refined, refine
from training.split import by_time
from training.thresholds import choose

MIN_ROWS = 20
TEST_SHARE = 0.25
STEPS = 6
MAX_DROPPED = 100
"""Dropped lines that a result names; it counts the others."""


@dataclass(frozen=True, slots=True)
class RetrainResult:
    """What a run made.

    Attributes
    ----------
    version : str
        The candidate's model version.
    path : Path
        Its folder.
    base_version, current_version : str
        What it refines, and what it was compared with.
    gates : tuple[Gate, ...]
        Each check's result.
    metrics : Mapping[str, Any]
        Candidate and current on the same held-out rows, by label.
    promoted : bool
    rows : int
        Labelled comments used, held-out ones included.
    dropped : tuple[Dropped, ...]
        Lines that were left out, with reasons.
    message : str
        The outcome in one sentence.
    """

    version: str
    path: Path
    base_version: str
    current_version: str
    gates: tuple[Gate, ...]
    metrics: Mapping[str, Any]
    promoted: bool
    rows: int
    dropped: tuple[Dropped, ...]
    message: str

    @property
    def failed_gates(self) -> tuple[Gate, ...]:
        """Gates that did not pass."""
        return tuple(gate for gate in self.gates if not gate.passed)

    def to_record(self) -> dict[str, Any]:
        """Return the JSON-ready result; it names the forum's comments and holds no text of them."""
        return {
            "candidate_version": self.version,
            "path": str(self.path),
            "base_version": self.base_version,
            "current_version": self.current_version,
            "promoted": self.promoted,
            "gates": [_gate_record(gate) for gate in self.gates],
            "failed_gates": [gate.name for gate in self.failed_gates],
            "blocking": [gate.name for gate in self.failed_gates],
            "metrics": dict(self.metrics),
            "rows": self.rows,
            "n_dropped": len(self.dropped),
            "dropped": [
                {"file": d.file, "line": d.line, "reason": d.reason}
                for d in self.dropped[:MAX_DROPPED]
            ],
            "message": self.message,
        }


def _gate_record(gate: Gate) -> dict[str, Any]:
    record = gate.to_record()
    for example in record["examples"]:
        if not example["key"].partition(":")[0].endswith(".jsonl"):
            del example["text"]  # a comment of the forum: its text stays in the database
    return record


def retrain(  # noqa: PLR0913 (one argument a choice of the operator)
    exports: Sequence[Path],
    registry: Registry,
    *,
    at: str,
    seed: int = 0,
    actor: str = "operator",
    base_version: str | None = None,
    promote: bool = True,
    force_reason: str | None = None,
    corpus: Sequence[Example] | None = None,
    progress: Progress = silent,
) -> RetrainResult:
    """Make a candidate from exports, compare it with ``current``, promote it if it may be.

    Parameters
    ----------
    exports : sequence of Path
        Files in the export format.
    registry : Registry
        Where the candidate goes.
    at : str
        RFC 3339 time in UTC, recorded in bundle and history.
    seed : int
        Of folds and bootstraps.
    actor : str
        Recorded in the history.
    base_version : str, optional
        The bundle to refine; default: the packaged one, so that decisions count once.
    promote : bool
        Whether to promote when all gates pass.
    force_reason : str, optional
        Promote although gates failed, for this reason.
    corpus : sequence of Example, optional
        Our own corpus; default: the one that ships.
    progress : Progress

    Returns
    -------
    RetrainResult

    Raises
    ------
    DatasetError
        If the exports say too little.
    classifiers.bundle.BundleError
        If the base or ``current`` cannot be loaded.
    """
    progress("reading the exports", 0, STEPS)
    rows, dropped = read_exports(exports)
    require_enough(rows)
    base_ref = registry.find(base_version) if base_version else registry.packaged()
    current_ref = registry.current()
    base = load_pipeline(base_ref.path)
    current = load_scorer(current_ref.path)
    corpus = read_corpus() if corpus is None else corpus
    parts = split_corpus(corpus)
    train, test = by_time(rows, test=TEST_SHARE)
    decisions, held_out = [rows[i] for i in train], [rows[i] for i in test]
    progress("refining the model", 1, STEPS)
    refined = refine(base, decisions, [corpus[i] for i in parts.train], seed=seed)
    progress("calibrating and choosing thresholds", 2, STEPS)
    thresholds = _calibrate(
        refined,
        decisions,
        [corpus[i] for i in parts.calibrate],
        load_scorer(base_ref.path).thresholds,
    )
    progress("measuring", 3, STEPS)
    own_test = [corpus[i] for i in parts.test]
    candidate_ref = save_candidate(
        refined, registry, base_ref, thresholds, (exports, rows, held_out, at, seed)
    )
    progress("checking the gates", 4, STEPS)
    candidate = load_scorer(candidate_ref.path)
    gates = all_gates(
        candidate, current, held_out, own_test, prevalence=prevalence_of(rows), seed=seed
    )
    metrics = {
        name: {
            "decisions": records(evaluate(scorer, held_out, seed=seed)),
            "corpus": records(evaluate(scorer, own_test, seed=seed)),
        }
        for name, scorer in (("candidate", candidate), ("current", current))
    }
    progress("finishing", 5, STEPS)
    result = RetrainResult(
        candidate_ref.version,
        candidate_ref.path,
        base_ref.version,
        current_ref.version,
        tuple(gates),
        metrics,
        promoted=False,
        rows=len(rows),
        dropped=tuple(dropped),
        message="",
    )
    registry.results.write(result.version, result.to_record() | {"at": at})
    promoted, message = _promote(registry, result, (promote, force_reason, actor, at))
    progress("done", STEPS, STEPS)
    return replace(result, promoted=promoted, message=message)


def require_enough(rows: Sequence[Example]) -> None:
    """Raise `DatasetError` in plain words if the rows cannot teach anything."""
    if len(rows) < MIN_ROWS:
        message = (
            f"{len(rows)} labelled comments are too few: at least {MIN_ROWS} different ones are "
            "needed, and a few hundred make a real difference"
        )
        raise DatasetError(message)
    for label in DECIDING_LABELS:
        known = [row.labels[label] for row in rows if label in row.labels]
        if known and min(known) < 0.5 <= max(known):  # noqa: PLR2004
            return
    message = (
        "labels: every comment has the same answer for abusive and for partisan; a model needs "
        "examples of both answers for at least one of them"
    )
    raise DatasetError(message)


def _calibrate(
    refined: Refined,
    decisions: Sequence[Example],
    own: Sequence[Example],
    thresholds: Mapping[Label, Threshold],
) -> dict[Label, Threshold]:
    """Fold a calibration into the refined heads; choose thresholds by the base's rules.

    Both rest on cross-fitted scores of the decisions, and on held-out rows of our corpus with a
    quarter of the weight.
    """
    heads = refined.pipeline.named_steps["heads"]
    labels = [Label(name) for name in heads.labels]
    prevalence = prevalence_of(decisions)
    scores = np.vstack([refined.held_out, log_odds(refined.pipeline, scoring_inputs(own))])
    answers = np.vstack([label_matrix(decisions, labels), label_matrix(own, labels)])
    weight = np.ones(len(scores))
    weight[len(decisions) :] = min(1.0, 0.25 * len(decisions) / max(1, len(own)))
    slopes, shifts = np.ones(len(labels)), np.zeros(len(labels))
    chosen = dict(thresholds)
    for column, label in enumerate(labels):
        known = ~np.isnan(answers[:, column]) & ~np.isnan(scores[:, column])
        if label not in refined.refined:
            continue
        y = answers[known, column]
        balanced = prevalence_weights(y, weight[known], prevalence[label])
        slopes[column], shifts[column] = platt(scores[known, column], y, balanced)
        probabilities = _logistic(slopes[column] * scores[known, column] + shifts[column])
        rule = thresholds[label].rule
        yes = (y >= 0.5).astype(float)  # noqa: PLR2004
        chosen[label] = choose(rule, probabilities, yes, prevalence[label], weight[known])
    heads.calibrate(slopes, shifts)
    return chosen


def _logistic(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -700, 700))))


def _promote(
    registry: Registry, result: RetrainResult, wish: tuple[bool, str | None, str, str]
) -> tuple[bool, str]:
    promote, force_reason, actor, at = wish
    failed = ", ".join(gate.name for gate in result.failed_gates)
    if not promote:
        state = f"gates failed: {failed}" if failed else "all gates passed"
        return False, f"Candidate {result.version} made, not promoted as asked; {state}."
    if failed and not force_reason:
        return False, f"Candidate {result.version} made, not promoted; gates failed: {failed}."
    reason = f"retrained on {result.rows} labelled comments; all gates passed"
    registry.promote(
        result.version,
        actor=actor,
        reason=force_reason or reason if failed else reason,
        at=at,
        is_forced=bool(failed),
    )
    how = f"forced ({force_reason}), although gates failed: {failed}" if failed else reason
    return True, f"Candidate {result.version} promoted: {how}."

"""The run: exports -> split -> refine -> calibrate -> bundle -> gates -> promotion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from classifiers.bundle import load_pipeline, load_scorer
from classifiers.heads import one_blas_thread
from classifiers.labels import DECIDING_LABELS, Label
from classifiers.pinned import PinnedExample
from classifiers.registry import BundleRef, Registry
from training.candidate import HeldOut, prevalence_of, save_candidate
from training.dataset import DatasetError, read_corpus
from training.evaluate import evaluate, records
from training.example import Example
from training.exports import Exports, read_exports
from training.gates import Learnt, all_gates, in_label_order
from training.gates.pinned import SOURCE as PINS
from training.gates.pinned import as_examples, read_pins
from training.held_out import split_corpus
from training.noise import Suspicion, contradicted, listed
from training.progress import Progress, silent
from training.recalibrate import recalibrate
from training.refine import Refined, refine
from training.result import RetrainResult
from training.split import by_time
from training.workers import HERE, Workers

MIN_ROWS = 20
TEST_SHARE = 0.25
STEPS = 8


@one_blas_thread()
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
    pins: Path | None = None,
    corpus: Sequence[Example] | None = None,
    workers: Workers = HERE,
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
    pins : Path, optional
        File of pinned examples (`classifiers.pinned`).
    corpus : sequence of Example, optional
        Our own corpus; default: the one that ships.
    workers : Workers
        Where the fits run.
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
    data = read_exports(exports)
    rows = data.rows
    progress(_counted(data), 1, STEPS)
    require_enough(rows)
    pinned = read_pins(pins) if pins is not None else []
    base_ref = registry.find(base_version) if base_version else registry.packaged()
    current_ref = registry.current()
    base = load_pipeline(base_ref.path)
    corpus = read_corpus() if corpus is None else corpus
    parts = split_corpus(corpus)
    train, test = by_time(rows, test=TEST_SHARE)
    decisions, held_out = [rows[i] for i in train], [rows[i] for i in test]
    decisions += as_examples(pinned)
    progress("refining the model", 2, STEPS)
    refined = refine(base, decisions, [corpus[i] for i in parts.train], seed=seed, workers=workers)
    progress("calibrating and choosing thresholds", 3, STEPS)
    thresholds = recalibrate(
        refined,
        decisions,
        [corpus[i] for i in parts.calibrate],
        load_scorer(base_ref.path).thresholds,
    )
    progress("saving the candidate", 4, STEPS)
    own_test = [corpus[i] for i in parts.test]
    candidate_ref = save_candidate(
        refined,
        registry,
        base_ref,
        thresholds,
        (data, HeldOut(held_out, own_test), at, seed),
    )
    result = _judged(
        _Models(registry, base_ref, current_ref, candidate_ref),
        _Rows(data, decisions, held_out, own_test, pinned),
        refined,
        seed,
        progress,
    )
    progress("finishing", 7, STEPS)
    registry.results.write(result.version, result.to_record() | {"at": at})
    promoted, message = _promote(registry, result, (promote, force_reason, actor, at))
    progress("done", STEPS, STEPS)
    return replace(result, promoted=promoted, message=message)


@dataclass(frozen=True, slots=True)
class _Models:
    registry: Registry
    base: BundleRef
    current: BundleRef
    candidate: BundleRef


@dataclass(frozen=True, slots=True)
class _Rows:
    data: Exports
    learnt: Sequence[Example]
    held_out: Sequence[Example]
    corpus: Sequence[Example]
    pins: Sequence[PinnedExample]


def _judged(
    models: _Models, rows: _Rows, refined: Refined, seed: int, progress: Progress
) -> RetrainResult:
    """Compare the candidate, loaded from its bundle, with the current model."""
    progress("checking the gates", 5, STEPS)
    candidate, current = load_scorer(models.candidate.path), load_scorer(models.current.path)
    manifest = models.registry.manifest(models.current.version)
    heads = [Label(name) for name in refined.pipeline.named_steps["heads"].labels]
    learnt = Learnt(
        rows.learnt,
        in_label_order(refined.held_out, heads),
        refined.refined,
        manifest.created_at if manifest.base_version else None,
    )
    gates = all_gates(
        candidate,
        current,
        rows.held_out,
        rows.corpus,
        learnt,
        rows.pins,
        prevalence=prevalence_of(rows.data.rows),
        seed=seed,
    )
    progress("measuring both models", 6, STEPS)
    metrics = {
        name: {
            "decisions": records(evaluate(scorer, rows.held_out, seed=seed)),
            "corpus": records(evaluate(scorer, rows.corpus, seed=seed)),
        }
        for name, scorer in (("candidate", candidate), ("current", current))
    }
    return RetrainResult(
        models.candidate.version,
        models.candidate.path,
        models.base.version,
        models.current.version,
        tuple(gates),
        metrics,
        promoted=False,
        rows=len(rows.data.rows),
        dropped=rows.data.dropped,
        n_dropped=rows.data.n_dropped,
        n_passed_over=rows.data.n_passed_over,
        suspicious=tuple(listed(learnt.rows, _contradicted(learnt))),
        message="",
    )


def _contradicted(learnt: Learnt) -> list[Suspicion]:
    found = contradicted(learnt.rows, learnt.probabilities, tuple(Label))
    return [one for one in found if learnt.rows[one.row].source != PINS]


def _counted(data: Exports) -> str:
    said = f"{len(data.rows)} labelled comments"
    if data.n_dropped:
        said += f", {data.n_dropped} copies or bad lines left out"
    if data.n_passed_over:
        said += f", {data.n_passed_over} beyond the sample"
    return said


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

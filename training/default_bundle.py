"""The run that makes the bundle that ships: public sets and our own corpus."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from classifiers.bundle import BundleError, compile_scorer, load_manifest, save_bundle
from classifiers.heads import one_blas_thread
from classifiers.labels import Label
from classifiers.linear_scorer import LinearScorer
from classifiers.manifest import Manifest
from classifiers.pipeline import PipelineParams
from classifiers.scorer import Threshold
from training import settings
from training.dataset import CORPUS_DIR, read_corpus
from training.default_card import default_documents
from training.evaluate import score_rows
from training.example import Example, label_matrix, scoring_inputs, weight_matrix
from training.fit import Twins, calibrate_pipeline, fit_pipeline
from training.held_out import Part, part_of, split_corpus
from training.neutral_mentions import SOURCE, neutral_mentions
from training.progress import Progress, silent
from training.quality import measure_quality
from training.quality.main_figures import main_figures
from training.soft_labels import soft_labels_path, soft_rows
from training.sources import BENIGN_KINDS, SOURCES, describe_source, read_source
from training.swaps import swapped_pairs
from training.thresholds import choose

_CALM = 0.3
_POLITICAL = frozenset({"polar_political", "mupid_incivility", "cad_reddit", "basil_sentences"})


@dataclass(frozen=True, slots=True)
class Material:
    """Rows of the default bundle by part, and what they were read from."""

    train: list[Example]
    calibrate: list[Example]
    test: list[Example]
    data: list[dict[str, Any]]


def gather(data_dir: Path, terms: str, seed: int) -> Material:
    """Read all sets that may train under the given terms and part them.

    Parameters
    ----------
    data_dir : Path
        Folder with ``open/`` and ``unstated/``.
    terms : str
        ``open``, or ``unstated`` for both.
    seed : int
        Of the news passages.
    """
    material = Material([], [], [], [])
    allowed = {"open"} if terms == "open" else {"open", "unstated"}
    for source in SOURCES:
        if source.terms not in allowed:
            # It measures all the same, so that models of different terms can be compared.
            at_hand = source.path(data_dir).exists()
            others = read_source(source, data_dir) if at_hand else []
            material.test.extend(row for row in others if part_of(row) is Part.TEST)
            continue
        rows = read_source(source, data_dir)
        material.data.append(describe_source(source, data_dir, len(rows)))
        parts = {
            Part.TRAIN: material.train,
            Part.CALIBRATE: material.calibrate,
            Part.TEST: material.test,
        }
        for row in rows:
            parts[part_of(row)].append(row)
    _add_corpus(material)
    _add_soft_rows(material, data_dir, terms)
    _add_neutral_mentions(material)
    for part in (material.train, material.calibrate):
        news = [row for row in part if row.source == "basil_sentences"]
        part.extend(news_passages(news, settings.ARTICLES * len(news) // 5000, seed))
    return material


def _add_corpus(material: Material) -> None:
    corpus = [replace(row, label_weights=settings.CORPUS_WEIGHTS) for row in read_corpus()]
    digest = hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted(CORPUS_DIR.glob("*.jsonl")))
    )
    material.data.append(
        {"name": "corpus", "terms": "own", "rows": len(corpus), "sha256": digest.hexdigest()}
    )
    split = split_corpus(corpus)
    for index in split.train:
        material.train.extend(with_and_without_context(corpus[index]))
    material.calibrate.extend(corpus[index] for index in split.calibrate)
    material.test.extend(corpus[index] for index in split.test)


def with_and_without_context(row: Example) -> list[Example]:
    """Return a line both as a reply and on its own, at half weight each: context is often absent.

    A line without title and parent stays one.
    """
    if not (row.title or row.parent):
        return [row]
    half = replace(row, weight=row.weight / 2)
    return [half, replace(half, title=None, parent=None)]


def _add_soft_rows(material: Material, data_dir: Path, terms: str) -> None:
    rows = soft_rows(data_dir, terms)
    digest = hashlib.sha256(soft_labels_path(terms).read_bytes()).hexdigest()
    material.data.append(
        {"name": "soft labels of the teacher", "terms": terms, "rows": len(rows), "sha256": digest}
    )
    material.train.extend(rows)


def _add_neutral_mentions(material: Material) -> None:
    rows = neutral_mentions()
    text = "\n".join(row.text for row in rows)
    digest = hashlib.sha256(text.encode()).hexdigest()
    material.data.append({"name": SOURCE, "terms": "own", "rows": len(rows), "sha256": digest})
    material.train.extend(rows)


def news_passages(news: Sequence[Example], count: int, seed: int) -> list[Example]:
    """Return passages of 2 to 12 consecutive neutral news sentences."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    passages = []
    for _ in range(count if len(news) > 12 else 0):  # noqa: PLR2004
        length = rng.randint(2, 12)
        start = rng.randrange(len(news) - length)
        text = " ".join(row.text for row in news[start : start + length])
        labels = {Label.PARTISAN: 0.0, Label.ABUSIVE: 0.0, **BENIGN_KINDS}
        weights = {Label.PARTISAN: settings.NEWS_WEIGHT}
        passages.append(
            Example(text, labels, "news_passages", label_weights=weights, group=text[:80])
        )
    return passages


def swapped_twins(rows: Sequence[Example], seed: int) -> list[Twins]:
    """Return pairs of training texts with swapped names, for the heads that need them."""
    texts = {
        "sides": [row.text for row in rows if row.source in _POLITICAL or row.topic],
        "groups": [row.text for row in rows],
        "plain": [row.text for row in rows if row.labels.get(Label.ABUSIVE, 1.0) < _CALM],
    }
    found = []
    for kind, strength in settings.TWIN_STRENGTHS.items():
        first, second = swapped_pairs(texts[kind], kind, count=settings.TWIN_PAIRS, seed=seed)
        found.append(Twins(first, second, strength))
    return found


def choose_thresholds(scorer: LinearScorer, rows: Sequence[Example]) -> dict[Label, Threshold]:
    """Return the threshold of each label by the shipped rules.

    Parameters
    ----------
    scorer : LinearScorer
        Calibrated; its own thresholds are not used.
    rows : sequence of Example
        Held out from the fit.
    """
    labels = tuple(Label)
    probabilities, answers = score_rows(scorer, rows, labels), label_matrix(rows, labels)
    weights = weight_matrix(rows, labels)
    thresholds = {}
    for column, label in enumerate(labels):
        known = (answers[:, column] >= 0.5) | (answers[:, column] < 0.5)  # noqa: PLR2004
        thresholds[label] = choose(
            settings.RULES[label],
            probabilities[known, column],
            (answers[known, column] >= 0.5).astype(float),  # noqa: PLR2004
            settings.PREVALENCE[label],
            weights[known, column],
        )
    return thresholds


def build_default(  # noqa: PLR0913 (one argument a choice of the operator)
    data_dir: Path,
    out: Path,
    *,
    terms: str = "unstated",
    seed: int = 0,
    created_at: str,
    params: PipelineParams | None = None,
    beside: Path | None = None,
    progress: Progress = silent,
) -> str:
    """Train, calibrate, measure and save the default bundle.

    Parameters
    ----------
    data_dir : Path
        Folder of the public sets.
    out : Path
        Bundle folder to write.
    terms : str
        ``open`` or ``unstated``.
    seed : int
    created_at : str
        RFC 3339 time in UTC, recorded in the manifest.
    params : PipelineParams, optional
    beside : Path, optional
        Another bundle whose main figures the card shows as well.
    progress : Progress

    Returns
    -------
    str
        The model version.

    Raises
    ------
    classifiers.bundle.BundleError
        If ``beside`` is no bundle, or holds no figures that the card could show.
    """
    other = _second_model(beside) if beside else None
    progress("reading the sets", 0, 5)
    material = gather(data_dir, terms, seed)
    run = (terms, seed, created_at)
    chosen = params or PipelineParams()
    return build_bundle(material, data_dir, out, run, params=chosen, other=other, progress=progress)


def _second_model(path: Path) -> Manifest:
    manifest = load_manifest(path)
    try:
        main_figures(manifest.metrics["quality"])
    except (KeyError, TypeError) as error:
        message = (
            f"--beside: {path} ({manifest.model_version}) holds no figures, or those of an older "
            "version: build it again, or leave --beside out"
        )
        raise BundleError(message) from error
    return manifest


@one_blas_thread()
def build_bundle(  # noqa: PLR0913 (rows, run and two places)
    material: Material,
    data_dir: Path | None,
    out: Path,
    run: tuple[str, int, str],
    *,
    params: PipelineParams,
    other: Manifest | None = None,
    progress: Progress = silent,
) -> str:
    """Train, calibrate, measure and save a bundle on rows at hand; returns its version.

    The same rows and seed give the same bytes on the same machine, with however many threads the
    environment gives the BLAS.

    Parameters
    ----------
    material : Material
    data_dir : Path or None
        Folder of the sets that only measure.
    out : Path
        Bundle folder to write.
    run : (terms, seed, created_at)
    params : PipelineParams
    other : Manifest or None
        Of a second bundle whose main figures the card shows as well.
    progress : Progress
    """
    terms, seed, _ = run
    progress("fitting", 1, 5)

    def head(label: str, done: int, total: int) -> None:
        progress(f"fitted {label}, {done} of {total} heads", 1, 5)

    twins = swapped_twins(material.train, seed)
    pipeline = fit_pipeline(material.train, params, twins, progress=head)
    progress("calibrating and choosing thresholds", 2, 5)
    manifest = finish(pipeline, material, params, run)
    progress("measuring", 3, 5)
    scorer = compile_scorer(pipeline, manifest.thresholds)
    quality = measure_quality(scorer, material.test, data_dir, seed=seed)
    metrics = {**manifest.metrics, "quality": {"title": f"trained on {terms} sets", **quality}}
    manifest = replace(manifest, metrics=metrics)
    progress("saving", 4, 5)
    documents = default_documents(manifest, scorer, material.test, other)
    probes = scoring_inputs(material.test[:: max(1, len(material.test) // 2000)])
    version = save_bundle(out, pipeline, manifest, documents=documents, probes=probes)
    progress("done", 5, 5)
    return version


def finish(
    pipeline: Any,
    material: Material,
    params: PipelineParams,
    run: tuple[str, int, str],
) -> Manifest:
    """Calibrate a fitted pipeline in place, choose thresholds, and return the manifest so far.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
    material : Material
    params : PipelineParams
    run : (terms, seed, created_at)
    """
    terms, seed, created_at = run
    calibrate_pipeline(pipeline, material.calibrate, settings.PREVALENCE)
    thresholds = choose_thresholds(compile_scorer(pipeline, {}), material.calibrate)
    return Manifest(
        created_at=created_at,
        labels=tuple(Label(name) for name in params.labels),
        thresholds=thresholds,
        params=params.as_dict(),
        seed=seed,
        data_terms=terms,
        data=tuple(material.data),
        metrics={"prevalence": {k.value: v for k, v in settings.PREVALENCE.items()}},
        libraries={},
    )

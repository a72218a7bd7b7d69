"""Distil a teacher on sentence embeddings into soft labels that the linear model learns from.

The teacher is a support vector machine with a radial kernel on frozen embeddings, fitted on our
corpus and, where the terms allow, on a small political set. It sees meaning where n-grams see
words; it never serves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.svm import SVC

from classifiers.labels import Label
from training.dataset import read_corpus
from training.encoder import DIMENSIONS, Encoder
from training.example import Example, Floats
from training.fit import platt
from training.held_out import Part, part_of, split_corpus
from training.progress import Progress, silent
from training.soft_labels import (
    soft_labels_path,
    unlabelled_files,
    unlabelled_texts,
    write_soft_labels,
)
from training.sources import SOURCES, Source, read_source

_TAUGHT_BY = {"open": ("basil_sentences",), "unstated": ("basil_sentences", "polar_political")}
_MOST_NEWS = 1500
_SET_WEIGHT = {"basil_sentences": 0.5, "polar_political": 1.5}
_PENALTY, _WIDTH = 2.0, 2.0
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Teacher:
    """A fitted and calibrated teacher.

    Attributes
    ----------
    support, coefficients, intercept
        Of the kernel machine.
    slope, shift : float
        Platt calibration, fitted on held-out lines of our corpus.
    """

    support: Floats
    coefficients: Floats
    intercept: float
    slope: float
    shift: float

    def decision(self, vectors: Floats) -> Floats:
        """Return signed distances of shape (n_rows,) for unit vectors of shape (n_rows, 384)."""
        parts = [np.zeros(0)]
        for start in range(0, len(vectors), _BLOCK):
            near = vectors[start : start + _BLOCK] @ self.support.T
            parts.append(np.exp(-_WIDTH * (2.0 - 2.0 * near)) @ self.coefficients)
        return np.concatenate(parts) + self.intercept

    def probabilities(self, vectors: Floats) -> Floats:
        """Return calibrated probabilities of ``partisan``."""
        return np.asarray(1.0 / (1.0 + np.exp(-(self.slope * self.decision(vectors) + self.shift))))


def distil(
    data_dir: Path, terms: str, *, cache: Path | None = None, progress: Progress = silent
) -> Path:
    """Fit the teacher, label the unlabelled sets, write the soft labels and return their path.

    Parameters
    ----------
    data_dir : Path
        Folder of the public sets.
    terms : str
        ``open`` or ``unstated``: which sets may teach and be labelled.
    cache : Path, optional
        Folder in which embeddings are kept for the next run.
    progress : Progress
    """
    vectors = EmbeddingStore(cache, progress)
    teacher = fit_teacher(data_dir, terms, vectors)
    found = {}
    for name, path in unlabelled_files(data_dir, terms).items():
        found[name] = (path, teacher.probabilities(vectors.of(name, unlabelled_texts(path))))
    target = soft_labels_path(terms)
    write_soft_labels(target, found)
    return target


def fit_teacher(data_dir: Path, terms: str, vectors: EmbeddingStore) -> Teacher:
    """Fit and calibrate the teacher on rows that train.

    Parameters
    ----------
    data_dir : Path
        Folder of the public sets.
    terms : str
        ``open`` or ``unstated``.
    vectors : EmbeddingStore
    """
    corpus = read_corpus()
    parts = split_corpus(corpus)
    own = _corpus_vectors(corpus, vectors)
    rows = [corpus[index] for index in parts.train]
    known, weights = [own[list(parts.train)]], [1.0] * len(rows)
    for name in _TAUGHT_BY[terms]:
        taught = _teaching_rows(_source(name), data_dir)
        known.append(vectors.of(f"{name}.teaching", [row.text for row in taught]))
        rows += taught
        weights += [_SET_WEIGHT[name]] * len(taught)
    machine: Any = SVC(C=_PENALTY, gamma=_WIDTH)
    machine.fit(np.concatenate(known), _sides(rows), weights)
    raw = Teacher(
        machine.support_vectors_, machine.dual_coef_[0], float(machine.intercept_[0]), 1.0, 0.0
    )
    held_out = list(parts.calibrate)
    scores = raw.decision(own[held_out])
    answers = _sides([corpus[index] for index in held_out])
    slope, shift = platt(scores, answers, np.ones(len(answers)))
    return Teacher(raw.support, raw.coefficients, raw.intercept, slope, shift)


def _corpus_vectors(corpus: Sequence[Example], vectors: EmbeddingStore) -> Floats:
    """Return the embeddings of our corpus, file by file, so that a new file costs itself alone."""
    found = np.zeros((len(corpus), DIMENSIONS))
    for source in sorted({row.source for row in corpus}):
        places = [index for index, row in enumerate(corpus) if row.source == source]
        name = source.replace("/", ".")
        found[places] = vectors.of(name, [corpus[index].text for index in places])
    return found


class EmbeddingStore:
    """Embeddings of named lists of texts, kept on disk when a folder is given.

    Parameters
    ----------
    cache : Path, optional
        Folder of the kept embeddings.
    progress : Progress
    """

    def __init__(self, cache: Path | None, progress: Progress) -> None:
        self._cache, self._progress = cache, progress
        self._encoder: Encoder | None = None

    def of(self, name: str, texts: Sequence[str]) -> Floats:
        """Return unit vectors of shape (n_texts, 384); ``name`` is for the file and for people."""
        digest = hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:16]
        path = self._cache / f"{name}-{digest}.npy" if self._cache else None
        if path is not None and path.exists():
            return np.asarray(np.load(path, allow_pickle=False), dtype=np.float64)
        self._encoder = self._encoder or Encoder()
        vectors = self._encoder.encode(texts, progress=self._progress, title=name)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, vectors, allow_pickle=False)
        return vectors.astype(np.float64)


def _source(name: str) -> Source:
    return next(source for source in SOURCES if source.name == name)


def _teaching_rows(source: Source, data_dir: Path) -> list[Example]:
    rows = [
        row
        for row in read_source(source, data_dir)
        if part_of(row) is Part.TRAIN and Label.PARTISAN in row.labels
    ]
    return rows[:_MOST_NEWS] if source.name == "basil_sentences" else rows


def _sides(rows: Sequence[Example]) -> Floats:
    return np.array([row.labels[Label.PARTISAN] for row in rows])

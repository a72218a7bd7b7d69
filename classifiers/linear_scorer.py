"""The fast exact scorer: the fitted pipeline compiled into arrays. Needs numpy alone.

A comment's log-odds are ``intercept + sum(parts) / sqrt(sum(masses))`` where each token, each known
pair of neighbours and each known word of the title and the parent has one part for each label and
one mass (see `classifiers.features`).
Parts of tokens are cached by their spelling, so most comments cost a look-up a word, and the
explanation is the same sum before it is added up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from classifiers.explain import top_spans
from classifiers.folding import Folded, fold
from classifiers.labels import Label
from classifiers.ngrams import START, context_features, pair_feature, token_features
from classifiers.scorer import Scored, ScoringInput, Span, Threshold
from classifiers.text import locate, tokenize

Floats = npt.NDArray[np.float64]
Part = tuple[Folded, Floats]

CACHE_TOKENS = 30_000
"""Tokens in each of the cache's two generations; an entry takes about 400 bytes."""

WORTH_EXPLAINING = 0.5
"""A label is explained when its score reaches this share of its threshold."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """The arrays of a compiled pipeline.

    Attributes
    ----------
    labels : tuple[Label, ...]
        Columns of the weights.
    names : tuple[str, ...]
        Feature names, rows of the weights.
    idf : ndarray of shape (n_features,), float32
    weights : ndarray of shape (n_features, n_labels), float16
    intercepts : ndarray of shape (n_labels,), float64
    shortest, longest : int
        Lengths of character n-grams.
    """

    labels: tuple[Label, ...]
    names: tuple[str, ...]
    idf: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float16]
    intercepts: Floats
    shortest: int
    longest: int


class TokenCache:
    """Bounded two-generation cache: what was not used during a whole generation is dropped.

    Only single dictionary operations touch shared state, so threads need no lock; two of them may
    compute the same entry, which costs time and harms nothing.

    Parameters
    ----------
    capacity : int
        Entries in each generation; it never holds more than twice as many.
    """

    def __init__(self, capacity: int = CACHE_TOKENS) -> None:
        self._capacity = capacity
        self._young: dict[str, Part] = {}
        self._old: dict[str, Part] = {}

    def __len__(self) -> int:
        """Return the number of entries held."""
        return len(self._young) + len(self._old)

    def get(self, key: str) -> Part | None:
        """Return the entry, or None."""
        part = self._young.get(key)
        if part is None:
            part = self._old.get(key)
            if part is not None:
                self.put(key, part)
        return part

    def put(self, key: str, part: Part) -> None:
        """Keep an entry; may drop the old generation."""
        if len(self._young) >= self._capacity:
            self._old, self._young = self._young, {}
        self._young[key] = part


class LinearScorer:
    """Scores comments from compiled arrays; implements `classifiers.scorer.Scorer`.

    Parameters
    ----------
    model : LinearModel
        Compiled arrays.
    thresholds : mapping of Label to Threshold
        Where each label flags.
    model_version : str
        Stamped on every answer.
    """

    def __init__(
        self, model: LinearModel, thresholds: Mapping[Label, Threshold], model_version: str
    ) -> None:
        idf = model.idf.astype(np.float64)[:, None]
        self._table = np.hstack([model.weights.astype(np.float64) * idf, idf**2])
        self._rows = {name: row for row, name in enumerate(model.names)}
        self._labels = model.labels
        self._intercepts = model.intercepts.tolist()
        self._lengths = (model.shortest, model.longest)
        self._nothing = np.zeros(len(model.labels) + 1)
        self._thresholds = MappingProxyType(dict(thresholds))
        self._version = model_version
        self._cache = TokenCache()

    @property
    def model_version(self) -> str:
        """Name of the bundle, unique by its content."""
        return self._version

    @property
    def thresholds(self) -> Mapping[Label, Threshold]:
        """The bundle's threshold for each label."""
        return self._thresholds

    def score(self, comment: ScoringInput, *, with_spans: bool = True) -> Scored:
        """Score one comment. Spans point into its text, never into title or parent."""
        offsets, is_word, parts, pairs = self._read(comment.text)
        nothing = self._nothing
        by_token = np.concatenate(parts).reshape(len(parts), -1) if parts else nothing[None, :][:0]
        total = self._context(comment) + by_token.sum(axis=0)
        by_pair = self._table[[row for _, row in pairs]] if pairs else None
        if by_pair is not None:
            total = total + by_pair.sum(axis=0)
        norm = math.sqrt(total[-1]) or 1.0
        answer = self._answer(total, norm, ())
        if not with_spans or not parts:
            return answer
        labels = self._worth_explaining(answer.probabilities)
        if not labels:
            return answer
        if by_pair is not None:
            by_token = by_token.copy()
            seconds = np.array([index for index, _ in pairs])
            np.add.at(by_token, seconds, by_pair * np.where(seconds > 0, 0.5, 1.0)[:, None])
            np.add.at(
                by_token, np.maximum(seconds - 1, 0), by_pair * (0.5 * (seconds > 0))[:, None]
            )
        spans: list[Span] = []
        for column, label in labels:
            spans.extend(top_spans(offsets, is_word, by_token[:, column] / norm, label))
        spans.sort(key=lambda span: (span.start, span.end, span.label))
        return Scored(answer.probabilities, tuple(spans), self._version)

    def score_many(
        self, comments: Sequence[ScoringInput], *, with_spans: bool = False
    ) -> list[Scored]:
        """Score many comments; same numbers as `score`, in order."""
        return [self.score(comment, with_spans=with_spans) for comment in comments]

    def _read(
        self, text: str
    ) -> tuple[list[tuple[int, int]], list[bool], list[Floats], list[tuple[int, int]]]:
        """Offsets, word flags and parts of the tokens; (second token, row) of known pairs."""
        offsets: list[tuple[int, int]] = []
        is_word: list[bool] = []
        parts: list[Floats] = []
        pairs: list[tuple[int, int]] = []
        rows = self._rows
        before = START
        tokens = tokenize(text)
        for token, start in zip(tokens, locate(text, tokens), strict=True):
            folded, vector = self._part(token)
            form = folded.form
            row = rows.get(pair_feature(before, form))
            if row is not None:
                pairs.append((len(parts), row))
            offsets.append((start, start + len(token)))
            is_word.append(folded.is_word)
            parts.append(vector)
            before = form
        return offsets, is_word, parts, pairs

    def _part(self, token: str) -> Part:
        part = self._cache.get(token)
        if part is None:
            folded = fold(token)
            part = (folded, self._sum(token_features(folded, *self._lengths)))
            self._cache.put(token, part)
        return part

    def _context(self, comment: ScoringInput) -> Floats:
        if comment.title is None and comment.parent is None:
            return self._nothing
        return self._sum(context_features(comment, lambda token: self._part(token)[0]))

    def _sum(self, names: Sequence[str]) -> Floats:
        rows = [self._rows[name] for name in names if name in self._rows]
        return np.asarray(self._table[rows].sum(axis=0)) if rows else self._nothing

    def _answer(self, total: Floats, norm: float, spans: tuple[Span, ...]) -> Scored:
        probabilities = {
            label: _logistic(intercept + part / norm)
            for label, intercept, part in zip(
                self._labels, self._intercepts, total.tolist(), strict=False
            )
        }
        return Scored(MappingProxyType(probabilities), spans, self._version)

    def _worth_explaining(self, probabilities: Mapping[Label, float]) -> list[tuple[int, Label]]:
        return [
            (column, label)
            for column, label in enumerate(self._labels)
            if label in self._thresholds
            and probabilities[label] >= WORTH_EXPLAINING * self._thresholds[label].value
        ]


def _logistic(log_odds: float) -> float:
    """Return the probability; stable for any finite log-odds."""
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-min(log_odds, 700.0)))
    odds = math.exp(max(log_odds, -700.0))
    return odds / (1.0 + odds)

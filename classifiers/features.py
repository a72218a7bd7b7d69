"""Vectorizers: from text to sparse rows. Saved models name these import paths.

A row is ``tf * idf / sqrt(sum(tf * idf ** 2))``. The divisor is additive over tokens, unlike the
exact L2 norm, so a comment's score is a sum of per-token parts that a server can cache (see
`classifiers.linear_scorer`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from classifiers.factored import FactoredMatrix
from classifiers.folding import Folded
from classifiers.ngrams import is_gram, pair_feature, token_features
from classifiers.reading import Comments, Numbers, Reading, counted, read

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


_NO_PAIR = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _UnitFeatures:
    """How often each unit carries each feature, whether or not the vocabulary has it."""

    names: tuple[str, ...]
    counts: Any


def _features_of(units: Sequence[Folded], shortest: int, longest: int) -> _UnitFeatures:
    numbers = Numbers()
    indices, ends = array("i"), array("q", [0])
    for unit in units:
        indices.extend(map(numbers.__getitem__, token_features(unit, shortest, longest)))
        ends.append(len(indices))
    return _UnitFeatures(tuple(numbers), counted(indices, ends, len(numbers)))


def _documents(counts: Any) -> Ints:
    """Return how many rows hold each column."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def _at_least(least: int, names: Sequence[str], counts: Ints) -> Iterable[tuple[str, int]]:
    common = np.flatnonzero(counts >= least).tolist()
    return ((names[place], int(counts[place])) for place in common)


def _renumbered(counts: Any, columns: Ints, width: int) -> Any:
    """Return the matrix with each column at its new place; -1 drops it."""
    moved = columns[counts.indices]
    is_kept = moved >= 0
    ends = np.append(0, np.cumsum(is_kept))[counts.indptr]
    return sparse.csr_array(
        (counts.data[is_kept], moved[is_kept].astype(np.int32), ends.astype(counts.indptr.dtype)),
        shape=(counts.shape[0], width),
    )


def _alone(counts: Any, features: Ints, n_features: int) -> tuple[Any, Any]:
    """Return the known columns of a matrix, and which single feature each of them carries."""
    known = np.flatnonzero(features >= 0)
    places = np.full(len(features), -1, dtype=np.int64)
    places[known] = np.arange(len(known))
    carried = sparse.csr_array(
        (np.ones(len(known)), features[known].astype(np.int32), np.arange(len(known) + 1)),
        shape=(len(known), n_features),
    )
    return _renumbered(counts, places, len(known)), carried


class NgramVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Words, neighbour pairs, in-word character n-grams, disguise signals and words of the context.

    Parameters
    ----------
    shortest, longest : int
        Lengths of character n-grams.
    max_words, max_pairs, max_grams, max_context : int
        How many of each family to keep, the most frequent first.
    min_documents : int
        A feature in fewer documents is dropped.
    gram_scale : float
        Factor on the weights of character n-grams: a word has a dozen of them, and unscaled they
        drown words and pairs.
    context_scale : float
        Factor on the weights of words of the title and the parent: they tell what a comment is
        about, the comment's own words what it says.

    Attributes
    ----------
    names_ : list[str]
        Feature names, sorted.
    idf_ : ndarray of shape (n_features,)
        ``log((1 + n) / (1 + df)) + 1``, scaled for n-grams and context, rounded to float32; ``df``
        of a character n-gram is the sum over the words that hold it, capped at ``n``. For words of
        the context ``n`` counts the documents that have one.
    """

    def __init__(  # noqa: PLR0913 (scikit-learn wants parameters spelt out)
        self,
        *,
        shortest: int = 3,
        longest: int = 5,
        max_words: int = 40_000,
        max_pairs: int = 60_000,
        max_grams: int = 60_000,
        max_context: int = 20_000,
        min_documents: int = 3,
        gram_scale: float = 0.3,
        context_scale: float = 0.5,
    ) -> None:
        self.shortest = shortest
        self.longest = longest
        self.max_words = max_words
        self.max_pairs = max_pairs
        self.max_grams = max_grams
        self.max_context = max_context
        self.min_documents = min_documents
        self.gram_scale = gram_scale
        self.context_scale = context_scale

    def fit(self, X: Comments, y: object = None) -> Self:  # noqa: ARG002, N803
        """Choose the vocabulary and its weights.

        Parameters
        ----------
        X : iterable of str or ScoringInput
            Comments; a ``str`` has no context.
        y : ignored

        Returns
        -------
        NgramVectorizer
            Itself.
        """
        self.fit_factor(X)
        return self

    def fit_factor(self, X: Comments) -> FactoredMatrix:  # noqa: N803
        """Choose the vocabulary and return the features of the same comments, read once.

        The same as ``fit(X).factor(X)`` in little more than half the time.
        """
        reading = read(X)
        features = _features_of(reading.units, self.shortest, self.longest)
        self._choose(reading, features)
        return self._weighted(reading, features)

    def _choose(self, reading: Reading, features: _UnitFeatures) -> None:
        n_samples = reading.words.shape[0]
        n_context = int((np.diff(reading.context.indptr) > 0).sum())
        limits = {
            "=": self.max_words,
            "+": self.max_pairs,
            "!": 16,
            "@": self.max_context,
            "": self.max_grams,
        }
        families: dict[str, list[tuple[int, str]]] = {key: [] for key in limits}
        for name, count in self._frequent(reading, features):
            family = "" if is_gram(name) else name[0]
            families[family].append((-count, name))
        kept = sorted(
            (name, min(-minus, n_samples))
            for key, rows in families.items()
            for minus, name in sorted(rows)[: limits[key]]
        )
        names = [name for name, _ in kept]
        df = np.array([count for _, count in kept], dtype=np.float64)
        is_context = np.array([name[0] == "@" for name in names], dtype=bool)
        scale = np.array([self.gram_scale if is_gram(name) else 1.0 for name in names])
        scale[is_context] = self.context_scale
        documents = np.where(is_context, n_context, n_samples)
        self.set_features(names, (np.log((1.0 + documents) / (1.0 + df)) + 1.0) * scale)

    def _frequent(self, reading: Reading, features: _UnitFeatures) -> Iterable[tuple[str, int]]:
        """Yield the features that enough documents hold, each with its count."""
        least = self.min_documents
        yield from _at_least(
            least, features.names, (features.counts > 0).T @ _documents(reading.words)
        )
        with_pair = _documents(reading.pairs)
        for place in np.flatnonzero(with_pair >= least).tolist():
            yield pair_feature(*reading.forms_of(place)), int(with_pair[place])
        yield from _at_least(least, reading.context_names, _documents(reading.context))

    def set_features(self, names: Sequence[str], idf: Floats) -> Self:
        """Take a ready vocabulary with its weights, for example another model's, extended."""
        self.names_ = list(names)
        self.idf_ = idf.astype(np.float32).astype(np.float64)
        self.vocabulary_ = {name: i for i, name in enumerate(self.names_)}
        return self

    def factor(self, comments: Comments) -> FactoredMatrix:
        """Return the features of comments as a `FactoredMatrix` (see there for shapes)."""
        reading = read(comments)
        return self._weighted(reading, _features_of(reading.units, self.shortest, self.longest))

    def _weighted(self, reading: Reading, features: _UnitFeatures) -> FactoredMatrix:
        find, n_features = self.vocabulary_.get, len(self.names_)
        own = np.array([find(name, -1) for name in features.names], dtype=np.int64)
        context = np.array([find(name, -1) for name in reading.context_names], dtype=np.int64)
        parts = [
            (reading.words, _renumbered(features.counts, own, n_features)),
            _alone(reading.pairs, self._rows_of_pairs(reading), n_features),
            _alone(reading.context, context, n_features),
        ]
        documents = sparse.csr_array(sparse.hstack([part for part, _ in parts], format="csr"))
        counts = sparse.csr_array(sparse.vstack([part for _, part in parts], format="csr"))
        mass = documents @ (counts @ self.idf_**2)
        scale = np.divide(1.0, np.sqrt(mass), out=np.zeros_like(mass), where=mass > 0)
        counts.data *= self.idf_[counts.indices]
        return FactoredMatrix(documents, counts, scale)

    def _rows_of_pairs(self, reading: Reading) -> Ints:
        """Return the feature of each pair that was read; -1 where it is not in the vocabulary."""
        found = np.full(len(reading.pair_keys) + 1, -1, dtype=np.int64)
        rows = [row for row, name in enumerate(self.names_) if name[0] == "+"]
        keys = [reading.key_of(*self.names_[row][1:].split(" ", 1)) for row in rows]
        known = np.append(reading.pair_keys, _NO_PAIR)
        places = known.searchsorted(keys)
        is_met = known[places] == keys
        found[places[is_met]] = np.array(rows, dtype=np.int64)[is_met]
        return found[:-1]

    def transform(self, X: Comments) -> Any:  # noqa: N803
        """Return the features of comments as a scipy CSR array of shape (n_samples, n_features)."""
        return self.factor(X).to_csr()

    def __sklearn_is_fitted__(self) -> bool:
        """Whether a vocabulary was chosen."""
        return hasattr(self, "names_")

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for saving: one string instead of many, so that files stay small."""
        state: dict[str, Any] = dict(super().__getstate__())
        if "names_" in state:
            del state["vocabulary_"]
            state["names_"] = "\n".join(state["names_"])
            state["idf_"] = state["idf_"].astype(np.float32)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore what `__getstate__` packed."""
        if "names_" in state:
            names = state.pop("names_").split("\n")
            idf = state.pop("idf_")
            super().__setstate__(state)
            self.set_features(names, idf.astype(np.float64))
        else:
            super().__setstate__(state)

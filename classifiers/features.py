"""Vectorizers: from text to sparse rows. Saved models name these import paths.

A row is ``tf * idf / sqrt(sum(tf * idf ** 2))``. The divisor is additive over tokens, unlike the
exact L2 norm, so a comment's score is a sum of per-token parts that a server can cache (see
`classifiers.linear_scorer`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from classifiers.folding import Folded, fold
from classifiers.ngrams import START, context_features, is_gram, pair_feature, token_features
from classifiers.scorer import ScoringInput
from classifiers.text import tokenize

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FactoredMatrix:
    """The feature matrix ``diag(scale) @ documents @ units`` without multiplying it out.

    Character n-grams make a row of the product ten times longer than the row of its words, so
    fitting on the factors takes a fraction of the time and memory.

    Attributes
    ----------
    documents : scipy.sparse.csr_array of shape (n_samples, n_units)
        How often each distinct word or pair occurs in each document.
    units : scipy.sparse.csr_array of shape (n_units, n_features)
        Weighted features of each distinct word or pair.
    scale : ndarray of shape (n_samples,)
        One over the row's norm; 0 for a row without features.
    """

    documents: Any
    units: Any
    scale: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples and of features."""
        return (int(self.documents.shape[0]), int(self.units.shape[1]))

    def dot(self, weights: Floats) -> Floats:
        """Return ``X @ weights`` for weights of shape (n_features,) or (n_features, k)."""
        product = self.documents @ (self.units @ weights)
        scale = self.scale if product.ndim == 1 else self.scale[:, None]
        return np.asarray(product * scale, dtype=np.float64)

    def transposed_dot(self, residuals: Floats) -> Floats:
        """Return ``X.T @ residuals`` for residuals of shape (n_samples,)."""
        return np.asarray(
            self.units.T @ (self.documents.T @ (residuals * self.scale)), dtype=np.float64
        )

    def take(self, rows: npt.NDArray[np.intp]) -> FactoredMatrix:
        """Return the matrix of the given rows, without units that no longer occur."""
        documents = self.documents[rows]
        used = np.unique(documents.indices)
        return FactoredMatrix(documents[:, used], self.units[used], self.scale[rows])

    def scaled(self, factors: Floats) -> FactoredMatrix:
        """Return the matrix with each feature multiplied by its factor."""
        units = sparse.csr_array(self.units @ sparse.diags_array(factors))
        return FactoredMatrix(self.documents, units, self.scale)

    def to_csr(self) -> Any:
        """Return the product as a scipy CSR array of shape (n_samples, n_features)."""
        product = sparse.csr_array(self.documents @ self.units)
        return sparse.csr_array(sparse.diags_array(self.scale) @ product)


Comments = Iterable[str | ScoringInput]
"""What vectorizers take; a ``str`` is a comment without context."""


class _Reader:
    """Turns comments into lists of unit keys; folds each distinct token once."""

    def __init__(self) -> None:
        self.folded: dict[str, Folded] = {}

    def read(self, comment: str | ScoringInput) -> tuple[list[Folded], list[str], list[str]]:
        """Return the folded tokens, and the names of the neighbour pairs and of the context."""
        if isinstance(comment, str):
            comment = ScoringInput(comment)
        forms: list[Folded] = []
        pairs: list[str] = []
        before = START
        for token in tokenize(comment.text):
            folded = self._fold(token)
            forms.append(folded)
            pairs.append(pair_feature(before, folded.form))
            before = folded.form
        return forms, pairs, context_features(comment, self._fold)

    def _fold(self, token: str) -> Folded:
        folded = self.folded.get(token)
        if folded is None:
            folded = self.folded[token] = fold(token)
        return folded


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
        n_samples, n_context, counts = self._document_counts(X)
        limits = {
            "=": self.max_words,
            "+": self.max_pairs,
            "!": 16,
            "@": self.max_context,
            "": self.max_grams,
        }
        families: dict[str, list[tuple[int, str]]] = {key: [] for key in limits}
        for name, count in counts.items():
            if count >= self.min_documents:
                family = "" if is_gram(name) else name[0]
                families[family].append((-count, name))
        kept = [name for key, rows in families.items() for _, name in sorted(rows)[: limits[key]]]
        return self.set_vocabulary(
            sorted(kept),
            {name: min(counts[name], n_samples) for name in kept},
            n_samples,
            n_context,
        )

    def _document_counts(self, comments: Comments) -> tuple[int, int, Counter[str]]:
        reader = _Reader()
        words: Counter[Folded] = Counter()
        counts: Counter[str] = Counter()
        n_samples = n_context = 0
        for comment in comments:
            forms, pairs, context = reader.read(comment)
            words.update(set(forms))
            counts.update(set(pairs))
            counts.update(context)
            n_samples += 1
            n_context += bool(context)
        for folded, count in words.items():
            for name in set(token_features(folded, self.shortest, self.longest)):
                counts[name] += count
        return n_samples, n_context, counts

    def set_vocabulary(
        self, names: Sequence[str], counts: Mapping[str, int], n_samples: int, n_context: int = 0
    ) -> Self:
        """Take a ready vocabulary instead of counting.

        Parameters
        ----------
        names : sequence of str
            Feature names, sorted and distinct.
        counts : mapping of str to int
            Documents that hold each feature.
        n_samples : int
            Documents counted.
        n_context : int
            Those that had a title or parent.

        Returns
        -------
        NgramVectorizer
            Itself.
        """
        df = np.array([counts[name] for name in names], dtype=np.float64)
        is_context = np.array([name[0] == "@" for name in names], dtype=bool)
        scale = np.array([self.gram_scale if is_gram(name) else 1.0 for name in names])
        scale[is_context] = self.context_scale
        documents = np.where(is_context, n_context, n_samples)
        idf = (np.log((1.0 + documents) / (1.0 + df)) + 1.0) * scale
        return self.set_features(names, idf)

    def set_features(self, names: Sequence[str], idf: Floats) -> Self:
        """Take a ready vocabulary with its weights, for example another model's, extended."""
        self.names_ = list(names)
        self.idf_ = idf.astype(np.float32).astype(np.float64)
        self.vocabulary_ = {name: i for i, name in enumerate(self.names_)}
        return self

    def factor(self, comments: Comments) -> FactoredMatrix:
        """Return the features of comments as a `FactoredMatrix` (see there for shapes)."""
        units: dict[Folded | str, int] = {}
        indptr, indices = [0], list[int]()
        reader = _Reader()
        vocabulary = self.vocabulary_
        for comment in comments:
            forms, pairs, context = reader.read(comment)
            for folded in forms:
                indices.append(units.setdefault(folded, len(units)))
            for name in chain(pairs, context):
                if name in vocabulary:
                    indices.append(units.setdefault(name, len(units)))
            indptr.append(len(indices))
        documents = sparse.csr_array(
            (np.ones(len(indices)), indices, indptr), shape=(len(indptr) - 1, len(units))
        )
        documents.sum_duplicates()
        return self._weighted(documents, units)

    def _weighted(self, documents: Any, units: Mapping[Folded | str, int]) -> FactoredMatrix:
        indptr, indices = [0], list[int]()
        for unit in units:
            names = (
                [unit]
                if isinstance(unit, str)
                else token_features(unit, self.shortest, self.longest)
            )
            indices.extend(self.vocabulary_[name] for name in names if name in self.vocabulary_)
            indptr.append(len(indices))
        counts = sparse.csr_array(
            (np.ones(len(indices)), indices, indptr), shape=(len(units), len(self.names_))
        )
        counts.sum_duplicates()
        mass = documents @ (counts @ self.idf_**2)
        scale = np.divide(1.0, np.sqrt(mass), out=np.zeros_like(mass), where=mass > 0)
        weighted = sparse.csr_array(counts @ sparse.diags_array(self.idf_))
        return FactoredMatrix(documents, weighted, scale)

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

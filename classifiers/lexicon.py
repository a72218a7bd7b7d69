"""What a model knows of words. Needs numpy and a search for many strings at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import AhoCorasick, Implementation

from classifiers.folding import fold, fold_all
from classifiers.labels import Label
from classifiers.ngrams import START
from classifiers.pair_index import PairIndex

Floats = npt.NDArray[np.float64]

_BITS = 32
_NUMBER = 2**_BITS - 1


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


class Lexicon:
    """The features of a model, ready to be added up; immutable.

    A *part* is what a feature adds to a comment: a share of the log-odds of each label, and a mass
    (see `classifiers.features`). A *form* is a number for a folded token that occurs in pairs or
    in the context's vocabulary, the commonest first; 0 stands for all others.

    Parameters
    ----------
    model : LinearModel
        Compiled arrays.

    Attributes
    ----------
    fixed : ndarray of shape (n_fixed, width)
        Parts of the pairs in ascending order of their keys, then of the context's words.
    pairs : PairIndex
        Finds a pair's row by its key, ``first << 32 | second`` of its forms.
    context : ndarray of shape (n_forms + 1,)
        Row of ``fixed`` for each form as a word of the context; -1 for none.
    start : int
        The form that stands before the first token.
    """

    def __init__(self, model: LinearModel) -> None:
        idf = model.idf.astype(np.float64)[:, None]
        parts = np.hstack([model.weights.astype(np.float64) * idf, idf**2])
        families: dict[str, list[int]] = {"=": [], "!": [], "+": [], "@": []}
        grams: list[int] = []
        for row in np.argsort(model.idf, kind="stable").tolist():
            families.get(model.names[row][:1], grams).append(row)
        words, signals, pairs, context = (
            [model.names[row][1:] for row in rows] for rows in families.values()
        )
        halves = [name.split(" ", 1) for name in pairs]
        forms = dict.fromkeys((START, *chain.from_iterable(halves), *context))
        numbers = {form: number for number, form in enumerate(forms, 1)}
        self.start = numbers[START]
        both = np.array([[numbers[form] for form in pair] for pair in halves], dtype=np.int64)
        keys = both.reshape(-1, 2)[:, 0] << _BITS | both.reshape(-1, 2)[:, 1]
        order = keys.argsort()
        self.pairs = PairIndex(keys)
        self.fixed = parts[[*(families["+"][place] for place in order.tolist()), *families["@"]]]
        self.context = np.full(len(numbers) + 1, -1, dtype=np.int64)
        self.context[[numbers[form] for form in context]] = len(keys) + np.arange(len(context))
        # Parts of what a token carries by itself: n-grams as the search numbers them, words,
        # signals, and last a row of zeros for what has no known feature.
        own = [*grams, *families["="], *families["!"]]
        self._parts = np.vstack([parts[own], np.zeros((1, parts.shape[1]))])
        self._nothing = len(own)
        self._signals = {name: len(grams) + len(words) + at for at, name in enumerate(signals)}
        # Row and form of a word in one number: looking up a word that is not there is slow.
        self._known = {form: self._nothing << _BITS | number for form, number in numbers.items()}
        for row, word in enumerate(words, len(grams)):
            self._known[word] = row << _BITS | numbers.get(word, 0)
        self._search = AhoCorasick(
            [model.names[row] for row in grams],
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        ).find_matches_as_indexes

    @property
    def width(self) -> int:
        """Numbers in a part."""
        return int(self._parts.shape[1])

    def form(self, token: str) -> int:
        """Return the form of one token."""
        number: int = self._known.get(fold(token).form, 0) & _NUMBER
        return number

    def read(self, tokens: Sequence[str]) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Return the parts, of shape (n_tokens, width), and the forms of tokens.

        They are those of `classifiers.ngrams.token_features`; a test and every saving of a bundle
        hold the two equal.
        """
        folded = fold_all(tokens)
        if not folded:
            return self._parts[:0], np.zeros(0, dtype=np.int64)
        grams, ends = self._find_grams([entry[0] if entry[2] else "" for entry in folded])
        known, unknown = self._known.get, self._nothing << _BITS
        rows: list[int] = []
        begins: list[int] = []
        forms: list[int] = []
        end = first = 0
        for form, readings, has_letters, _, signals in folded:
            row_and_form = known(form, unknown)
            forms.append(row_and_form & _NUMBER)
            begins.append(len(rows))
            rows.append(row_and_form >> _BITS)
            if len(readings) > 1:
                rows += [known(reading, unknown) >> _BITS for reading in readings[1:]]
            if signals:
                rows += [self._signals.get(signal, self._nothing) for signal in signals]
            if has_letters:
                end += len(form)
                last = bisect_right(ends, end + 2, first)
                rows += grams[first:last]
                first = last
            end += 1
        parts = np.add.reduceat(self._parts.take(rows, axis=0), begins, axis=0)
        return parts, np.array(forms, dtype=np.int64)

    def _find_grams(self, forms: list[str]) -> tuple[list[int], list[int]]:
        """Return row and end of the known n-grams, all forms searched as one text.

        A space stands before, between and after them, and no n-gram has a space inside it, so none
        is found across two. They come in the order of their ends.
        """
        found = self._search(f" {' '.join(forms)} ", overlapping=True)
        return [row for row, _, _ in found], [end for _, _, end in found]

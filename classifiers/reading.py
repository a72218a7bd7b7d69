"""Comments read into numbers, each distinct token once: what vectorizers count and multiply."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.folding import Folded, fold
from classifiers.ngrams import START, context_features
from classifiers.scorer import ScoringInput
from classifiers.text import tokenize

Comments = Iterable[str | ScoringInput]
"""What vectorizers take; a ``str`` is a comment without context."""

Ints = npt.NDArray[np.int64]

_BITS = 32
_NUMBER = 2**_BITS - 1
_LARGEST_INDEX = 2**31 - 1


class Numbers(dict[Any, int]):
    """A number for each thing in the order in which they are first asked for."""

    def __missing__(self, key: Any) -> int:
        """Give the next number to what has none."""
        number = self[key] = len(self)
        return number


class _Tokens(dict[str, int]):
    """The unit of each spelling: tokens that fold to the same are one unit."""

    def __init__(self) -> None:
        super().__init__()
        self.units = Numbers()
        self.folded: dict[str, Folded] = {}

    def __missing__(self, token: str) -> int:
        folded = self.folded[token] = fold(token)
        unit = self[token] = self.units[folded]
        return unit

    def fold(self, token: str) -> Folded:
        """Fold a token; one that was seen is not folded again."""
        folded = self.folded.get(token)
        if folded is None:
            folded = self.folded[token] = fold(token)
        return folded


@dataclass(frozen=True, slots=True)
class Reading:
    """Comments as counts of units (distinct folded tokens), of neighbours and of context words.

    Attributes
    ----------
    units : tuple[Folded, ...]
        Columns of ``words``.
    words : scipy.sparse.csr_array of shape (n_comments, n_units)
        How often each comment holds each unit.
    forms : tuple[str, ...]
        Distinct folded tokens and `classifiers.ngrams.START`, by their numbers.
    numbers : dict of str to int
        Number of each form.
    pair_keys : ndarray of shape (n_pairs,)
        ``first << 32 | second`` of the forms of neighbours, ascending: columns of ``pairs``.
    pairs : scipy.sparse.csr_array of shape (n_comments, n_pairs)
    context_names : tuple[str, ...]
        Names of features, columns of ``context``.
    context : scipy.sparse.csr_array of shape (n_comments, n_context_names)
    """

    units: tuple[Folded, ...]
    words: Any
    forms: tuple[str, ...]
    numbers: dict[str, int]
    pair_keys: Ints
    pairs: Any
    context_names: tuple[str, ...]
    context: Any

    def key_of(self, first: str, second: str) -> int:
        """Return the key of two forms as neighbours; -1 if one was never met."""
        before, after = self.numbers.get(first), self.numbers.get(second)
        return -1 if before is None or after is None else before << _BITS | after

    def forms_of(self, pair: int) -> tuple[str, str]:
        """Return the forms of a column of ``pairs``."""
        key = int(self.pair_keys[pair])
        return self.forms[key >> _BITS], self.forms[key & _NUMBER]


def read(comments: Comments) -> Reading:
    """Read comments.

    Parameters
    ----------
    comments : iterable of str or ScoringInput
    """
    tokens, context_numbers = _Tokens(), Numbers()
    of_token = tokens.__getitem__
    units, context = array("i"), array("i")
    unit_ends, context_ends = array("q", [0]), array("q", [0])
    for comment in comments:
        text = comment if isinstance(comment, str) else comment.text
        units.extend(map(of_token, tokenize(text)))
        unit_ends.append(len(units))
        if not isinstance(comment, str) and (comment.title or comment.parent):
            names = context_features(comment, tokens.fold)
            context.extend(map(context_numbers.__getitem__, names))
        context_ends.append(len(context))
    folded: tuple[Folded, ...] = tuple(tokens.units)
    forms = Numbers({START: 0})
    form_of_unit = np.array([forms[unit.form] for unit in folded], dtype=np.int64)
    ends = np.array(unit_ends)
    pair_keys, pair_columns = _neighbours(form_of_unit[np.array(units)], ends)
    return Reading(
        folded,
        counted(units, unit_ends, len(folded)),
        tuple(forms),
        forms,
        pair_keys,
        counted(pair_columns, unit_ends, len(pair_keys)),
        tuple(context_numbers),
        counted(context, context_ends, len(context_numbers)),
    )


def _neighbours(forms: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys of neighbours, and the key's number at each token."""
    before = np.zeros_like(forms)
    before[1:] = forms[:-1]
    begins = ends[:-1][np.diff(ends) > 0]
    before[begins] = 0  # START
    keys, numbers = np.unique(before << _BITS | forms, return_inverse=True)
    return keys, numbers


def counted(columns: Any, ends: Any, width: int) -> Any:
    """Return how often each column occurs in each row, as a sparse array.

    Parameters
    ----------
    columns : array of int
        Of all rows, one after another.
    ends : array of int
        Of length ``n_rows + 1``: where each row begins and the next ends.
    width : int
        Number of columns.
    """
    index = np.int32 if max(len(columns), width) < _LARGEST_INDEX else np.int64
    counts = sparse.csr_array(
        (np.ones(len(columns)), np.array(columns, dtype=index), np.array(ends, dtype=index)),
        shape=(len(ends) - 1, width),
    )
    counts.sum_duplicates()
    return counts

"""Finding many pairs of neighbouring words at once. Needs numpy alone."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.int64]
Places = npt.NDArray[np.integer[Any]]

FEW = 256
"""Fewer keys than that are found sooner by halving than by hashing."""

_BITS = 64
_FIRST_BITS = 20
_FIRST = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio (Knuth, 6.4): spreads neighbours


class PairIndex:
    """Places of keys in an ascending array; immutable.

    Two tables that are addressed by multiplicative hashing: the second holds the keys that found
    their place in the first one taken, and is as large as it must be for none to meet there. So
    every key is found, or known to be absent, by two look-ups.

    Parameters
    ----------
    keys : ndarray of shape (n_keys,)
        Distinct, at least 0.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = np.append(np.sort(keys), np.iinfo(np.int64).max)
        self._absent = len(keys)
        places = np.arange(len(keys))
        self._first = self._table(_FIRST_BITS, places, _FIRST)
        found = self._first[_addresses(self._keys[:-1], _FIRST, _FIRST_BITS)]
        left = places[found != places]
        self._second_bits, self._second_factor = _apart(self._keys[left])
        self._second = self._table(self._second_bits, left, self._second_factor)

    def find(self, keys: Keys) -> tuple[Places, npt.NDArray[np.bool_]]:
        """Return the place of each key, and whether it is there; the place of others says nothing.

        Parameters
        ----------
        keys : ndarray of shape (n,)
            At least 0.
        """
        if len(keys) < FEW:
            halved = self._keys.searchsorted(keys)
            return halved, self._keys.take(halved) == keys
        places = self._first.take(_addresses(keys, _FIRST, _FIRST_BITS))
        is_there = self._keys.take(places) == keys
        missing = np.flatnonzero(~is_there)
        wanted = keys[missing]
        others = self._second.take(_addresses(wanted, self._second_factor, self._second_bits))
        places[missing] = others
        is_there[missing] = self._keys.take(others) == wanted
        return places, is_there

    def _table(self, bits: int, places: Places, factor: np.uint64) -> Places:
        table = np.full(1 << bits, self._absent, dtype=np.int32)
        table[_addresses(self._keys[places], factor, bits)] = places
        return table


def _addresses(keys: Keys, factor: np.uint64, bits: int) -> Keys:
    """Return the first bits of the products."""
    return ((keys.view(np.uint64) * factor) >> np.uint64(_BITS - bits)).view(np.int64)


def _apart(keys: Keys) -> tuple[int, np.uint64]:
    """Return the size of a table, in bits, and a factor by which no two of the keys meet."""
    smallest = 2 * max(1, len(keys)).bit_length() - 2
    for attempt in count():
        bits = max(4, smallest) + attempt // 16
        factor = np.uint64((int(_FIRST) * (2 * attempt + 3)) % 2**_BITS | 1)
        if len(np.unique(_addresses(keys, factor, bits))) == len(keys):
            return bits, factor
    raise AssertionError  # pragma: no cover - the count never ends

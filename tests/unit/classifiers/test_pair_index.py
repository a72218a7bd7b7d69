"""Every key is found at its place, by halving and by hashing, and no other is."""

from __future__ import annotations

import numpy as np
import pytest

from classifiers.pair_index import FEW, PairIndex


@pytest.mark.parametrize("size", [0, 1, 2, 3000, 60_000])
@pytest.mark.parametrize("largest", [2**16, 2**62])
def test_keys_are_found_and_others_are_not(size: int, largest: int) -> None:
    rng = np.random.default_rng(size)
    keys = np.unique(rng.integers(0, largest, size=size))
    rng.shuffle(keys)
    index = PairIndex(keys)
    asked = np.concatenate([keys, rng.integers(0, largest, size=5000)])
    ascending = np.sort(keys)
    for part in (asked, asked[: FEW - 1], asked[-FEW + 1 :], asked[:0]):
        places, is_there = index.find(part)
        assert is_there.tolist() == np.isin(part, keys).tolist()
        assert ascending[places[is_there]].tolist() == part[is_there].tolist()


def test_keys_that_meet_in_the_first_table_are_all_found() -> None:
    """Forms are small numbers: keys that differ in few bits, as pairs of words do."""
    keys = np.array([first << 32 | second for first in range(300) for second in range(200)])
    places, is_there = PairIndex(keys).find(keys)
    assert is_there.all()
    assert places.tolist() == list(range(len(keys)))

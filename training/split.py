"""Split so that nothing leaks: by time, grouped by author, event and near-duplicate text."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from training.example import Example

_SEEDS = (
    0x9E3779B9,
    0x85EBCA6B,
    0xC2B2AE35,
    0x27D4EB2F,
    0x165667B1,
    0xD3A2646C,
    0xFD7046C5,
    0xB55A4F09,
    0x2545F491,
)
_SHINGLE = 3
_BAND = 3
_ADDRESS = re.compile(r"@\w+|(?:https?://|www\.)\S+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of the parts; together they are all rows, none twice."""

    train: tuple[int, ...]
    calibrate: tuple[int, ...]
    test: tuple[int, ...]


def groups(rows: Sequence[Example]) -> list[int]:
    """Return the group of each row: rows joined by author, event, twin or near-equal text.

    Near-equal is found by min-hashes over runs of three words (Broder 1997), three hashes a band:
    texts that share most runs land in one group.
    """
    parent = list(range(len(rows)))

    def find(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first: dict[str, int] = {}
    for index, row in enumerate(rows):
        keys = [f"g:{row.group}"] if row.group else []
        if row.pair:
            keys.append(f"p:{row.source}:{row.pair}")
        keys.extend(near_duplicate_keys(row.text))
        for key in keys:
            other = first.setdefault(key, index)
            parent[find(index)] = find(other)
    return [find(index) for index in range(len(rows))]


def near_duplicate_keys(text: str) -> list[str]:
    """Return keys of which near-equal texts share at least one (short texts: the whole)."""
    words = _WORD.findall(_ADDRESS.sub(" ", text[:4000].lower()))
    if len(words) < _SHINGLE + 3:
        return ["s:" + (" ".join(words) or text[:100])]
    hashes = [
        zlib.crc32(" ".join(words[i : i + _SHINGLE]).encode("utf-8", "replace"))
        for i in range(len(words) - _SHINGLE + 1)
    ]
    minima = [min((value * (seed | 1) + seed) & 0xFFFFFFFF for value in hashes) for seed in _SEEDS]
    return [f"{n}:{minima[n : n + _BAND]}" for n in range(0, len(minima), _BAND)]


def bucket(key: str, seed: int) -> float:
    """Return a repeatable number in [0, 1) for a key."""
    digest = hashlib.blake2b(f"{seed}:{key}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def by_hash(rows: Sequence[Example], *, seed: int, calibrate: float, test: float) -> Split:
    """Split whole groups at random, repeatably.

    A group goes by the first of its rows' names in the alphabet, so rows that are added later
    seldom move older ones to another part.

    Parameters
    ----------
    rows : sequence of Example
    seed : int
    calibrate, test : float
        Shares of the groups.
    """
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    membership = groups(rows)
    names: dict[int, str] = {}
    for row, group in zip(rows, membership, strict=True):
        name = row.group or row.text
        names[group] = min(names.get(group, name), name)
    for index, group in enumerate(membership):
        place = bucket(names[group], seed)
        part = 2 if place < test else 1 if place < test + calibrate else 0
        parts[part].append(index)
    return Split(*(tuple(part) for part in parts))


def by_time(rows: Sequence[Example], *, test: float) -> tuple[list[int], list[int]]:
    """Split so that the newest groups test what the older ones trained.

    A group is as old as its oldest row, so nobody's comments stand on both sides. Rows
    without a time come first, in their order.

    Returns
    -------
    train, test : list of int
        Row numbers.
    """
    membership = groups(rows)
    starts: dict[int, tuple[str, int]] = {}
    sizes: dict[int, int] = {}
    for index, group in enumerate(membership):
        start = (rows[index].time, index)
        starts[group] = min(starts.get(group, start), start)
        sizes[group] = sizes.get(group, 0) + 1
    wanted = round(test * len(rows))
    chosen: set[int] = set()
    taken = 0
    for group in sorted(starts, key=lambda key: starts[key], reverse=True):
        if taken + sizes[group] <= wanted + max(1, wanted // 4):
            chosen.add(group)
            taken += sizes[group]
        if taken >= wanted:
            break
    held_out = [index for index, group in enumerate(membership) if group in chosen]
    return [index for index, group in enumerate(membership) if group not in chosen], held_out

"""Samples of a table's rows: the same rows each time, whatever else the database does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, true

_MULTIPLIER = 40503
_SLOTS = 1 << 16
_PORTION = 2000


@dataclass(frozen=True, slots=True)
class Sample:
    """A share of rows, chosen by a hash of their keys.

    Knuth's multiplicative hash ("The Art of Computer Programming", volume 3, section 6.4) spreads
    keys that follow one another over all places, so that nothing which comes every n-th time is
    taken or left out as a whole.

    Parameters
    ----------
    places : int
        Of 65,536 places so many are taken; 65,536 takes every row.
    """

    places: int = _SLOTS

    @classmethod
    def of_most(cls, rows: int, most: int) -> Sample:
        """Return a sample that takes about ``most`` of so many rows, all when they are fewer."""
        return cls(_SLOTS if rows <= most else max(1, _SLOTS * most // rows))

    @property
    def stands_for(self) -> float:
        """How many rows each row of the sample stands for, at least 1."""
        return _SLOTS / self.places

    def takes(self, key: ColumnElement[int]) -> ColumnElement[bool]:
        """Return the condition that a row with this key is in the sample."""
        if self.places >= _SLOTS:
            return true()
        return key * _MULTIPLIER % _SLOTS < self.places


def portions(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the keys of a sample as many at a time as a statement may name.

    Keys are asked for first and their rows then: no database foresees how few rows a hash takes,
    and PostgreSQL would read whole tables.
    """
    for start in range(0, len(keys), _PORTION):
        yield keys[start : start + _PORTION]

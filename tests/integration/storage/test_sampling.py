"""Samples by a hash of keys, drawn by the databases themselves."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import cast, select

from moderation.storage.database import Database
from moderation.storage.sampling import Sample, portions
from moderation.storage.tables.columns import Id

ROWS = 100_000


def drawn(database: Database, sample: Sample) -> list[int]:
    """Return which of the keys from 1 to `ROWS` a sample takes."""
    numbers = select(cast(1, Id).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < ROWS))
    with database.read() as connection:
        return list(connection.scalars(select(numbers.c.n).where(sample.takes(numbers.c.n))))


def test_a_sample_is_as_large_as_asked_whatever_comes_every_nth_time(database: Database) -> None:
    sample = Sample.of_most(ROWS, 5000)
    keys = drawn(database, sample)
    assert keys == drawn(database, sample)
    assert 4900 < len(keys) <= 5100
    assert abs(len(keys) * sample.stands_for - ROWS) < 0.02 * ROWS
    for every in (2, 3, 10, 64, 53):
        counts = Counter(key % every for key in keys)
        mean = len(keys) / every
        assert max(abs(counts[place] - mean) for place in range(every)) < 0.25 * mean + 10, every


def test_few_rows_are_taken_whole(database: Database) -> None:
    sample = Sample.of_most(ROWS, ROWS)
    assert (sample.stands_for, len(drawn(database, sample))) == (1.0, ROWS)


def test_a_statement_names_so_many_keys_at_most() -> None:
    found = list(portions(range(4500)))
    assert [len(portion) for portion in found] == [2000, 2000, 500]
    assert [key for portion in found for key in portion] == list(range(4500))
    assert list(portions([])) == []

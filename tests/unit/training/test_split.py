"""No group, author, twin or near-copy stands on both sides of a split."""

from __future__ import annotations

from classifiers.labels import Label
from training.example import Example
from training.split import by_hash, by_time, groups


def row(text: str, *, group: str = "", time: str = "", pair: str = "") -> Example:
    return Example(text, {Label.ABUSIVE: 0.0}, "set", group=group, time=time, pair=pair)


LONG = "the council met on tuesday evening to talk about the new bridge over the river and its cost"


def test_near_copies_share_a_group() -> None:
    rows = [
        row(LONG),
        row(LONG.upper() + "!!"),
        row(LONG + " today"),
        row("something else entirely"),
    ]
    found = groups(rows)
    assert found[0] == found[1] == found[2]
    assert found[3] != found[0]


def test_author_and_twin_share_a_group() -> None:
    rows = [
        row("one", group="a"),
        row("two", group="a"),
        row("three", pair="p"),
        row("four", pair="p"),
    ]
    found = groups(rows)
    assert found[0] == found[1]
    assert found[2] == found[3]
    assert found[0] != found[2]


def test_hash_split_parts_are_disjoint_whole_and_repeatable() -> None:
    rows = [row(f"text number {n} of author {n % 40}", group=f"a{n % 40}") for n in range(400)]
    split = by_hash(rows, seed=3, calibrate=0.2, test=0.2)
    assert sorted(split.train + split.calibrate + split.test) == list(range(400))
    authors = [{rows[i].group for i in part} for part in (split.train, split.calibrate, split.test)]
    assert not authors[0] & authors[1]
    assert not authors[0] & authors[2]
    assert not authors[1] & authors[2]
    assert split == by_hash(rows, seed=3, calibrate=0.2, test=0.2)
    assert split != by_hash(rows, seed=4, calibrate=0.2, test=0.2)


def test_time_split_tests_the_newest_and_parts_no_author() -> None:
    rows = [
        row(
            "".join("abcdefghij"[int(d)] for d in f"{n:02d}"),
            group=f"a{n // 4}",
            time=f"2026-01-{n // 4 + 1:02d}",
        )
        for n in range(80)
    ]
    train, test = by_time(rows, test=0.25)
    assert sorted(train + test) == list(range(80))
    assert 15 <= len(test) <= 25
    assert not {rows[i].group for i in train} & {rows[i].group for i in test}
    assert max(rows[i].time for i in train) < min(rows[i].time for i in test)


def test_addresses_do_not_join_strangers() -> None:
    opening = "@user @user @user @user @user https://example.org/a "
    rows = [row(opening + LONG), row(opening + "my cat sleeps on the warm red sofa all day long")]
    assert len(set(groups(rows))) == 2


def test_added_rows_leave_older_ones_in_their_part() -> None:
    rows = [row(f"row of event {n % 60}", group=f"event {n % 60}") for n in range(120)]
    more = [row(f"another {n}", group=f"new {n}") for n in range(30)]
    before = by_hash(rows, seed=1, calibrate=0.2, test=0.2)
    after = by_hash([*more, *rows], seed=1, calibrate=0.2, test=0.2)
    assert {n + len(more) for n in before.test} <= set(after.test)

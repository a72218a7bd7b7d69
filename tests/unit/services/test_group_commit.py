"""Work that gathers is written together, and what sinks one piece sinks no other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from moderation.domain.errors import InvalidInputError, ModerationError, StorageUnavailableError
from moderation.services.group_commit import MOST_AT_ONCE, GroupCommit


class Writer:
    """Writes numbers; waits before the first write until told."""

    def __init__(self) -> None:
        self.began, self.may_go = threading.Event(), threading.Event()
        self.written: list[list[int]] = []

    def __call__(self, batch: Sequence[int]) -> list[int]:
        self.began.set()
        assert self.may_go.wait(5)
        if any(number < 0 for number in batch):
            raise InvalidInputError("A negative number.")
        self.written.append(list(batch))
        return [number * 10 for number in batch]


def gathered(writer: Writer, numbers: Sequence[int]) -> list[int | Exception]:
    """Let the first number be under way while all others come."""
    group: GroupCommit[int, int] = GroupCommit()

    def do(number: int) -> int | Exception:
        try:
            return group.do(number, writer)
        except ModerationError as error:
            return error

    with ThreadPoolExecutor(len(numbers)) as pool:
        first = pool.submit(do, numbers[0])
        assert writer.began.wait(5)
        others = [pool.submit(do, number) for number in numbers[1:]]
        while len(group._waiting) < len(others):
            pass
        writer.may_go.set()
        return [one.result() for one in (first, *others)]


def test_what_comes_meanwhile_is_written_at_once() -> None:
    writer = Writer()
    assert gathered(writer, range(9)) == [number * 10 for number in range(9)]
    assert [len(batch) for batch in writer.written] == [1, 8]


def test_a_transaction_stays_small() -> None:
    writer = Writer()
    gathered(writer, range(MOST_AT_ONCE + 3))
    assert [len(batch) for batch in writer.written] == [1, MOST_AT_ONCE, 2]


def test_what_sinks_one_sinks_no_other() -> None:
    writer = Writer()
    answers = gathered(writer, [1, 2, -3, 4])
    assert isinstance(answers.pop(2), InvalidInputError)
    assert answers == [10, 20, 40]
    assert sorted(number for batch in writer.written for number in batch) == [1, 2, 4]


def test_without_a_database_nobody_waits_for_ever() -> None:
    tried = []

    def write(batch: Sequence[int]) -> list[int]:
        tried.append(batch)
        raise StorageUnavailableError("away")

    group: GroupCommit[int, int] = GroupCommit()
    with pytest.raises(StorageUnavailableError):
        group.do(1, write)
    assert len(tried) == 1


def test_a_mistake_of_ours_reaches_the_writer_and_frees_the_others() -> None:
    group: GroupCommit[int, int] = GroupCommit()

    def write(batch: Sequence[int]) -> list[int]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        group.do(1, write)
    assert group.do(2, lambda batch: [number * 10 for number in batch]) == 20

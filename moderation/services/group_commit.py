"""One writer that commits whatever has gathered: many requests share one durable write."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from moderation.domain.errors import ModerationError, StorageUnavailableError

MOST_AT_ONCE = 64
"""Pieces of work in one transaction: others that write wait for its end."""

_Work = TypeVar("_Work")
_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class _Waiting(Generic[_Work, _Answer]):
    work: _Work
    is_done: bool = False
    answer: _Answer | None = None
    error: ModerationError | None = None


class GroupCommit(Generic[_Work, _Answer]):
    """Collects work of several threads into one transaction.

    Whoever comes while nobody writes, writes; whoever comes meanwhile waits, and the first of them
    writes for all who wait by then. So nobody is ever held back to gather more, and under load
    the costs of a commit are shared. An answer is given after the commit.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Waiting[_Work, _Answer]] = deque()
        self._turn = threading.Lock()

    def do(self, work: _Work, write: Callable[[Sequence[_Work]], Sequence[_Answer]]) -> _Answer:
        """Have a piece of work written; returns its answer when it is committed.

        Parameters
        ----------
        work
        write : callable
            Writes several pieces in one transaction; answers in order. It may be called for the
            pieces of others, and again with a single one.

        Raises
        ------
        ModerationError
            What ``write`` raises for this piece alone.
        """
        mine = _Waiting[_Work, _Answer](work)
        self._waiting.append(mine)
        with self._turn:
            while not mine.is_done:
                self._write(self._gathered(), write)
        if mine.error is not None:
            raise mine.error
        return mine.answer  # type: ignore[return-value]  # done without error is done with answer

    def _gathered(self) -> list[_Waiting[_Work, _Answer]]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]

    def _write(
        self,
        batch: Sequence[_Waiting[_Work, _Answer]],
        write: Callable[[Sequence[_Work]], Sequence[_Answer]],
    ) -> None:
        try:
            answers = write([one.work for one in batch])
        except ModerationError as error:
            if len(batch) == 1 or isinstance(error, StorageUnavailableError):
                _fail(batch, error)
            else:
                for one in batch:  # what sank one of them must not sink the others
                    self._write([one], write)
        else:
            for one, answer in zip(batch, answers, strict=True):
                one.answer, one.is_done = answer, True
        finally:  # after a mistake of ours, nobody else waits for ever
            _fail([one for one in batch if not one.is_done], ModerationError("could not be stored"))


def _fail(batch: Sequence[_Waiting[Any, Any]], error: ModerationError) -> None:
    for one in batch:
        one.error, one.is_done = error, True

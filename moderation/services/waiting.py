"""How much waits, counted now and then for all who look."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from moderation.domain.errors import StorageUnavailableError
from moderation.storage.database import Database
from moderation.storage.queue_pages import ReviewItem
from moderation.storage.queue_tally import GROUPED, Tally, tally_of


@dataclass(frozen=True, slots=True)
class _Counted:
    tally: Tally
    at: float


class Waiting:
    """Keeps the tally of the queue for a short time.

    With 100,000 waiting items counting takes longer than all else that a page needs. So the pages
    of one process share a tally, and one that has grown old is counted anew behind the page's back.
    What this process decides is taken off at once.

    Parameters
    ----------
    fresh_s : float
        Seconds for which a tally is taken as it is; 0 counts for every page.
    kept_s : float
        Seconds after which nobody is shown it any more.
    clock : Callable[[], float]
        Seconds that never go back.
    """

    def __init__(
        self,
        *,
        fresh_s: float = 0.0,
        kept_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fresh_s, self._kept_s, self._clock = fresh_s, kept_s, clock
        self._counted: _Counted | None = None
        self._counting = threading.Lock()

    def of(self, database: Database) -> Tally:
        """Return the tally."""
        counted = self._counted
        age = self._clock() - counted.at if counted is not None else self._kept_s
        # That nothing waits is never said from memory: counting nothing takes no time.
        is_empty = counted is None or not any(row["items"] for row in counted.tally)
        if counted is not None and not is_empty and age < self._kept_s:
            if age >= self._fresh_s:
                threading.Thread(
                    target=self._count_behind, args=(database,), name="tally", daemon=True
                ).start()
            return counted.tally
        return self._count(database)

    def leaves(self, item: ReviewItem) -> None:
        """Take an item off that was open when the tally was made."""
        counted = self._counted
        if counted is None:
            return
        tally = [dict(row) for row in counted.tally]
        for row in tally:
            if row["items"] and all(row[name] == getattr(item, name) for name in GROUPED):
                row["items"] -= 1
                break
        self._counted = replace(counted, tally=tally)

    def forget(self) -> None:
        """Count again at the next look: an item has come back, or is of another kind now."""
        self._counted = None

    def _count(self, database: Database) -> Tally:
        at = self._clock()
        with database.read() as connection:
            tally = tally_of(connection)
        self._counted = _Counted(tally, at)
        return tally

    def _count_behind(self, database: Database) -> None:
        if not self._counting.acquire(blocking=False):
            return  # somebody is at it
        try:
            self._count(database)
        except StorageUnavailableError:
            pass  # the page that cannot be read says so
        finally:
            self._counting.release()

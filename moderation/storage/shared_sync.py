"""What was committed reaches the disk: one sync for all who wait for one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

_flush: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # macOS knows only the second


class SharedSync:
    """Syncs SQLite's write-ahead log after commits.

    A commit with ``synchronous=FULL`` syncs the log while it holds the one write lock, so that a
    disk with 5 ms a sync takes 200 commits a second, and everybody who writes waits behind all
    others. Here the commit leaves the lock without a sync, and who committed waits for a sync
    that began after that: the same sync for all who wait. What was acknowledged survives a power
    cut all the same (docs/adr/0029-shared-sync.md).

    Parameters
    ----------
    database : Path
        The database's file. Its log lies beside it.
    """

    def __init__(self, database: Path) -> None:
        self._log = Path(f"{database}-wal")
        self._ticket = threading.Lock()
        self._turn = threading.Lock()
        self._asked = 0
        self._synced = 0

    def wait(self) -> None:
        """Return when all that was committed before the call, by anybody, is on the disk.

        Raises
        ------
        OSError
            If the disk does not take it.
        """
        with self._ticket:
            self._asked += 1
            mine = self._asked
        with self._turn:
            if self._synced >= mine:
                return
            upto = self._asked
            self._sync()
            self._synced = upto

    def _sync(self) -> None:
        try:
            # Opened anew: whoever closes the database last removes the log.
            log = os.open(self._log, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
        except FileNotFoundError:
            return  # with it went what it held, into the database and synced
        try:
            _flush(log)
        finally:
            os.close(log)

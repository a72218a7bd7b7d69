"""A worker inside a server process, started again in each process that a server forks."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable


class BackgroundThread:
    """Runs a worker's loop in a thread of the process that asks first.

    Parameters
    ----------
    run : Callable
        The loop; ends when the event that it is given is set.
    name : str
        Of the thread.
    """

    def __init__(self, run: Callable[[threading.Event], None], name: str) -> None:
        self._run = run
        self._name = name
        self._lock = threading.Lock()
        self._pid: int | None = None
        self._stop = threading.Event()

    def ensure_running(self) -> None:
        """Start the thread unless it runs in this process already."""
        if self._pid == os.getpid():
            return
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                self._stop = threading.Event()
                threading.Thread(
                    target=self._run, args=(self._stop,), name=self._name, daemon=True
                ).start()

    def stop(self) -> None:
        """Let the loop end after what it does now."""
        self._stop.set()

"""Training beside a running server: give way to it, and end with the process that asked."""

from __future__ import annotations

import os
import threading

NICENESS = 10
_STDIN = 0


def give_way() -> None:
    """Lower this process's priority, and end it when its standard input ends.

    The one that started us holds the other end of the pipe: however it dies, the pipe closes, and
    nothing half done is left behind (a bundle appears whole or not at all).
    """
    os.nice(NICENESS)
    threading.Thread(target=_end_with_input, name="end-with-input", daemon=True).start()


def _end_with_input() -> None:
    # Not by `sys.stdin`: a thread that holds its lock would abort the interpreter's own end.
    while os.read(_STDIN, 1024):
        pass
    os._exit(1)

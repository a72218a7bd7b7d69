"""Progress of a long run: readable on a terminal, one JSON object a line for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[str, int, int], None]
"""Called with the step's name, steps done and steps in all."""


def silent(step: str, done: int, total: int) -> None:
    """Report nothing."""


def as_text(stream: TextIO | None = None) -> Progress:
    """Return a reporter that writes a line a step; default: to the error stream."""
    stream = sys.stderr if stream is None else stream

    def report(step: str, done: int, total: int) -> None:
        stream.write(f"[{done}/{total}] {step}\n")
        stream.flush()

    return report


def as_json(stream: TextIO | None = None) -> Progress:
    """Return a reporter that writes ``{"event": "progress", ...}`` a step; default: to stdout."""
    stream = sys.stdout if stream is None else stream

    def report(step: str, done: int, total: int) -> None:
        event = {"event": "progress", "step": step, "done": done, "total": total}
        stream.write(json.dumps(event) + "\n")
        stream.flush()

    return report

"""What is fuzzed: how hostile input is made for a parser, and what must hold of each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

MOST_S = 1.0
"""Processor time of its thread that no input may take, in seconds."""


class TooSlowError(AssertionError):
    """An input took longer than `MOST_S`."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parser and its judge.

    Attributes
    ----------
    name : str
    make : callable
        Makes one input from a source of randomness.
    check : callable
        Hands the input to the parser; raises when anything but the promise comes back.
    """

    name: str
    make: Callable[[Random], Any]
    check: Callable[[Any], None]

    def try_one(self, given: Any) -> float:
        """Check one input and the time that it took; returns that, in seconds."""
        begin = time.thread_time()
        self.check(given)
        took = time.thread_time() - begin
        if took > MOST_S:
            raise TooSlowError(f"{self.name}: {took:.1f} s")
        return took

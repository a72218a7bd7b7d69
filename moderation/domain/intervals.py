"""Shares with the interval in which they lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.959964  # two-sided 95% of a normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """A share of counted things with its 95% interval (Wilson's score interval, 1927).

    Attributes
    ----------
    hits, total : int
    value : float or None
        None of nothing.
    low, high : float
        0 and 1 of nothing.
    """

    hits: int
    total: int
    value: float | None
    low: float
    high: float


def share(hits: int, total: int) -> Share:
    """Return a share with its interval."""
    if total == 0:
        return Share(hits, total, None, 0.0, 1.0)
    value = hits / total
    bottom = 1 + _Z**2 / total
    middle = (value + _Z**2 / (2 * total)) / bottom
    spread = _Z * math.sqrt(value * (1 - value) / total + _Z**2 / (4 * total**2)) / bottom
    return Share(hits, total, value, max(0.0, middle - spread), min(1.0, middle + spread))

"""What this process has seen people do since it started, for the metrics."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping


class Tally:
    """Counts under names of two words; any thread may count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decisions: Counter[tuple[str, str]] = Counter()
        self._claims: Counter[str] = Counter()

    def count_decision(self, action: str, source: str) -> None:
        """Count a decision by what it says and why the comment was looked at."""
        with self._lock:
            self._decisions[action, source] += 1

    def count_claim(self, became: str) -> None:
        """Count a claim that was ``taken``, or given back: ``skipped`` or ``escalated``."""
        with self._lock:
            self._claims[became] += 1

    def decisions(self) -> Mapping[tuple[str, str], int]:
        """Return the decisions by action and source."""
        with self._lock:
            return dict(self._decisions)

    def claims(self) -> Mapping[str, int]:
        """Return the claims by what became of them."""
        with self._lock:
            return dict(self._claims)

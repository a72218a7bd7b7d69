"""A bounded table of tokens that were seen, shared by threads. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Forms = npt.NDArray[np.int64]

CAPACITY = 30_000
"""Tokens in each of the two generations; one takes about 250 bytes."""

LONGEST_KEPT = 64
"""Longer tokens are read anew each time: few are seen twice, and their length is the sender's."""

LARGEST_SHARE = 0.25
"""Of a generation, for the tokens of one comment or batch: no sender turns the table over alone."""


class Generation:
    """Tokens and their parts. An entry never changes once it can be found.

    Row 0 is the place before a comment's first token, under the key ``""``; it adds nothing.

    Parameters
    ----------
    capacity : int
        Most tokens.
    fixed : ndarray of shape (n_fixed, width)
        Rows that lie behind those of the tokens, so that one array holds all.
    start : int
        The form of row 0.

    Attributes
    ----------
    slots : dict of str to int
        Row of each token. Read without a lock: an entry is added after its row is written.
    rows : ndarray of shape (behind + n_fixed, width)
    forms : ndarray of shape (behind,)
    behind : int
        Where the fixed rows begin.
    """

    def __init__(self, capacity: int, fixed: Floats, start: int) -> None:
        self.behind = capacity + 1
        self.slots: dict[str, int] = {"": 0}
        self.forms = np.zeros(self.behind, dtype=np.int64)
        self.forms[0] = start
        self.rows = np.zeros((self.behind + len(fixed), fixed.shape[1]))
        self.rows[self.behind :] = fixed

    def add(self, tokens: Sequence[str], parts: Floats, forms: Forms) -> None:
        """Add tokens that are not in it; the caller has checked the room and holds the lock."""
        begin, end = len(self.slots), len(self.slots) + len(tokens)
        self.rows[begin:end] = parts
        self.forms[begin:end] = forms
        self.slots.update(zip(tokens, range(begin, end), strict=True))


class TokenTable:
    """Two generations: what was not used while the young one filled is dropped with the old one.

    Readers take ``young`` once and use its dictionary and its rows together, without a lock: rows
    are written before their tokens can be found and never change afterwards, also when another
    thread has made the generation an old one. Writers hold a lock.

    Parameters
    ----------
    fixed : ndarray of shape (n_fixed, width)
    start : int
        See `Generation`.
    capacity : int
        Tokens in each generation.
    """

    def __init__(self, fixed: Floats, start: int, capacity: int = CAPACITY) -> None:
        self._fixed = fixed
        self._start = start
        self._capacity = capacity
        self._lock = Lock()
        self._old = Generation(0, fixed[:0], start)
        self.young = Generation(capacity, fixed, start)

    def __len__(self) -> int:
        """Return the number of tokens held."""
        return len(self.young.slots) + len(self._old.slots) - 2

    def recall(self, tokens: Sequence[str]) -> tuple[list[str], Floats, Forms]:
        """Return those of the tokens that the old generation knows, with parts and forms."""
        old = self._old
        if old.slots.keys().isdisjoint(tokens):  # mostly; told without a look at each
            return [], old.rows[:0], old.forms[:0]
        known = [token for token in tokens if token in old.slots]
        slots = np.array([old.slots[token] for token in known], dtype=np.intp)
        return known, old.rows[slots], old.forms[slots]

    def keep(self, tokens: Sequence[str], parts: Floats, forms: Forms) -> None:
        """Remember tokens; may drop the old generation."""
        most = max(1, int(self._capacity * LARGEST_SHARE))
        with self._lock:
            young = self.young
            added = tokens
            if (
                len(tokens) > most
                or max(map(len, tokens), default=0) > LONGEST_KEPT
                or not young.slots.keys().isdisjoint(tokens)
            ):
                fresh = [
                    place
                    for place, token in enumerate(tokens)
                    if len(token) <= LONGEST_KEPT and token not in young.slots
                ][:most]
                added = [tokens[place] for place in fresh]
                parts, forms = parts[fresh], forms[fresh]
            if len(young.slots) + len(added) <= young.behind:
                young.add(added, parts, forms)
                return
            younger = Generation(self._capacity, self._fixed, self._start)
            younger.add(added, parts, forms)
            self._old, self.young = young, younger

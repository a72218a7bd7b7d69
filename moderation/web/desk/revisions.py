"""What an author has changed between two revisions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_SENTENCE_END = re.compile(r"(?<=[.!?\u2026\u3002\uff01\uff1f])\s+|\n+")
MOST_PARTS = 400
"""Beyond this many sentences the comparison is left out: it grows with their square."""


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence; ``kind`` is ``same``, ``gone`` or ``new``."""

    kind: str
    text: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """Return the sentences of two revisions, each as kept, gone or new."""
    old, new = _parts(before), _parts(after)
    if len(old) + len(new) > MOST_PARTS:
        return ()
    found: list[Change] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            found.extend(Change("same", part) for part in old[old_from:old_to])
        else:
            found.extend(Change("gone", part) for part in old[old_from:old_to])
            found.extend(Change("new", part) for part in new[new_from:new_to])
    return tuple(found)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]

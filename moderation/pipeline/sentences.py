"""Where sentences begin and end.

After Unicode Standard Annex 29, "Sentence Boundaries", with its rule that a full stop before a
small letter ends nothing (SB8), cut down to what needs no tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_SENTENCES = 500
"""As many are told apart; what follows counts with the last one."""

_WIDE = "\u3002\uff01\uff1f"
"""Ends a sentence without a blank after it, in Chinese and Japanese."""
_CLOSING = "\"'\u00bb\u201d\u2019)\\]"
_END = re.compile(rf"[.!?\u2026{_WIDE}]+[{_CLOSING}]*(?=\s|$)|(?<=[{_WIDE}])|\n+")
_SMALL_NEXT = re.compile(r"\s+[a-zß-öø-ÿ]")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the code-point ranges of the sentences, white space around them left out.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of tuple[int, int]
        In order, never overlapping, none blank; at most `MOST_SENTENCES`.
    """
    found: list[tuple[int, int]] = []
    for start, end in _pieces(text):
        piece = text[start:end]
        stripped = piece.strip()
        if not stripped:
            continue
        begin = start + len(piece) - len(piece.lstrip())
        if len(found) == MOST_SENTENCES:
            found[-1] = (found[-1][0], begin + len(stripped))
        else:
            found.append((begin, begin + len(stripped)))
    return found


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        is_stop = match.group().startswith((".", "…"))
        if is_stop and _SMALL_NEXT.match(text, match.end()):
            continue
        yield start, match.end()
        start = match.end()
    yield start, len(text)

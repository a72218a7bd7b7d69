"""Words with letters starred out, as writers and newspapers print them. Standard library only."""

from __future__ import annotations

import re
from collections import defaultdict

from classifiers.telling import TELLING

_ROOTS = (
    "fuck",
    "shit",
    "ass",
    "bitch",
    "cunt",
    "damn",
    "dick",
    "crap",
    "cock",
    "piss",
    "slut",
    "whore",
    "twat",
    "prick",
    "pussy",
    "nigger",
    "nigga",
    "faggot",
    "retard",
    "bastard",
    "asshole",
    "arsehole",
    "dumbass",
    "bullshit",
    "motherfucker",
    "bollocks",
    "wanker",
    "idiot",
    "moron",
    "stupid",
)
"""The commonest first: where stars leave a choice (``f***``), it wins. A word list decides nothing
here; it only gives a starred word its letters back, and the model weighs the word."""

_ENDINGS = ("", "s", "ed", "er", "ers", "ing", "in", "y", "head", "heads")
_HIDING = "*#%&_@!$"
_HIDING_RUN = re.compile("[*#%&_@!$]+")
_SEEN = 3
"""Letters that must be seen where a run of signs may stand for any number of letters."""

_LONG = 5

_BY_INITIAL: dict[str, list[str]] = defaultdict(list)
for _ending in _ENDINGS:
    for _root in _ROOTS:
        _BY_INITIAL[_root[0]].append(_root + _ending)
_LONG_BY_INITIAL: dict[str, list[str]] = defaultdict(list)
"""Where one letter alone is hidden, a long word leaves little choice: ``cl*wn``."""
for _word in sorted(TELLING):
    if len(_word) >= _LONG:
        _LONG_BY_INITIAL[_word[0]].append(_word)
_LONGEST = max(map(len, (*TELLING, *(w for words in _BY_INITIAL.values() for w in words))))


def uncensor(word: str) -> str:
    """Return the word whose letters are hidden by signs, or the argument if there is none.

    Each sign hides one letter; a single run of them hides any number if enough letters are seen.
    The first letter must be seen.

    Parameters
    ----------
    word : str
        Lower-case token.
    """
    if len(word) > _LONGEST:
        return word
    shown = _HIDING_RUN.split(word)
    if len(shown) == 1:
        return word
    known = _BY_INITIAL.get(word[:1], [])
    hides_one = sum(map(len, shown)) == len(word) - 1
    long = _LONG_BY_INITIAL.get(word[:1], []) if hides_one else []
    for candidate in (*known, *long):
        if len(candidate) == len(word) and all(
            sign in _HIDING or sign == letter for sign, letter in zip(word, candidate, strict=True)
        ):
            return candidate
    if len(shown) == 2 and shown[1] and len(shown[0]) + len(shown[1]) >= _SEEN:  # noqa: PLR2004
        for candidate in known:
            if len(candidate) > len(shown[0]) + len(shown[1]) and (
                candidate.startswith(shown[0]) and candidate.endswith(shown[1])
            ):
                return candidate
    return word

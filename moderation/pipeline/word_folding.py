"""Folds text so that disguised words compare equal to plain ones, each code point traced back.

Undone are: case, compatibility forms (full width, mathematical bold), invisible characters, marks
piled on letters, and letters borrowed from another script inside a Latin word. Accents that spell
a word ("schön") are kept: it is not the word without them.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache

# Letters that look like a Latin one (a selection from Unicode's confusables.txt, UTS #39).
_LOOKALIKES = str.maketrans(
    "абсԁеёғԍһіїјӏԛгѕтцѵԝхуьпмнквоοανρτυχικβηɑɡɩʟɴʀʏᴏᴜꜱ",
    "abcdeefghiijlqrstuvwxybnmhkbooavptuxikbnagilnryous",
)
_FOREIGN_IN_LATIN = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[a-z]")
_NOT_LATIN = re.compile(r"[\u0250-\u1fff\ua640-\ua7ff]")

_INVISIBLE_MARKS = frozenset({"\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\u17b4", "\u17b5"})
_MOST_SPELLING_MARKS = 2
"""Vietnamese puts two on a letter; more are decoration in scripts that compose."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text and the range of the original behind each of its code points.

    Attributes
    ----------
    text : str
    starts, ends : array[int]
        Range in the original, one for each code point of ``text``. Code points that came from
        one cluster share its range.
    """

    text: str
    starts: array[int]
    ends: array[int]

    def is_cut(self, index: int) -> bool:
        """Tell whether the place before ``index`` lies within one original cluster."""
        return 0 < index < len(self.text) and self.starts[index - 1] == self.starts[index]


def fold(text: str) -> Folded:
    """Fold text for comparison with folded words.

    Parameters
    ----------
    text : str
        Any string. Lone surrogates fold to U+FFFD.

    Returns
    -------
    Folded
        Runs of white space are one space each.
    """
    if text.isascii() and "  " not in text and text.isprintable():
        offsets = array("I", range(len(text) + 1))
        return Folded(text.lower(), offsets[:-1], offsets[1:])
    pieces: list[str] = []
    starts, ends = array("I"), array("I")
    for start, end, cluster in _clusters(text):
        folded = _fold_cluster(cluster) if len(cluster) < _LONG_CLUSTER else cluster.casefold()
        if folded == " " and pieces and pieces[-1] == " ":
            ends[-1] = end
            continue
        pieces.append(folded)
        starts.extend([start] * len(folded))
        ends.extend([end] * len(folded))
    return Folded(_without_foreign_letters("".join(pieces)), starts, ends)


_LONG_CLUSTER = 8


def _clusters(text: str) -> list[tuple[int, int, str]]:
    """Return base characters with their marks, invisible characters left out."""
    found: list[tuple[int, int, str]] = []
    start, end, members = 0, 0, ""
    piled: list[str] = []
    for index, char in enumerate(text):
        kind = _kind(char)
        if kind == "invisible":
            continue
        if kind == "mark" and (members or piled):
            piled.append(char)
            end = index + 1
            continue
        if members:
            found.append((start, end, members + "".join(piled)))
            piled.clear()
        start, end, members = index, index + 1, char
    if members:
        found.append((start, end, members + "".join(piled)))
    return found


@lru_cache(maxsize=8192)
def _kind(char: str) -> str:
    category = unicodedata.category(char)
    is_selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    if category == "Cf" or is_selector or char in _INVISIBLE_MARKS:
        return "invisible"
    is_conjoining = "\u1161" <= char <= "\u11ff"
    return "mark" if category in {"Mn", "Me"} or is_conjoining else "base"


@lru_cache(maxsize=16384)
def _fold_cluster(cluster: str) -> str:
    base, marks = cluster[0], cluster[1:]
    if base.isspace():
        return " "
    if unicodedata.category(base) == "Cs":
        return "\ufffd"
    base = _unsquared(base)
    composed = unicodedata.normalize("NFKC", base + marks)
    if marks and len(composed) > 1 and _is_alphabetic(base):
        composed = unicodedata.normalize("NFKC", base)
    if marks and len(marks) > _MOST_SPELLING_MARKS and _is_alphabetic(base):
        composed = unicodedata.normalize("NFKC", base)
    return unicodedata.normalize("NFKC", composed.casefold())


def _is_alphabetic(char: str) -> bool:
    """Tell whether a letter belongs to Latin, Greek or Cyrillic, which compose their marks."""
    return char < "\u0530" or "\u1e00" <= char <= "\u1fff" or "\U0001d400" <= char <= "\U0001d7ff"


def _unsquared(char: str) -> str:
    """Return the letter of a negative circled or squared letter, which NFKC leaves alone."""
    for first in ("\U0001f150", "\U0001f170"):
        if 0 <= ord(char) - ord(first) < 26:  # noqa: PLR2004
            return chr(ord("a") + ord(char) - ord(first))
    return char


def _without_foreign_letters(folded: str) -> str:
    """Replace letters of other scripts inside words that are otherwise Latin."""
    if not _NOT_LATIN.search(folded) or not _LATIN.search(folded):
        return folded
    return _FOREIGN_IN_LATIN.sub(_latinised, folded)


def _latinised(match: re.Match[str]) -> str:
    word = match[0]
    if not _LATIN.search(word):
        return word
    latin = word.translate(_LOOKALIKES)
    return word if _NOT_LATIN.search(latin) else latin

"""Texts that are nearly the same: found by a few numbers, not by comparing each with each.

Source: Broder, "On the resemblance and containment of documents" (1997), and one permutation
hashing with the rotation of Shrivastava and Li, "Densifying One Permutation Hashing" (2014).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib

from moderation.domain.comment import MIN_REPEAT_LENGTH

GRAM = 5
"""Characters of a shingle."""

BANDS = 8
ROWS = 3
"""Two texts of similarity s share a band with the chance 1 - (1 - s**ROWS)**BANDS: 0.98 at 0.75,
0.20 at 0.3."""

NEARLY_THE_SAME = 0.7
"""Similarity, in [0, 1], from which two texts are called nearly the same."""

_LONGEST = 4000
_BINS = BANDS * ROWS
_NOT_A_WORD = re.compile(r"[\W_]+")


def shingles(body: str) -> frozenset[str]:
    """Return the text's character shingles; case, marks and spacing do not count.

    Parameters
    ----------
    body : str
        The reduced text, of which the first 4,000 letters are read.

    Returns
    -------
    frozenset[str]
        Empty when the text is too short to be recognised.
    """
    folded = unicodedata.normalize("NFKC", body[: 2 * _LONGEST]).casefold()
    letters = _NOT_A_WORD.sub(" ", folded).strip()[:_LONGEST]
    if len(letters) < MIN_REPEAT_LENGTH:
        return frozenset()
    return frozenset(letters[at : at + GRAM] for at in range(len(letters) - GRAM + 1))


def bands(found: frozenset[str]) -> tuple[int, ...]:
    """Return the keys by which near texts are looked up.

    Parameters
    ----------
    found : frozenset[int]
        From `shingles`.

    Returns
    -------
    tuple[int, ...]
        `BANDS` numbers in [0, 2**63), none for an empty set.
    """
    if not found:
        return ()
    lowest: list[int | None] = [None] * _BINS
    for gram in found:
        number = zlib.crc32(gram.encode("utf-8", "surrogatepass"))
        place, value = number % _BINS, number // _BINS
        kept = lowest[place]
        lowest[place] = value if kept is None else min(kept, value)
    full = [_borrowed(lowest, place) for place in range(_BINS)]
    return tuple(_key(band, full[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard similarity of two sets of shingles, in [0, 1]."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def _borrowed(lowest: list[int | None], place: int) -> int:
    for step in range(_BINS):
        value = lowest[(place + step) % _BINS]
        if value is not None:
            return value + step * 2**32
    raise ValueError("a text without shingles has no bands")


def _key(band: int, values: list[int]) -> int:
    digest = hashlib.blake2b(repr((band, values)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1

"""Ways in which people disguise words to pass a filter. Deterministic; they measure, never train.

Each attack takes one word and returns it disguised; `disguise` applies it to chosen words of a
text. A word of fewer than four letters stays: disguising it would hide it from readers as well.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

SHORTEST = 4
_WORD = re.compile(r"[^\W\d_]+")

_LEET = str.maketrans("aeiostAEIOST", "431057431057")
_CYRILLIC = str.maketrans("aceiopxyABCEHKMOPTX", "асеіорхуАВСЕНКМОРТХ")  # noqa: RUF001
_ACCENTED = str.maketrans("aeioucnAEIOUCN", "áéíóúçñÁÉÍÓÚÇÑ")
_ZERO_WIDTH = "\u200b"
_EMOJI = ("🙂", "🔥", "😂", "👍")


def leetspeak(word: str) -> str:
    """Write digits and signs for letters: ``1d107``."""
    return word.translate(_LEET)


def spaced_out(word: str) -> str:
    """Put a space between letters: ``i d i o t``."""
    return " ".join(word)


def dotted(word: str) -> str:
    """Put a full stop between letters: ``i.d.i.o.t``."""
    return ".".join(word)


def homoglyphs(word: str) -> str:
    """Write Cyrillic letters that look the same."""
    return word.translate(_CYRILLIC)


def accented(word: str) -> str:
    """Put accents on letters: ``ídíót``."""
    return word.translate(_ACCENTED)


def zero_width(word: str) -> str:
    """Put characters without width between letters."""
    return _ZERO_WIDTH.join(word)


def stretched(word: str) -> str:
    """Repeat the first vowel, or the last letter: ``iiiidiot``."""
    place = next((index for index, char in enumerate(word) if char in "aeiouAEIOU"), len(word) - 1)
    return word[:place] + word[place] * 4 + word[place + 1 :]


def emoji_inside(word: str) -> str:
    """Put an emoji into the word: ``id🙂iot``."""
    middle = len(word) // 2
    return word[:middle] + _EMOJI[_pick(word, len(_EMOJI))] + word[middle:]


def censored(word: str) -> str:
    """Write a star for the first vowel after the first letter: ``id*ot``."""
    place = next((i for i in range(1, len(word)) if word[i] in "aeiouAEIOU"), len(word) // 2)
    return word[:place] + "*" + word[place + 1 :]


def without_vowels(word: str) -> str:
    """Drop the vowels after the first letter: ``idt``."""
    short = word[0] + re.sub("[aeiouAEIOU]", "", word[1:])
    return short if len(short) > 1 else word


def swapped_letters(word: str) -> str:
    """Swap two neighbours inside the word: ``idoit``."""
    place = 1 + _pick(word, len(word) - 3)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def mixed_case(word: str) -> str:
    """Alternate small and capital letters: ``iDiOt``."""
    return "".join(char.upper() if index % 2 else char.lower() for index, char in enumerate(word))


def _pick(word: str, count: int) -> int:
    return zlib.crc32(word.encode("utf-8", "replace")) % count


ATTACKS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "leetspeak": leetspeak,
        "spaced out": spaced_out,
        "dotted": dotted,
        "homoglyphs": homoglyphs,
        "accents": accented,
        "zero width": zero_width,
        "stretched": stretched,
        "emoji inside": emoji_inside,
        "censored": censored,
        "without vowels": without_vowels,
        "swapped letters": swapped_letters,
        "mixed case": mixed_case,
    }
)
"""Attacks on single words, by name; `joined` is the one on their gaps."""


def disguise(
    text: str, attack: Callable[[str], str], ranges: Sequence[tuple[int, int]] | None = None
) -> str:
    """Return a text with its words disguised.

    Parameters
    ----------
    text : str
    attack : callable
        From a word of four letters or more to its disguise.
    ranges : sequence of (start, end), optional
        Only words that overlap one of these; default: all words.
    """

    def replaced(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) < SHORTEST or not _is_chosen(match, ranges):
            return word
        return attack(word)

    return _WORD.sub(replaced, text)


def joined(text: str, ranges: Sequence[tuple[int, int]] | None = None) -> str:
    """Return a text in which chosen words stick to the word before: ``youidiot``."""
    pieces, last, before_end = [], 0, -1
    for match in _WORD.finditer(text):
        gap = text[before_end : match.start()] if before_end >= 0 else ""
        if gap == " " and len(match[0]) >= SHORTEST and _is_chosen(match, ranges):
            pieces.append(text[last:before_end])
            last = match.start()
        before_end = match.end()
    return "".join([*pieces, text[last:]])


def _is_chosen(match: re.Match[str], ranges: Sequence[tuple[int, int]] | None) -> bool:
    if ranges is None:
        return True
    return any(start < match.end() and match.start() < end for start, end in ranges)

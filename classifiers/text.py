"""Normalisation before features: pure functions, each with its reason. Standard library only.

The original text is never rewritten as a whole. It is cut into tokens that keep their offsets,
and each token is folded by itself. So a span found on a folded token points into the text as
the author typed it, and a folded token can be cached.

All functions run in linear time and accept any ``str``, lone surrogates included.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

MAX_WORD_CHARS = 48
"""Longer runs without a space are cut here, so that n-grams of one token stay bounded."""

_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0f\ufeff"
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
_W = rf"[\w{_INVISIBLE}{_MARKS}]"

_TOKEN = re.compile(
    rf"""
    (?P<url>(?:https?://|www\.)[^\s<>"]{{1,2000}})
  | (?P<user>@\w{{2,64}})
  | (?P<spaced>(?<!\w)[^\W\d_](?P<gap>[\ .\-*_])[^\W\d_](?:(?P=gap)[^\W\d_]){{2,30}}(?!\w))
  | (?P<word>\$?{_W}{{1,{MAX_WORD_CHARS}}}
        (?:(?:['\u2019`@$!|+]|\*{{1,6}}){_W}{{1,{MAX_WORD_CHARS}}}){{0,4}}(?:\${{1,3}}(?!\d))?)
  | (?P<mark>[^\w\s])(?P=mark){{0,400}}
    """,
    re.VERBOSE,
)

_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile("[a-z]")
_DIGITS = re.compile(r"\d")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|k|m|bn|am|pm|d|x|p|km|kg|mm|cm|mb|gb|hz|c|f|g|h|v)$")
_RARELY_DOUBLED = re.compile(r"([ahijkquvwxyc])\1{2,}")
_TRIPLE = re.compile(r"(.)\1\1")
_OFTEN_DOUBLED = re.compile(r"([^\W\d_])\1{2,}")
_INNER_LEET = re.compile(r"(?<=[a-z$@!|])[0134578@$!|](?=[a-z$@!|0134578])")
_OUTER_LEET = re.compile(r"^[5$4@1](?=[a-z]{2})|(?<=[a-z])\$+$")
_PLAIN_MARKS = {
    "\u201c": '"',
    "\u201d": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\u2014": "-",
    "\u2013": "-",
}
_LEET = str.maketrans("0134578@$!|", "oieastbasil")
_CONFUSABLE = str.maketrans(
    "аеорсухіјѕԁһӏвкмнтαεοικντυρχδσ",
    "aeopcyxijsdhlbkmhtaeoikvtupxds",
)


class Token(NamedTuple):
    """A piece of the original text (a tuple, because they are made by the million).

    Attributes
    ----------
    start, end : int
        Code-point offsets into the text; ``end`` is exclusive.
    kind : str
        ``word``, ``spaced`` (letters set apart), ``mark`` (punctuation, emoji), ``url``, ``user``.
    surface : str
        What `fold` takes. Letters that were set apart are joined.
    """

    start: int
    end: int
    kind: str
    surface: str


@dataclass(frozen=True, slots=True)
class Folded:
    """A token after normalisation.

    Attributes
    ----------
    form : str
        Lower case, without invisible characters, accents, disguise and stretching.
    has_letters : bool
        Whether character n-grams of the form mean anything.
    signals : tuple[str, ...]
        What folding removed: ``caps``, ``stretched``, ``disguised``.
    """

    form: str
    has_letters: bool
    signals: tuple[str, ...]


def tokenize(text: str, most: int | None = None) -> list[Token]:
    """Cut a text into tokens, in order; white space belongs to none.

    Parameters
    ----------
    text : str
        Any string.
    most : int, optional
        Stop after so many tokens.

    Returns
    -------
    list[Token]
        Tokens with ascending, disjoint offsets.
    """
    tokens: list[Token] = []
    for match in islice(_TOKEN.finditer(text), most):
        kind = match.lastgroup or "word"
        surface = match.group()
        if match.start("spaced") >= 0:
            kind = "spaced"
            surface = surface.replace(match.group("gap"), "")
        tokens.append(Token(match.start(), match.end(), kind, surface))
    return tokens


def fold(kind: str, surface: str) -> Folded:
    """Normalise one token.

    Parameters
    ----------
    kind : str
        `Token.kind`.
    surface : str
        `Token.surface`.

    Returns
    -------
    Folded
        Depends on the arguments alone, so callers may cache it.
    """
    if kind == "url":
        return Folded("<url>", has_letters=False, signals=())
    if kind == "user":
        return Folded("<user>", has_letters=False, signals=())
    if kind == "mark":
        return Folded(_fold_mark(surface), has_letters=False, signals=())
    return _fold_word(surface, is_spaced=kind == "spaced")


def _fold_mark(surface: str) -> str:
    """One mark, or the mark twice: how often it is repeated beyond that says little."""
    mark = _SURROGATE.sub("\ufffd", surface[:1])
    mark = _PLAIN_MARKS.get(mark, mark)
    return mark if len(surface) == 1 else mark + mark


def _fold_word(surface: str, *, is_spaced: bool) -> Folded:
    signals: list[str] = []
    is_disguised = is_spaced and not surface.isupper()  # U.S.S.R. hides nothing
    word = surface.lower()
    if not word.isascii():
        word, hidden = _to_plain_letters(word)
        is_disguised = is_disguised or hidden
    unleeted = undo_leet(word)
    is_disguised = is_disguised or unleeted != word
    squeezed = squeeze(unleeted) if _TRIPLE.search(unleeted) else unleeted
    form = squeezed if squeezed.isalpha() else _DIGITS.sub("0", squeezed)
    letters = len(form) if form.isalpha() else len(_LETTER.findall(form))
    if letters >= 3 and surface.upper() == surface and not is_spaced:  # noqa: PLR2004
        signals.append("caps")
    if squeezed != unleeted:
        signals.append("stretched")
    if is_disguised and letters:
        signals.append("disguised")
    return Folded(form, has_letters=letters > 0, signals=tuple(signals))


def _to_plain_letters(word: str) -> tuple[str, bool]:
    """Compatibility forms, accents, invisible characters and look-alikes; the latter two hide."""
    visible = _INVISIBLE_RUN.sub("", word)
    plain = unicodedata.normalize("NFKD", visible).lower()
    plain = _SURROGATE.sub("\ufffd", _ACCENTS.sub("", plain)).replace("\u2019", "'")
    plain = "".join(plain.split())[: 4 * MAX_WORD_CHARS] or visible[:1]
    is_disguised = visible != word.replace("\ufe0f", "")
    if _LATIN.search(plain):
        latin = plain.translate(_CONFUSABLE)
        is_disguised = is_disguised or latin != plain
        plain = latin
    return _SURROGATE.sub("\ufffd", plain), is_disguised


def undo_leet(word: str) -> str:
    """Return the word with digits and signs that stand for letters replaced.

    Only where letters surround them: ``sh1t`` and ``$tupid`` change; ``covid19``, ``4th``, ``mp3``
    and ``$500`` stay.

    Parameters
    ----------
    word : str
        Lower-case word.
    """
    if word.isalpha() or not _LATIN.search(word) or _ORDINAL.match(word):
        return word
    word = _OUTER_LEET.sub(lambda match: match.group().translate(_LEET), word)
    return _INNER_LEET.sub(lambda match: match.group().translate(_LEET), word)


def squeeze(word: str) -> str:
    """Return the word with stretched letters shortened.

    Three or more of a letter that English seldom doubles become one (``stupiiid``), of any other
    two (``looooser``).

    Parameters
    ----------
    word : str
        Lower-case word.
    """
    return _OFTEN_DOUBLED.sub(r"\1\1", _RARELY_DOUBLED.sub(r"\1", word))

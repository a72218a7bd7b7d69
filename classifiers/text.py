"""Cutting a text into tokens: one regular expression, each piece with its reason. Stdlib only.

The original text is never rewritten. It is cut into tokens, each token is folded by itself (see
`classifiers.folding`) and what a token is depends on its characters alone. So a folded token can be
cached by its spelling, and a span found on it points into the text as the author typed it.

Everything here runs in linear time and accepts any ``str``, lone surrogates included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from classifiers.telling import EMOJI, without_emoji

MAX_RUN = 48
"""Longer runs of letters are cut here, so that n-grams of one token stay bounded."""

MAX_MARKS = 64
"""Longer runs of punctuation are cut here, so that tokens make small keys."""

INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef"
)
"""Characters without a picture of their own. Inside a word they hide it from filters, so they
belong to the word; alone they are nothing."""

ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""Marks that stand on the letter before them, also the stacks of them that deface a text."""

_MARKS = (
    f"{ACCENTS}\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0966-\u0dff\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd\u0f18-\u0f84"
    "\u102b-\u103e"
)
"""Vowel signs and other marks that Python does not count as word characters, by script."""

FRAMED = (
    "\u249c-\u24e9\U0001f110-\U0001f129\U0001f130-\U0001f149\U0001f150-\U0001f169"
    "\U0001f170-\U0001f189"
)
"""Letters in circles, squares and brackets: symbols to Python, letters to a reader."""

SKIN_TONES = "\U0001f3fb-\U0001f3ff"

_GLUE = rf"{INVISIBLE}{_MARKS}"
_LETTER = r"[^\W\d_]"
_RUN = (
    rf"[\w{FRAMED}]{{1,{MAX_RUN}}}(?:[{_GLUE}]{{1,200}}[\w{FRAMED}]{{0,{MAX_RUN}}}){{0,{MAX_RUN}}}"
)
_SYMBOL = rf"[^\w\s\x00-\x7f{_GLUE}{FRAMED}]"

# Four tokens in five are plain words and stops, told by what follows; nothing else needs to be
# tried for them. A single letter may be the first of letters set apart, unless a word follows.
_PLAIN_WORD = r"[A-Za-z]{2,24}(?:'[a-z]{1,2})?(?=[ ,]|\.[ \n]|\.?\Z)|[IiAa](?=\ [^\W\d_]{2})"
_PLAIN_STOP = r"[.,](?=[ \n]|\Z)"
_URL = r"(?:https?://|www\.)[^\s<>\"]{1,2000}"
_MAIL = r"\w[\w.+-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,24}){1,4}"
_USER = r"@\w{2,64}"
# One sign or space between single letters: "i d i o t", "i.d-i*o_t", a heart after each letter.
_SPACED = (
    rf"(?<!\w){_LETTER}"
    rf"(?:(?:\ {_LETTER}){{2,30}}|(?:[^\w\s{_GLUE}]{_LETTER}){{2,30}}|(?:_{_LETTER}){{2,30}})"
    rf"(?![\w{_GLUE}])"
)
# Stars that hide the end of a word: "f***", but not the second half of "**a**".
_STARRED = r"(?<![\w*])[A-Za-z]{1,3}\*{2,8}(?![\w*])"
# Inside a word: apostrophes, and the signs that stand for a letter ("Stop!Now" has none).
_WORD = (
    rf"\$?[{_GLUE}]{{0,8}}{_RUN}"
    rf"(?:(?:['\u2019`@$|+]|!(?=[a-z])|(?<=[A-Z])!(?=[A-Z])|\*{{1,6}}"
    rf"|(?<=[A-Za-z])[#%&](?=[A-Za-z])){_RUN}){{0,4}}"
    r"(?:\${1,3}(?!\d))?"
)
_MARK = "|".join(
    (
        *(rf"{re.escape(mark)}{{1,{MAX_MARKS}}}" for mark in ".,-*=~#"),
        rf"[!?]{{1,{MAX_MARKS}}}",
        r"[!-/:-@\[-^`{-~]",
        rf"{_SYMBOL}(?:{_SYMBOL}|[\u200d\ufe0f{SKIN_TONES}]){{0,{MAX_MARKS}}}",
    )
)

_ANY = "|".join((_PLAIN_WORD, _PLAIN_STOP, _URL, _MAIL, _USER, _SPACED, _STARRED, _WORD, _MARK))
_TOKEN = re.compile(rf"\ ?({_ANY})")  # taking the space along saves trying everything on it
_find_all = _TOKEN.findall
# A word with emoji between its letters. It is one token if it is a telling word without them:
# "lol(emoji)you" stays three.
_INTERRUPTION = re.compile(f"(?<=[A-Za-z])[{EMOJI}]")
_INTERRUPTED = re.compile(
    rf"(?<![\w/@.])[A-Za-z]{{1,16}}"
    rf"(?:[{EMOJI}][\u200d\ufe0f]?[A-Za-z]{{1,16}}){{1,8}}(?!\w)"
)


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    SPACED = "spaced"
    MARK = "mark"
    URL = "url"
    MAIL = "mail"
    USER = "user"


_KINDS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.MARK, _MARK),
        (Kind.URL, _URL),
        (Kind.MAIL, _MAIL),
        (Kind.USER, _USER),
        (Kind.SPACED, _SPACED),
    )
)


def tokenize(text: str, end: int | None = None) -> list[str]:
    """Cut a text into tokens, in order. White space and lone invisible characters belong to none.

    Parameters
    ----------
    text : str
        Any string.
    end : int, optional
        Read only so many characters.

    Returns
    -------
    list[str]
        Pieces of the text as written.
    """
    limit = len(text) if end is None else end
    if text.isascii() or not _INTERRUPTION.search(text):
        return _find_all(text, 0, limit)
    tokens: list[str] = []
    begin = 0
    for match in _INTERRUPTED.finditer(text, 0, limit):
        if without_emoji(match[0]):
            tokens += _find_all(text, begin, match.start())
            tokens.append(match[0])
            begin = match.end()
    return tokens + _find_all(text, begin, limit)


def locate(text: str, tokens: Iterable[str]) -> list[int]:
    """Return where each of a text's tokens begins.

    Parameters
    ----------
    text : str
        Any string.
    tokens : iterable of str
        What `tokenize` gave for it, or a beginning of that.
    """
    starts = []
    position = 0
    for token in tokens:
        position = text.find(token, position)
        starts.append(position)
        position += len(token)
    return starts


def kind_of(token: str) -> Kind:
    """Return what a token is, by its characters alone."""
    if token.isalnum():  # all other kinds have a sign in them
        return Kind.WORD
    for kind, pattern in _KINDS:
        if pattern.fullmatch(token):
            return kind
    return Kind.WORD

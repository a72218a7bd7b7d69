"""Folding: a token without case, accents, disguise and stretching. Stdlib only.

What a rule undoes is said by a signal, where hiding a word is the only use of it. A rule that
might hit a plain word (a number, a list "a, b, c", a word in its own script) leaves it alone: a
missed disguise costs one word, a spoilt word costs everybody who writes it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from classifiers.censored import uncensor
from classifiers.lookalikes import CONFUSABLE, LATIN_LETTERS, STYLED
from classifiers.telling import DISGUISED, without_digits, without_emoji
from classifiers.text import ACCENTS, INVISIBLE, MAX_RUN, SKIN_TONES, Kind, kind_of

MAX_FORM = 4 * MAX_RUN
MAX_SYMBOLS = 8

_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_LATIN_ACCENTS = re.compile(f"(?<=[a-z])[{ACCENTS}]+")
_LEFT_ACCENTS = re.compile(f"[{ACCENTS}]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ANY_LETTER = re.compile(r"[^\W\d_]")
_FOREIGN_LETTER = re.compile(r"[^\W\d_a-z]")
_LATIN = re.compile("[a-z]")
_DIGIT = re.compile(r"\d")
_TRIPLE = re.compile(r"(.)\1\1")
_RARELY_DOUBLED = re.compile(r"([ahijkquvwxyc])\1{2,}")
_OFTEN_DOUBLED = re.compile(r"([^\W\d_])\1{2,}")
_STRETCHED = re.compile(r"([^\W\d_])\1+")
_EMOJI_STYLE = re.compile(f"[{INVISIBLE}{SKIN_TONES}]+|(?<=\u200d)[\u2640\u2642]")

_QUANTITY = re.compile(
    r"\d+(?:st|nd|rd|th|bn|am|pm|km|kg|mm|cm|mb|gb|hz|year|years|hour|hours|mins|star)?$"
)
_INNER_LEET = re.compile(r"(?<=[a-z])[013457@$!|]{1,2}(?=[a-z])")
_OUTER_LEET = re.compile(r"^[51](?=[a-z]{4,}$)|^[$@](?=[a-z]{2})|(?<=[a-z])\$+$")
_LEET = str.maketrans("013457@$!|", "oieastasil")
_AMBIGUOUS_LEET = str.maketrans("1!|", "lll")
_AT_WORD = re.compile(r"@(?:ss(?:es|h[o0]les?|hats?)?|rse(?:h[o0]les?)?)", re.IGNORECASE)
_ABBREVIATION = 3
_SHOUTED = 3
_PLAIN_MARKS = {
    "\u201c": '"',
    "\u201d": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\u2014": "-",
    "\u2013": "-",
}
_PLACEHOLDERS = {Kind.URL: "<url>", Kind.MAIL: "<mail>", Kind.USER: "<user>"}

_new = tuple.__new__  # what a named tuple calls, without the call of its own


class Folded(NamedTuple):
    """A token after normalisation (a tuple, because they are made by the million).

    Attributes
    ----------
    form : str
        Lower case, without invisible characters, accents, disguise and stretching; never with
        white space in it.
    readings : tuple[str, ...]
        The form, and what else the token may mean: ``looooser`` is ``looser`` or ``loser``.
    has_letters : bool
        Whether character n-grams of the form mean anything.
    is_word : bool
        Whether the token can explain a score; punctuation, addresses and mentions cannot.
    signals : tuple[str, ...]
        What folding removed: ``caps``, ``stretched``, ``disguised``.
    """

    form: str
    readings: tuple[str, ...]
    has_letters: bool
    is_word: bool
    signals: tuple[str, ...]


def fold(token: str) -> Folded:
    """Normalise one token.

    Parameters
    ----------
    token : str
        From `classifiers.text.tokenize`.

    Returns
    -------
    Folded
        Depends on the argument alone, so callers may cache it.
    """
    if token.isalpha() and token.isascii():  # nothing to undo but case and stretching
        word = token.lower()
        if word in DISGUISED:
            return _word(DISGUISED[word], token, is_disguised=True)
        if len(set(word)) > len(word) - 2 or not _TRIPLE.search(word):  # not stretched
            signals = ("caps",) if token.isupper() and len(token) >= _SHOUTED else ()
            return Folded(word, (word,), True, True, signals)  # noqa: FBT003
        return _word(word, token, is_disguised=False)
    kind = kind_of(token)
    if kind in _FOLD:
        return _FOLD[kind](token)
    if _AT_WORD.fullmatch(token):
        return _word(undo_leet("a" + token[1:].lower()), token, is_disguised=True)
    placeholder = _PLACEHOLDERS[kind]
    return Folded(placeholder, (placeholder,), has_letters=False, is_word=False, signals=())


def fold_all(tokens: Sequence[str]) -> list[Folded]:
    """Normalise tokens, each as `fold` does; sooner where all are plain words in small letters."""
    letters = "".join(tokens)
    if (
        letters.isascii()
        and letters.isalpha()
        and letters.islower()
        and DISGUISED.keys().isdisjoint(tokens)
        and not _TRIPLE.search(" ".join(tokens))
    ):
        return [_new(Folded, (token, (token,), True, True, ())) for token in tokens]
    return [fold(token) for token in tokens]


def _fold_mark(token: str) -> Folded:
    """Each kind of mark once, and twice if repeated: how often beyond that says little.

    Skin tone and gender of an emoji are no features: they say who writes, not what.
    """
    plain = _EMOJI_STYLE.sub("", token) or token
    marks = [_PLAIN_MARKS.get(mark, mark) for mark in _SURROGATE.sub("\ufffd", plain)]
    kinds = list(dict.fromkeys(marks))[:MAX_SYMBOLS]
    readings = tuple(mark * min(2, marks.count(mark)) for mark in kinds)
    return Folded(readings[0], readings, has_letters=False, is_word=False, signals=())


def _fold_spaced(token: str) -> Folded:
    """Join letters that were set apart.

    U.S.S.R. and a.k.a. hide nothing, nor does a list "a b c d": no word runs along the alphabet.
    """
    letters = "".join(_ANY_LETTER.findall(token))
    word, _ = _to_plain_letters(letters.lower())
    is_list = all(ord(b) - ord(a) == 1 for a, b in pairwise(word))
    is_abbreviation = letters.isupper() or ("." in token and len(letters) <= _ABBREVIATION)
    return _word(word, letters.lower(), is_disguised=not (is_list or is_abbreviation))


def _fold_word(token: str) -> Folded:
    if token.isdecimal() and token.isascii() and without_digits(token) is None:  # just a number
        form = "0" * len(token)
        return Folded(form, (form,), has_letters=False, is_word=True, signals=())
    word, is_disguised = token.lower(), False
    if not word.isascii() or _INVISIBLE.search(word):
        shown = without_emoji(word)
        word, is_disguised = (shown, True) if shown else _to_plain_letters(word)
    known = uncensor(word)
    return _word(known, token, is_disguised=is_disguised or known != word)


_FOLD = {Kind.WORD: _fold_word, Kind.SPACED: _fold_spaced, Kind.MARK: _fold_mark}


def _word(word: str, token: str, *, is_disguised: bool) -> Folded:
    """Undo leetspeak and stretching of a lower-case word, and say what was undone."""
    form = word
    readings: tuple[str, ...] = (word,)
    signals: tuple[str, ...] = ()
    if not word.isalpha():
        told = without_digits(word)
        form = told or undo_leet(word)
        is_disguised = is_disguised or form != word
        is_clear = told is not None or form == word
        readings = (form,) if is_clear else _readings(form, undo_leet(_as_l(word)))
    if _TRIPLE.search(form) and (squeezed := squeeze(form)) != form:
        readings = _readings(squeezed, *(_STRETCHED.sub(r"\1", reading) for reading in readings))
        form, signals = squeezed, ("stretched",)
    if not form.isalpha():
        form = _DIGIT.sub("0", form)
        readings = tuple(_DIGIT.sub("0", reading) for reading in readings)
    letters = len(form) if form.isalpha() else len(_ANY_LETTER.findall(form))
    if letters >= _SHOUTED and token.upper() == token != token.lower():
        signals = ("caps", *signals)
    if is_disguised and letters:
        signals = (*signals, "disguised")
    return Folded(form, readings, has_letters=letters > 0, is_word=True, signals=signals)


def _readings(*forms: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(forms))


def _as_l(word: str) -> str:
    """Return the word with signs that stand for ``i`` or ``l`` read as ``l`` inside it."""
    return word[:1] + word[1:].translate(_AMBIGUOUS_LEET)


def _to_plain_letters(word: str) -> tuple[str, bool]:
    """Undo styled letters, accents, invisible characters and look-alikes; all but accents hide.

    Look-alikes are read as Latin only if Latin letters stand beside them and nothing but Latin
    remains: a Greek or Russian word stays one. Accents are dropped from Latin letters alone, for
    in other scripts they make other letters.
    """
    visible = _INVISIBLE.sub("", word)
    styled = visible.translate(STYLED)
    plain = unicodedata.normalize("NFKD", styled).lower()
    plain = unicodedata.normalize("NFC", _LATIN_ACCENTS.sub("", plain))
    plain = _LEFT_ACCENTS.sub("", plain).replace("\u2019", "'").translate(LATIN_LETTERS)
    plain = "".join(_SURROGATE.sub("\ufffd", plain).split())[:MAX_FORM] or "\ufffd"
    is_disguised = styled != visible or visible != word.replace("\ufe0f", "")
    if _LATIN.search(plain) and _FOREIGN_LETTER.search(plain):
        latin = plain.translate(CONFUSABLE)
        if not _FOREIGN_LETTER.search(latin):
            return latin, True
    return plain, is_disguised


def undo_leet(word: str) -> str:
    """Return the word with digits and signs that stand for letters replaced.

    Only where letters surround them, and no code or quantity is spelt so: ``sh1t``, ``n00b``,
    ``id10t`` and ``$tupid`` change; ``covid19``, ``windows10``, ``h1n1``, ``4chan``, ``4th``,
    ``mp3`` and ``$500`` stay.

    Parameters
    ----------
    word : str
        Lower-case word.
    """
    letters = len(_LATIN.findall(word))
    if not letters or _QUANTITY.match(word):
        return word
    digits = len(_DIGIT.findall(word))
    inside = len(_DIGIT.findall("".join(_INNER_LEET.findall(word))))
    if letters > digits or (letters == digits == inside):
        word = _INNER_LEET.sub(_letters, word)
    return _OUTER_LEET.sub(_letters, word)


def _letters(match: re.Match[str]) -> str:
    return match.group().translate(_LEET)


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

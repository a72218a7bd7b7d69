"""Which language a comment is in: by its script, or by the small words that every sentence has.

It says nothing rather than something doubtful. Short comments, names, slang and code stay unknown,
and close relatives must be told apart clearly.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

_SAMPLE_CHARS = 4_000
_LEAST_LETTERS = 4
_LEAST_WORDS = 5
_LEAST_DIFFERENT = 3
_LEAST_HIT_SHARE = 0.2
_LEAST_LEAD = 1.5
_SCRIPT_SHARE = 0.6

_BY_SCRIPT: Mapping[str, str] = {
    "CYRILLIC": "ru",
    "GREEK": "el",
    "HEBREW": "he",
    "ARABIC": "ar",
    "DEVANAGARI": "hi",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "THAI": "th",
}
_UKRAINIAN = frozenset("\u0456\u0457\u0454\u0491")
_KANA = frozenset({"HIRAGANA", "KATAKANA"})

_SMALL_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and is not you of to that it in are was for with this have be they what your "
        "i my he she we on at as but so do if who all like his her from a an no or by just than "
        "get me die",
        "de": "der die das und ist nicht ich du ein eine zu den mit auf für sich dem wir ihr sie "
        "es auch wie aber noch bin bist war hat haben von kein",
        "fr": "le la les et est pas je tu un une des que qui dans pour vous nous ce il elle sur "
        "avec mais du au ne sont cette plus comme",
        "es": "el la los las y es no que de un una por para con se lo tu su pero como más muy "
        "está son del yo esto eres",
        "it": "il lo la gli e è non che di un una per con si ma come più sono della questo sei "
        "anche mi ti del hanno",
        "pt": "o os a as e é não que de um uma para com se mas como mais muito você do da são isso "
        "ele ela em",
        "nl": "de het een en is niet ik je van dat die op te voor met zijn maar ook wat er aan hij "
        "zij bent",
        "sv": "och är inte jag du en ett det som på för med att den av men har om så till",
        "pl": "i nie to jest na się że w z do jak ale co tak jestem ty dla czy po od ten",
        "tr": "ve bir bu değil için çok ama ne de da gibi ben sen daha var yok mi",
    }.items()
}
_WORD = re.compile(r"[^\W\d_]+")


def detect_language(text: str) -> str | None:
    """Return a base language tag (ISO 639-1), None when it is not certain.

    Parameters
    ----------
    text : str
        As the author wrote it; the first 4,000 characters are looked at.
    """
    sample = text[:_SAMPLE_CHARS]
    letters = [char for char in sample if char.isalpha()]
    if len(letters) < _LEAST_LETTERS:
        return None
    foreign = [char for char in letters if ord(char) > 0x24F]  # noqa: PLR2004 - the end of Latin
    if len(foreign) >= _SCRIPT_SHARE * len(letters):
        return _by_script(foreign)
    return _by_small_words(_WORD.findall(sample.lower()))


def _by_script(letters: list[str]) -> str | None:
    scripts = Counter(unicodedata.name(char, "").partition(" ")[0] for char in letters)
    script, count = scripts.most_common(1)[0]
    if script == "CJK" and any(scripts[kana] for kana in _KANA):
        return "ja"
    if script not in _BY_SCRIPT or count < _SCRIPT_SHARE * len(letters):
        return None
    if script == "CYRILLIC" and not _UKRAINIAN.isdisjoint(letters):
        return "uk"
    return _BY_SCRIPT[script]


def _by_small_words(words: list[str]) -> str | None:
    if len(words) < _LEAST_WORDS:
        return None
    hits = Counter(
        {language: sum(word in small for word in words) for language, small in _SMALL_WORDS.items()}
    )
    (best, most), (_, second) = hits.most_common(2)
    is_clear = len(
        _SMALL_WORDS[best].intersection(words)
    ) >= _LEAST_DIFFERENT and most >= _LEAST_HIT_SHARE * len(words)
    return best if is_clear and most >= _LEAST_LEAD * second else None

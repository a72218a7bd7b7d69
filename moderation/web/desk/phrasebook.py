"""Sentences that the inner rooms make or keep in English, in the reader's language.

Services and the domain know nothing of languages; some of their sentences are stored for years.
Each stands in `PHRASES`, or with its values' places in `PATTERNS`, is collected for the catalogues
by `extract`, and is looked up by `translated`. What is in neither stays English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from classifiers.labels import DEFINITIONS
from moderation.domain.review import REASON_TITLES
from moderation.web.desk.messages import gettext
from moderation.web.desk.phrase_patterns import PATTERNS
from moderation.web.desk.phrases import PHRASES

_PLACE = re.compile(r"%\((\w+)\)s")
_SENTENCES = frozenset({"why", "expected", "label", "labels", "title"})
"""Places whose values are sentences or words of ours too; all others are shown as they are."""


def translated(sentence: str) -> str:
    """Return a sentence of the inner rooms in the reader's language."""
    if not sentence:
        return ""
    told = gettext(sentence)
    if told != sentence:
        return told
    for pattern, shape in _shapes():
        found = shape.fullmatch(sentence)
        if found is not None:
            values = found.groupdict()
            return gettext(pattern, **{name: _value(name, text) for name, text in values.items()})
    return sentence


def sentences() -> Iterator[str]:
    """Return every sentence that the catalogues must know beside those of this room."""
    yield from PHRASES
    yield from PATTERNS
    yield from REASON_TITLES.values()
    for definition in DEFINITIONS.values():
        yield definition.meaning
        yield definition.not_this


def extract(*_asked: object, **_options: object) -> Iterator[tuple[int, str, str, list[str]]]:
    """Hand the sentences to ``pybabel extract``, which calls this for the present file."""
    for sentence in sentences():
        yield 1, "gettext", sentence, []


def _value(place: str, text: str) -> str:
    if place not in _SENTENCES:
        return text
    return ", ".join(map(translated, text.split(", "))) if place == "labels" else translated(text)


@lru_cache(maxsize=1)
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns with the sentences they match, those that say the most first."""
    ordered = sorted(PATTERNS, key=lambda pattern: -len(_PLACE.sub("", pattern)))
    return tuple((pattern, _shape(pattern)) for pattern in ordered)


def _shape(pattern: str) -> re.Pattern[str]:
    pieces = _PLACE.split(pattern)
    written = [
        re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>{_what(piece)})"
        for number, piece in enumerate(pieces)
    ]
    return re.compile("".join(written))


def _what(place: str) -> str:
    """Return what may stand in a place: not the end of one sentence and the next."""
    return ".+" if place in _SENTENCES else r"(?:(?!\. ).)+"

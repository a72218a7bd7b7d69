"""Sentences that the inner rooms make or keep in English, in the reader's language.

Services and the domain know nothing of languages; some of their sentences are stored for years.
Each stands in `PHRASES`, is collected for the catalogues by `extract`, and is looked up by
`translated`. What is not there stays English.
"""

from __future__ import annotations

from collections.abc import Iterator

from classifiers.labels import DEFINITIONS
from moderation.domain.review import REASON_TITLES
from moderation.web.desk.messages import gettext
from moderation.web.desk.phrases import PHRASES


def translated(sentence: str) -> str:
    """Return a sentence of the inner rooms in the reader's language."""
    return gettext(sentence) if sentence else ""


def sentences() -> Iterator[str]:
    """Return every sentence that the catalogues must know beside those of this room."""
    yield from PHRASES
    yield from REASON_TITLES.values()
    for definition in DEFINITIONS.values():
        yield definition.meaning
        yield definition.not_this


def extract(*_asked: object, **_options: object) -> Iterator[tuple[int, str, str, list[str]]]:
    """Hand the sentences to ``pybabel extract``, which calls this for the present file."""
    for sentence in sentences():
        yield 1, "gettext", sentence, []

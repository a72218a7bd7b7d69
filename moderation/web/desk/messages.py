"""Sentences of the desk in the reader's language: the door to gettext, with types.

English is what the code says; the catalogues in ``translations/`` hold the other languages.
Without a request, for example in a unit test, a sentence stays English.
"""

from __future__ import annotations

import flask_babel


def gettext(message: str, /, **values: object) -> str:
    """Return a sentence in the reader's language, with ``%(name)s`` filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """Return a sentence in the form that a number takes; ``%(num)s`` is that number."""
    return str(flask_babel.ngettext(one, many, count, **values))


def pgettext(context: str, message: str, /, **values: object) -> str:
    """Return a word that means different things in different places: the context says which."""
    return str(flask_babel.pgettext(context, message, **values))


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a sentence in a table for the catalogues; `gettext` is called where it is shown."""
    return message

"""How what comes in is read by a schema, and how what is wrong in it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError

from moderation.domain.errors import InvalidInputError


def load(schema: Schema, given: Mapping[str, Any]) -> Any:
    """Return what a schema makes of a body or a query.

    Raises
    ------
    InvalidInputError
        With every wrong field.
    """
    try:
        return schema.load(given)
    except ValidationError as error:
        raise invalid_input(error.messages) from None


def invalid_input(messages: Any, *, under: str = "") -> InvalidInputError:
    """Return the error that names every wrong field.

    Parameters
    ----------
    messages : Any
        As marshmallow nests them.
    under : str
        Path of the object that was read, for example ``comments.3``.
    """
    found = {path or "body": text for path, text in _flat(messages, under)}
    count = "One field is" if len(found) == 1 else f"{len(found)} fields are"
    return InvalidInputError(f"{count} not as expected; see errors.", fields=found)


def _flat(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(messages, Mapping):
        texts = messages if isinstance(messages, list) else [messages]
        yield path, "; ".join(str(text) for text in texts)
        return
    for name, inner in messages.items():
        step = "" if name == "_schema" else str(name)
        yield from _flat(inner, f"{path}.{step}" if path and step else path or step)

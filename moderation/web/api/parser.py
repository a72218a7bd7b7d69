"""How the API reads bodies and queries: our own JSON reader, our own errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from moderation.domain.errors import InvalidInputError
from moderation.web.json_body import read_object


class StrictParser(FlaskParser):
    """Reads JSON by `read_object`; whatever is wrong becomes an `InvalidInputError`."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": RAISE}  # noqa: RUF012 - webargs' own way

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Return the body, which must be a JSON object."""
        del req, schema
        return read_object()

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Raise `InvalidInputError` with every wrong field."""
        del req, schema, error_status_code, error_headers
        by_location: Any = error.messages
        (messages,) = by_location.values()
        raise invalid_input(messages) from None


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

"""Read what hosts send: fields that we need are checked, the others are passed over."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from moderation.domain.errors import InvalidInputError

MAX_ID_CHARS = 190
_MAX_TITLE_CHARS = 1000
_MAX_ADDRESS_CHARS = 2000


class Fields:
    """One JSON object of a payload, and where in it we are.

    Parameters
    ----------
    where : str
        Path of the object, for messages; empty at the top.
    """

    def __init__(self, document: object, where: str = "") -> None:
        self._where = where
        if not isinstance(document, Mapping):
            raise wrong(where or "body", "expected an object")
        self._document = document

    def inner(self, name: str) -> Fields:
        """Return a required object."""
        return Fields(self._document.get(name), self._path(name))

    def inner_or_none(self, name: str) -> Fields | None:
        """Return an object, None when there is none."""
        found = self._document.get(name)
        return Fields(found, self._path(name)) if found is not None else None

    def text(self, name: str) -> str:
        """Return a required text that every database can hold."""
        found = self._document.get(name)
        if not isinstance(found, str):
            raise wrong(self._path(name), "expected a string")
        return clean(found)

    def identity(self, name: str) -> str:
        """Return a required id, which may be a number or a text."""
        found = self.identity_or_none(name)
        if found is None:
            raise wrong(self._path(name), "expected an id")
        return found

    def identity_or_none(self, name: str) -> str | None:
        """Return an id, None when there is none."""
        found = self._document.get(name)
        if isinstance(found, bool) or not isinstance(found, int | str) or found == "":
            return None
        text = clean(str(found))
        if not 1 <= len(text) <= MAX_ID_CHARS or not text.isprintable():
            raise wrong(self._path(name), f"expected an id of 1 to {MAX_ID_CHARS} characters")
        return text

    def number(self, name: str, default: int = 0) -> int:
        """Return a whole number."""
        found = self._document.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else default

    def flag(self, name: str) -> bool:
        """Return whether a field says yes, as true or as 1."""
        return self._document.get(name) in (True, 1, "1")

    def title(self, name: str) -> str | None:
        """Return a short text of one line, None when there is none."""
        found = self._document.get(name)
        if not isinstance(found, str):
            return None
        return " ".join(clean(found).split())[:_MAX_TITLE_CHARS] or None

    def address(self, name: str) -> str | None:
        """Return an http(s) address, None when there is none."""
        found = self._document.get(name)
        if not isinstance(found, str) or not found.startswith(("http://", "https://")):
            return None
        return found if found.isprintable() and len(found) <= _MAX_ADDRESS_CHARS else None

    def time(self, name: str) -> datetime | None:
        """Return a time in UTC, None when there is none that can be read."""
        found = self._document.get(name)
        try:
            at = datetime.fromisoformat(found) if isinstance(found, str) else None
        except ValueError:
            return None
        if at is None or not 1970 <= at.year < 2200:  # noqa: PLR2004 - the years that we store
            return None
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)

    def has(self, name: str) -> bool:
        """Return whether a field is there and not null."""
        return self._document.get(name) is not None

    def _path(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name


def read_body(body: bytes) -> Fields:
    """Return a body's JSON object.

    Raises
    ------
    InvalidInputError
        If it holds none.
    """
    try:
        return Fields(json.loads(body))
    except (ValueError, RecursionError):
        raise wrong("body", "expected a JSON object in UTF-8") from None


def wrong(field: str, expected: str) -> InvalidInputError:
    """Return the error for one field."""
    return InvalidInputError("The event has wrong fields.", fields={field: expected})


def clean(text: str) -> str:
    """Return a text without NUL and without halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def is_hmac_signed(secrets: Iterable[str], header: str, body: bytes) -> bool:
    """Return whether one of the ``sha256=<hex>`` signatures is right for one of the secrets.

    Parameters
    ----------
    header : str
        One signature, or several separated by commas (Coral, while secrets are exchanged).
    body : bytes
        The raw body: hosts write JSON in ways that cannot be made again.
    """
    given = [one.strip().encode("utf-8", "surrogatepass") for one in header.split(",")[:10]]
    is_right = False
    for secret in secrets:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        expected = f"sha256={digest}".encode()
        for one in given:
            is_right |= hmac.compare_digest(expected, one)
    return is_right


def page_of(items: object) -> list[Any]:
    """Return a list, empty when it is none."""
    return items if isinstance(items, list) else []

"""Fields that take exactly what they say: no numbers written as strings, no broken text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields

from classifiers.labels import Label
from moderation.web import current

_REMEMBERED = 1024
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)

_ERRORS = {
    "required": "is required",
    "null": "must not be null",
}


class Text(fields.String):
    """A string that any database and any client can hold.

    Parameters
    ----------
    least, most : int
        Length in code points.
    """

    default_error_messages = {  # noqa: RUF012 - marshmallow's own way
        **_ERRORS,
        "invalid": "expected a string",
        "nul": "must not hold U+0000",
        "surrogate": "must not hold half a surrogate pair (U+D800 to U+DFFF)",
        "short": "expected at least {least} characters",
        "long": "expected at most {most} characters",
    }

    def __init__(self, *, least: int = 0, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.least = least
        self.most = most

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        del attr, data, kwargs
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if "\0" in value:
            raise self.make_error("nul")
        if not value.isascii() and _has_lone_surrogate(value):
            raise self.make_error("surrogate")
        if len(value) < self.least:
            raise self.make_error("short", least=self.least)
        if len(value) > self._most():
            raise self.make_error("long", most=self._most())
        return value

    def _most(self) -> int:
        return self.most


class CommentText(Text):
    """The text of a comment; how long it may be is a setting."""

    def __init__(self, *, least: int = 0, **options: Any) -> None:
        super().__init__(least=least, most=0, **options)

    def _most(self) -> int:
        return current.settings().max_text_chars


class Name(Text):
    """A short text of one line, for example an id: no control characters."""

    default_error_messages = {  # noqa: RUF012
        "control": "must not hold control characters",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not text.isprintable() and any(unicodedata.category(char) == "Cc" for char in text):
            raise self.make_error("control")
        return text


class Address(Name):
    """An absolute http(s) address. Others, such as ``javascript:``, never reach the desk."""

    default_error_messages = {  # noqa: RUF012
        "address": "expected an address that begins with http:// or https://",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(least=1, most=2000, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not _ADDRESS.fullmatch(text):
            raise self.make_error("address")
        return text


class Language(Name):
    """A language tag (BCP 47)."""

    default_error_messages = {  # noqa: RUF012
        "language": "expected a language tag such as en or pt-BR",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(least=2, most=35, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not _LANGUAGE.fullmatch(text):
            raise self.make_error("language")
        return text


class WholeNumber(fields.Integer):
    """A JSON integer in a range; neither ``"5"`` nor ``5.0`` nor ``true``."""

    default_error_messages = {  # noqa: RUF012
        **_ERRORS,
        "invalid": "expected a whole number",
        "range": "expected a whole number from {least} to {most}",
    }

    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.least = least
        self.most = most

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        del attr, data, kwargs
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        if not self.least <= value <= self.most:
            raise self.make_error("range", least=self.least, most=self.most)
        return value


class Flag(fields.Boolean):
    """``true`` or ``false`` and nothing that looks like it."""

    default_error_messages = {**_ERRORS, "invalid": "expected true or false"}  # noqa: RUF012

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        del attr, data, kwargs
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Instant(fields.AwareDateTime):
    """A time with its zone (RFC 3339), from 1970 to 2199; given back in UTC."""

    default_error_messages = {  # noqa: RUF012
        **_ERRORS,
        "invalid": "expected a time with zone such as 2026-03-02T09:00:00Z",
        "range": "expected a time from 1970 to 2199",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        del attr, data, kwargs
        if not isinstance(value, str) or not _RFC3339.fullmatch(value):
            raise self.make_error("invalid")
        try:
            at = datetime.fromisoformat(value.upper())
        except ValueError:
            raise self.make_error("invalid") from None
        if not _EARLIEST <= at < _LATEST:
            raise self.make_error("range")
        return at.astimezone(UTC)


class Answers(fields.Field[dict[Label, bool]]):
    """Labels judged true or false, at least one."""

    default_error_messages = {  # noqa: RUF012
        **_ERRORS,
        "invalid": 'expected an object such as {{"abusive": false}} with at least one label',
        "label": "expected labels among {known}",
        "answer": "expected true or false",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[Label, bool]:
        del attr, data, kwargs
        if not isinstance(value, Mapping) or not value:
            raise self.make_error("invalid")
        wrong = {
            str(name): [str(self.make_error("answer"))]
            for name, answer in value.items()
            if name in set(Label) and not isinstance(answer, bool)
        }
        if not set(value) <= set(Label):
            raise self.make_error("label", known=", ".join(Label))
        if wrong:
            raise ValidationError(wrong)
        return {label: value[label] for label in Label if label in value}


class EachOnItsOwn(fields.List[Any]):
    """A list in which a wrong entry does not sink the others.

    Gives what the inner field gives for each entry, or its `ValidationError`.

    Parameters
    ----------
    most : int
        How many entries there may be; at least one is expected.
    """

    default_error_messages = {  # noqa: RUF012
        **_ERRORS,
        "invalid": "expected a list",
        "count": "expected 1 to {most} entries",
    }

    def __init__(self, inner: fields.Field[Any], *, most: int, **options: Any) -> None:
        super().__init__(inner, **options)
        self.most = most

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        del attr, data, kwargs
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if not 1 <= len(value) <= self.most:
            raise self.make_error("count", most=self.most)
        return [self._entry(entry) for entry in value]

    def _entry(self, entry: Any) -> Any:
        try:
            return self.inner.deserialize(entry)
        except ValidationError as error:
            return error


def _has_lone_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


class Remembered(fields.Nested):
    """A nested object that comes again and again, as authors and threads do; read once.

    What is remembered cannot be changed and holds nothing but what was sent.
    """

    def __init__(self, schema: type[Schema], **options: Any) -> None:
        super().__init__(schema, **options)
        self._known: dict[tuple[tuple[str, type, Any], ...], Any] = {}

    def _load(self, value: Any, partial: Any = None) -> Any:
        if not isinstance(value, dict):
            return super()._load(value, partial)
        # With its type: True, 1 and 1.0 are equal, and not all of them are allowed.
        key = tuple((name, type(one), one) for name, one in value.items())
        try:
            found = self._known.get(key)
        except TypeError:  # a list or an object in it
            return super()._load(value, partial)
        if found is None:
            found = super()._load(value, partial)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = found
        return found

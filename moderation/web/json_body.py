"""The request's body as JSON, read so strictly that nothing after it meets a surprise."""

from __future__ import annotations

import json
from typing import Any

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from moderation.domain.errors import ModerationError

_MAX_DIGITS = 19
"""As many as a 64-bit integer has; longer numbers are refused unread (quadratic to parse)."""


class MalformedBodyError(ModerationError):
    """The body is no JSON object; nothing in it could be looked at."""

    code = "malformed_body"


def read_object() -> dict[str, Any]:
    """Return the body of the current request.

    Raises
    ------
    UnsupportedMediaType
        If the body is not declared as JSON in UTF-8.
    MalformedBodyError
        As `parse_object`.
    """
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType("Send the body as application/json in UTF-8.")
    return parse_object(request.get_data())


def parse_object(raw: bytes) -> dict[str, Any]:
    """Parse a JSON object.

    Of a repeated key the last one counts.

    Raises
    ------
    MalformedBodyError
        If it is not UTF-8, not JSON (NaN and Infinity are not), nested too deeply, or no object.
    """
    try:
        parsed = _decoder.decode(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise MalformedBodyError("The body is not valid UTF-8.") from None
    except RecursionError:
        raise MalformedBodyError("The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedBodyError(f"The body is not valid JSON ({where}).") from None
    except _NumberError as error:
        raise MalformedBodyError(str(error)) from None
    if not isinstance(parsed, dict):
        raise MalformedBodyError("The body is not a JSON object.")
    return parsed


class _NumberError(Exception):
    pass


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > _MAX_DIGITS:
        raise _NumberError(f"A number in the body has more than {_MAX_DIGITS} digits.")
    return int(digits)


def _constant(name: str) -> float:
    raise _NumberError(f"The body holds {name}, which JSON does not know.")


_decoder = json.JSONDecoder(parse_int=_whole, parse_constant=_constant)

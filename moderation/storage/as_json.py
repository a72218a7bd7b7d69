"""How values become JSON in the database."""

from __future__ import annotations

import json
from typing import Any

import orjson


def as_json(value: Any) -> str:
    """Return a value as JSON text.

    orjson writes numbers several times sooner than the standard library. What it refuses, such as
    half a surrogate pair or a whole number beyond 64 bits, is written by the library.
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value)

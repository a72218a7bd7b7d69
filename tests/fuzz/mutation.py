"""Hostile input from any source of randomness: hypothesis's, which shrinks, or a seeded one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any

MOST_CHARS = 50_000
"""As long as a comment may be."""

_ODD_CHARS = (
    "\0\t\n\r\x0b\x1b \xa0\xad\u0301\u0303\u200b\u200d\u2028\u202e\ufe0f\ufeff\uffff\ud800\udfff"
    "aZ09@$._-*ßİıſé\u0430\u05d0\u0644\u0e01\u4e2d\uac00\U0001d4d0\U0001f600\U000e0041\U0010ffff"
)
_LEAVES: Sequence[Any] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**400, 0.5, -0.0, 1e308, float("nan"),
    float("inf"), "", " ", "0", "true", "null", "\0", "\ud800", "2026-02-30T25:00:00Z", "x" * 300,
    "https://[", "javascript:1", [], {}, [[]], [None], {"": ""},
)  # fmt: skip


def text(random: Random, marks: Sequence[str], seeds: Sequence[str] = ()) -> str:
    """Return marks and odd characters in any order, or an example that was cut and spliced."""
    kind = random.randrange(500)
    if kind == 0:
        piece = "".join(_pieces(random, marks, random.randint(1, 4)))
        return (piece * (MOST_CHARS // max(len(piece), 1)))[:MOST_CHARS]
    if kind < 200 and seeds:
        return _spliced(random, random.choice(seeds), marks)
    return "".join(_pieces(random, marks, random.randint(0, 40)))


def document(random: Random, seeds: Sequence[Any]) -> Any:
    """Return an example of a JSON document, changed in a few places."""
    changed = deepcopy(random.choice(seeds))
    for _ in range(random.randint(0, 4)):
        changed = _changed(random, changed)
    return changed


def json_body(random: Random, seeds: Sequence[Any]) -> bytes:
    """Return a changed document as it is sent; now and then bytes are changed too."""
    body = json.dumps(document(random, seeds), ensure_ascii=random.random() < 0.5)
    raw = body.encode("utf-8", "surrogatepass")
    return data(random, raw) if random.randrange(8) == 0 else raw


def data(random: Random, seed: bytes) -> bytes:
    """Return bytes in which a few places were overwritten, cut out, doubled or cut off."""
    changed = bytearray(seed)
    for _ in range(random.randint(1, 6)):
        start = random.randint(0, len(changed))
        end = min(start + random.choice((1, 1, 2, 8, 64)), len(changed))
        kind = random.randrange(5)
        if kind == 0:
            del changed[start:end]
        elif kind == 1:
            changed[start:start] = changed[start:end] * random.randint(1, 9)
        elif kind == 2:
            del changed[start:]
        else:
            changed[start:end] = bytes(random.randrange(256) for _ in range(end - start))
    return bytes(changed)


def _pieces(random: Random, marks: Sequence[str], number: int) -> list[str]:
    return [
        random.choice(marks) if random.randrange(4) else random.choice(_ODD_CHARS)
        for _ in range(number)
    ]


def _spliced(random: Random, source: str, marks: Sequence[str]) -> str:
    for _ in range(random.randint(1, 5)):
        start = random.randint(0, len(source))
        end = min(start + random.choice((0, 1, 5, 40, 400)), len(source))
        middle = source[start:end] * 2 if random.randrange(3) == 0 else random.choice(marks)
        source = source[:start] + middle + source[end:]
    return source


def _changed(random: Random, found: Any) -> Any:
    """Change one place of a document: walk down by chance and act where the walk ends."""
    if isinstance(found, dict) and found and random.randrange(5):
        name = random.choice(list(found))
        kind = random.randrange(8)
        if kind == 0:
            del found[name]
        elif kind == 1:
            found[random.choice(("x", "", "id\0", name.upper(), f"{name}.{name}"))] = found[name]
        else:
            found[name] = _changed(random, found[name])
        return found
    if isinstance(found, list) and found and random.randrange(5):
        place = random.randrange(len(found))
        found[place] = _changed(random, found[place])
        return found
    return random.choice(_REPLACEMENTS)(random, found)


def _nested(random: Random, found: Any) -> Any:
    for _ in range(random.choice((1, 2, 40))):
        found = [found] if random.randrange(2) else {"text": found}
    return found


_REPLACEMENTS: Sequence[Callable[[Random, Any], Any]] = (
    lambda random, _: deepcopy(random.choice(_LEAVES)),
    lambda random, _: "".join(_pieces(random, ("word", " ", "<b>", "[quote]"), 6)),
    lambda random, found: [found] * random.randint(0, 3),
    lambda _, found: str(found),
    _nested,
)

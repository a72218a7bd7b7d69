"""Character references of HTML, decoded one by one so that offsets can be kept."""

from __future__ import annotations

import html
import re

# The longest name in the HTML standard has 31 letters; numbers are cut where they must end.
REFERENCE = re.compile(r"&(?:#[xX][0-9a-fA-F]++;?|#[0-9]++;?|[a-zA-Z][a-zA-Z0-9]{1,31}+;?)")

_MAX_DIGITS = 12
_REPLACEMENT = "\ufffd"


def decode_reference(reference: str) -> tuple[str, int]:
    """Decode one character reference.

    Parameters
    ----------
    reference : str
        A match of `REFERENCE`.

    Returns
    -------
    tuple[str, int]
        The characters and how much of the reference they used up; ``("&", 1)`` when it is none.
        Surrogates and numbers beyond Unicode give U+FFFD (HTML standard, 13.2.5.80).
    """
    if reference.startswith("&#"):
        return _decode_number(reference), len(reference)
    decoded = html.unescape(reference)
    if decoded == reference:
        return "&", 1
    # An old name without its semicolon may be followed by letters of the text: "&ampere".
    tail = _common_tail(decoded, reference)
    return decoded[: len(decoded) - tail], len(reference) - tail


def decode_references(text: str) -> str:
    """Decode every character reference of a text, such as an attribute's value."""
    if "&" not in text:
        return text
    return REFERENCE.sub(_decoded_match, text)


def _decoded_match(match: re.Match[str]) -> str:
    decoded, used = decode_reference(match[0])
    return decoded + match[0][used:]


def _decode_number(reference: str) -> str:
    digits = reference.strip("&#xX;").lstrip("0")
    if len(digits) > _MAX_DIGITS:  # int() refuses very long numbers
        return _REPLACEMENT
    return html.unescape(reference) or _REPLACEMENT


def _common_tail(decoded: str, reference: str) -> int:
    if reference.endswith(";") and len(decoded) <= 2 and not decoded.endswith(";"):  # noqa: PLR2004
        return 0
    most = min(len(decoded) - 1, len(reference) - 1)
    tail = 0
    while tail < most and decoded[-1 - tail] == reference[-1 - tail]:
        tail += 1
    return tail

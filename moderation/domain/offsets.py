"""Positions in text: Python counts code points, browsers and most APIs count UTF-16 units."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

_LAST_OF_BASIC_PLANE = "\uffff"


def utf16_offsets(text: str, positions: Iterable[int]) -> tuple[int, ...]:
    """Turn code-point offsets into UTF-16 offsets.

    Parameters
    ----------
    text : str
    positions : Iterable[int]
        Code-point offsets in [0, len(text)], in any order, repeats allowed.

    Returns
    -------
    tuple[int, ...]
        One UTF-16 offset for each position, in the order given.

    Raises
    ------
    IndexError
        When a position lies outside the text.
    """
    wanted = tuple(positions)
    _refuse_outside(wanted, len(text))
    if text.isascii():
        return wanted
    found: dict[int, int] = {}
    code_point = unit = 0
    for position in sorted(set(wanted)):
        passed = text[code_point:position]
        unit += len(passed) + sum(char > _LAST_OF_BASIC_PLANE for char in passed)
        code_point = position
        found[position] = unit
    return tuple(found[position] for position in wanted)


def code_point_offsets(text: str, positions: Iterable[int]) -> tuple[int, ...]:
    """Turn UTF-16 offsets into code-point offsets.

    Parameters
    ----------
    text : str
    positions : Iterable[int]
        UTF-16 offsets in [0, UTF-16 length of the text]. One that points between the two halves
        of a surrogate pair counts as the start of that character.

    Returns
    -------
    tuple[int, ...]
        One code-point offset for each position, in the order given.

    Raises
    ------
    IndexError
        When a position lies outside the text.
    """
    wanted = tuple(positions)
    if text.isascii():
        _refuse_outside(wanted, len(text))
        return wanted
    starts = [0]
    for char in text:
        starts.append(starts[-1] + (2 if char > _LAST_OF_BASIC_PLANE else 1))
    _refuse_outside(wanted, starts[-1])
    return tuple(bisect_right(starts, position) - 1 for position in wanted)


def _refuse_outside(positions: tuple[int, ...], length: int) -> None:
    if any(not 0 <= position <= length for position in positions):
        message = f"an offset lies outside of 0..{length}"
        raise IndexError(message)

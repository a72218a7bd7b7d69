"""A JSON array of any length, read element by element."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

_CHUNK = 1 << 18
_BLANKS = " \t\r\n"


class JsonArrayError(ValueError):
    """The file is no JSON array of objects, or is cut off; the message names the line."""


def json_array(file: IO[str], *, most_chars: int) -> Iterator[tuple[int, Any]]:
    """Yield each element with the line where it begins.

    Parameters
    ----------
    file : IO[str]
        Open at its start.
    most_chars : int
        An element that is longer is refused.

    Raises
    ------
    JsonArrayError
        Where the text stops being a JSON array; what came before has been given out.
    """
    yield from _Reader(file, most_chars).elements()


class _Reader:
    def __init__(self, file: IO[str], most_chars: int) -> None:
        self._file = file
        self._most = most_chars
        self._decoder = json.JSONDecoder()
        self._buffer = ""
        self._at = 0
        self._line = 1
        self._is_at_end = False

    def elements(self) -> Iterator[tuple[int, Any]]:
        self._expect("[")
        if self._next() == "]":
            return
        while True:
            self._next()
            line = self._line
            yield line, self._element()
            if self._next() == "]":
                return
            self._expect(",")

    def _element(self) -> Any:
        wanted = _CHUNK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except (ValueError, RecursionError) as error:
                if self._is_at_end or len(self._buffer) - self._at > self._most:
                    message = f"line {self._line}: expected a JSON value, and the array to go on"
                    raise JsonArrayError(message) from error
            else:
                # A number at the very end may go on behind it.
                if end < len(self._buffer) or self._is_at_end:
                    self._advance(end)
                    return value
            self._read(wanted)
            wanted *= 2

    def _next(self) -> str:
        """Return the next character that is no blank, without taking it; empty at the end."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _BLANKS:
                self._advance(self._at + 1)
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if self._is_at_end:
                return ""
            self._read(_CHUNK)

    def _expect(self, char: str) -> None:
        if self._next() != char:
            raise JsonArrayError(f"line {self._line}: expected {char!r} of a JSON array")
        self._advance(self._at + 1)

    def _advance(self, end: int) -> None:
        self._line += self._buffer.count("\n", self._at, end)
        self._at = end

    def _read(self, wanted: int) -> None:
        more = self._file.read(wanted)
        self._is_at_end = not more
        self._buffer = self._buffer[self._at :] + more
        self._at = 0

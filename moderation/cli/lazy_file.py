"""A file that is made when something is written to it."""

from __future__ import annotations

from pathlib import Path
from typing import IO


class LazyFile:
    """Writes text lines; without a path it writes nothing.

    Parameters
    ----------
    path : Path or None
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> LazyFile:
        """Return the file, which is not made yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it, if it was made."""
        if self._file is not None:
            self._file.close()

    def write(self, text: str) -> None:
        """Write; half a surrogate pair becomes the escape that JSON has for it."""
        if self._path is None:
            return
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8", errors="backslashreplace")
        self._file.write(text)

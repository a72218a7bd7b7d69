"""Files that are whole or not there, whatever happens while they are written. Stdlib only."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from pathlib import Path

_UNFINISHED = re.compile(r"\.(?:tmp|old)-\d+-.*")

ABANDONED_S = 3600.0
"""What is unfinished after so long was left by a process that was killed, in seconds."""


def unfinished(path: Path, kind: str = "tmp") -> Path:
    """Return a name beside ``path`` for what is not whole yet (``tmp``) or no more (``old``)."""
    return path.parent / f".{kind}-{os.getpid()}-{path.name}"


def write_durably(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def make_private(path: Path, text: str) -> None:
    """Make a file that its owner alone may read, unless it is there.

    Several processes may start at once: each writes a file of its own and links it into place,
    which succeeds for one of them; the others read that one's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    own = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(own)
        sync_folder(path.parent)
    except FileExistsError:
        pass  # another process was first
    finally:
        own.unlink()


def replace_text(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Replace a file so that a reader sees the old text or the new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, mode)  # noqa: PTH101 (mkstemp gives a plain name, and 0600)
    os.replace(name, path)  # noqa: PTH105
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Wait until the disk has a folder's list of names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove what processes left in a folder that were killed while they wrote.

    Old age tells them from those at work: their ids mean nothing in another container.
    """
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if _UNFINISHED.fullmatch(path.name) and _is_abandoned(path):
            shutil.rmtree(path, ignore_errors=True)


def _is_abandoned(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > ABANDONED_S
    except OSError:  # somebody else has just removed or renamed it
        return False

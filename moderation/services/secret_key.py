"""The key that signs sessions and forms: made once, kept beside the database."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

FILE_NAME = "secret.key"
_LEAST_LENGTH = 32


class SecretKeyError(Exception):
    """The key file cannot be used; the message names it and says what is wrong."""


def kept_secret_key(data_dir: Path) -> str:
    """Return the installation's key; the first caller makes it.

    Several processes may start at once: each writes a file of its own and links it into place,
    which succeeds for one of them; the others read that one's.

    Parameters
    ----------
    data_dir : Path
        The key lies in ``secret.key`` in it, readable by its owner alone.

    Raises
    ------
    SecretKeyError
        If the file is too short or cannot be read or written.
    """
    path = data_dir / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: the secret key cannot be read or made: {error}"
        raise SecretKeyError(message) from error
    if len(key) < _LEAST_LENGTH:
        message = f"{path}: expected at least {_LEAST_LENGTH} characters of randomness"
        raise SecretKeyError(message)
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE_NAME}-")  # mode 0600
    own = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(own)
    except FileExistsError:
        pass  # another process was first
    finally:
        own.unlink()

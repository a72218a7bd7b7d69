"""The key that signs sessions and forms: made once, kept beside the database."""

from __future__ import annotations

import secrets
from pathlib import Path

from classifiers.durable import make_private

FILE_NAME = "secret.key"
KEYS_FILE = "encryption.keys"
"""Beside it, the keys of the secrets in the database (`moderation.storage.sealing`)."""

_LEAST_LENGTH = 32


class SecretKeyError(Exception):
    """The key file cannot be used; the message names it and says what is wrong."""


def kept_secret_key(data_dir: Path) -> str:
    """Return the installation's key; the first caller makes it.

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
            make_private(path, secrets.token_urlsafe(48) + "\n")
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: the secret key cannot be read or made: {error}"
        raise SecretKeyError(message) from error
    if len(key) < _LEAST_LENGTH:
        message = f"{path}: expected at least {_LEAST_LENGTH} characters of randomness"
        raise SecretKeyError(message)
    return key

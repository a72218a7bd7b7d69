"""The secrets in the database and the keys that open them."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.services.runtime import Runtime
from moderation.storage import sealing
from moderation.storage.events import append_event


@dataclass(frozen=True, slots=True)
class StoredSecrets:
    """What is stored.

    Attributes
    ----------
    stored, unreadable : int
        Secrets, and those among them that no key opens.
    keys_in : str
        Where the keys are: a file, or the name of the setting.
    """

    stored: int
    unreadable: int
    keys_in: str


def examine(runtime: Runtime) -> StoredSecrets:
    """Try every stored secret."""
    with runtime.database.read() as connection:
        found = sealing.holdings(connection)
    return StoredSecrets(found.stored, found.unreadable, runtime.database.vault.source.name)


def require_key(runtime: Runtime) -> None:
    """See that this process has the keys of the database that it is about to work with.

    Raises
    ------
    UnreadableSecretError
        If it has others: what it sealed nobody else could open.
    """
    with runtime.database.read() as connection:
        sealing.check_key(connection)


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did.

    Attributes
    ----------
    is_new : bool
        Whether a key was made; keys in the settings are put there by the operator.
    resealed : int
        Secrets that are sealed with the newest key now.
    """

    is_new: bool
    resealed: int


def rotate(runtime: Runtime, *, by: str) -> Rotation:
    """Put a new key in front of the key file, and seal everything with the newest key.

    Old keys stay: backups of before need them.

    Raises
    ------
    UnreadableSecretError
        If a secret cannot be opened; then nothing is changed but the file.
    """
    with runtime.database.write() as connection:
        is_new = runtime.database.vault.source.add()
        resealed = sealing.reseal(connection)
        append_event(connection, "keys_rotated", at=runtime.clock(), actor=by)
    return Rotation(is_new, resealed)

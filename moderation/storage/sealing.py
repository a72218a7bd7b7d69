"""Secrets that must be used again lie encrypted in the database (ADR 0027)."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Column, Connection, Table, insert, inspect, select, update

from classifiers.durable import make_private, replace_text
from moderation.domain.errors import UnreadableSecretError
from moderation.storage.tables import credentials, host_secrets, key_check, second_factors

_MARK = "fernet:"
_CHECK = "moderation"
_WAY_OUT = (
    "Copy encryption.keys from the machine that set this database up, or from a backup; or give all"
    " machines the same MODERATION_ENCRYPTION_KEYS."
)
_OPENED_KEPT = 1024
"""Every signed request asks for its forum's secret: as many are kept open in memory."""

_SEALED: tuple[tuple[Table, Column[str], Column[int]], ...] = tuple(
    (table, table.c.secret, key)
    for table, key in (
        (key_check, key_check.c.id),
        (credentials, credentials.c.id),
        (host_secrets, host_secrets.c.id),
        (second_factors, second_factors.c.user_id),
    )
)


class KeySource(Protocol):
    """Where the keys come from, newest first."""

    @property
    def name(self) -> str:
        """What an operator has to look at."""
        ...

    def read(self) -> Sequence[str]:
        """Return the keys; none when there are none yet."""
        ...

    def make(self) -> None:
        """Make the first key, unless there is one, or only the operator can."""
        ...

    def add(self) -> bool:
        """Put a new key in front; False where only the operator can."""
        ...


@dataclass(frozen=True, slots=True)
class GivenKeys:
    """Keys that the settings hold."""

    keys: tuple[str, ...] = ()
    name: str = "MODERATION_ENCRYPTION_KEYS"

    def read(self) -> Sequence[str]:
        """Return them."""
        return self.keys

    def make(self) -> None:
        """Do nothing: settings are the operator's."""

    def add(self) -> bool:
        """Do nothing: settings are the operator's."""
        return False


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Keys in a file for its owner's eyes, one a line."""

    path: Path

    @property
    def name(self) -> str:
        """The file."""
        return str(self.path)

    def read(self) -> Sequence[str]:
        """Return what the file holds."""
        try:
            return self.path.read_text(encoding="ascii").split()
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableSecretError(f"{self.path} cannot be read: {error}") from error

    def make(self) -> None:
        """Make the file; of several that do it at once one does."""
        try:
            make_private(self.path, _new_key())
        except OSError as error:
            raise UnreadableSecretError(f"{self.path} cannot be made: {error}") from error

    def add(self) -> bool:
        """Put a new key before those in the file."""
        keys = [_new_key(), *(f"{key}\n" for key in self.read())]
        try:
            replace_text(self.path, "".join(keys), mode=0o600)
        except OSError as error:
            raise UnreadableSecretError(f"{self.path} cannot be written: {error}") from error
        return True


def _new_key() -> str:
    return Fernet.generate_key().decode("ascii") + "\n"


class Vault:
    """Seals with the newest key, opens with any. Follows keys that another process adds."""

    def __init__(self, source: KeySource) -> None:
        self.source = source
        self._lock = threading.Lock()
        self._keys: Sequence[str] = ()
        self._cipher: MultiFernet | None = None
        self.open = lru_cache(_OPENED_KEPT)(self._open)

    def seal(self, secret: str) -> str:
        """Return what is stored of a secret.

        Raises
        ------
        UnreadableSecretError
            If there is no key.
        """
        return _MARK + self._current(is_fresh=True).encrypt(secret.encode()).decode("ascii")

    def _open(self, stored: str) -> str:
        """Return the secret that was sealed.

        Raises
        ------
        UnreadableSecretError
            If no key opens it.
        """
        token = stored.removeprefix(_MARK)
        for is_fresh in (False, True):  # another process may have added a key
            try:
                return self._current(is_fresh=is_fresh).decrypt(token).decode()
            except InvalidToken:
                continue
        raise UnreadableSecretError(
            f"No key in {self.source.name} opens the secrets that the database holds. {_WAY_OUT}"
        )

    def _current(self, *, is_fresh: bool) -> MultiFernet:
        with self._lock:
            if self._cipher is None or is_fresh:
                keys = self.source.read()
                if not keys:
                    raise UnreadableSecretError(
                        f"{self.source.name} holds no key for the secrets in the database."
                        f" {_WAY_OUT}"
                    )
                if keys != self._keys:
                    self._cipher, self._keys = self._made(keys), keys
            assert self._cipher is not None  # noqa: S101 - made above
            return self._cipher

    def _made(self, keys: Sequence[str]) -> MultiFernet:
        try:
            return MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise UnreadableSecretError(
                f"{self.source.name}: expected 32 bytes as URL-safe base64 on each line"
            ) from error


def vault_of(connection: Connection) -> Vault:
    """Return the vault that a transaction was opened with."""
    vault: Vault = connection.get_execution_options()["vault"]
    return vault


def ensure_key(connection: Connection) -> None:
    """Make the first key; later, see that what is stored can be read.

    Raises
    ------
    UnreadableSecretError
        If something is stored and its key is missing: a new one would hide the loss.
    """
    source = vault_of(connection).source
    if not check_key(connection) and not source.read():
        source.make()


def ensure_key_check(connection: Connection) -> None:
    """Leave something that the first key has sealed.

    Whoever comes with another key is refused then, also before a first secret is stored: machines
    with data folders of their own would each make a key (ADR 27). Without any key nothing is left.
    """
    vault = vault_of(connection)
    is_there = inspect(connection).has_table(key_check.name)  # an older schema may be asked for
    if is_there and vault.source.read() and not connection.scalar(select(key_check.c.id)):
        connection.execute(insert(key_check).values(id=1, secret=vault.seal(_CHECK)))


def check_key(connection: Connection) -> bool:
    """Return whether something is stored, after the newest of each kind was opened.

    Raises
    ------
    UnreadableSecretError
        If no key opens it.
    """
    newest = list(_stored(connection, most=1))
    for one in newest:
        vault_of(connection).open(one.secret)
    return bool(newest)


@dataclass(frozen=True, slots=True)
class Stored:
    """One sealed secret in its place."""

    column: Column[str]
    key_column: Column[int]
    key: int
    secret: str


def _stored(connection: Connection, *, most: int | None = None) -> Iterator[Stored]:
    """Return what is sealed, at most so many of each kind; older databases may lack a table."""
    there = inspect(connection).get_table_names()
    for table, column, key_column in _SEALED:
        if table.name not in there:
            continue
        query = (
            select(key_column, column).where(column.startswith(_MARK)).order_by(key_column.desc())
        )
        for key, secret in connection.execute(query.limit(most)).all():
            yield Stored(column, key_column, key, secret)


@dataclass(frozen=True, slots=True)
class Holdings:
    """How many secrets are stored, and how many of them no key opens."""

    stored: int
    unreadable: int


def holdings(connection: Connection) -> Holdings:
    """Try every stored secret."""
    vault, stored, unreadable = vault_of(connection), 0, 0
    for one in _stored(connection):
        stored += 1
        try:
            vault.open(one.secret)
        except UnreadableSecretError:
            unreadable += 1
    return Holdings(stored, unreadable)


def reseal(connection: Connection) -> int:
    """Seal everything with the newest key; returns how many secrets that were.

    What somebody else changes meanwhile is left: it is sealed with the newest key already.
    """
    vault, changed = vault_of(connection), 0
    for one in _stored(connection):
        done = connection.execute(
            update(one.column.table)
            .where(one.key_column == one.key, one.column == one.secret)
            .values(secret=vault.seal(vault.open(one.secret)))
        )
        changed += done.rowcount
    return changed

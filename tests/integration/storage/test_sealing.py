"""Secrets lie encrypted in the database; keys change while others read."""

from __future__ import annotations

import base64
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import text

from moderation.delivery.doctor import Doctor
from moderation.domain.errors import UnreadableSecretError
from moderation.domain.host import HostConnection, HostKind, SecretPurpose
from moderation.services import hosts, second_factors, stored_secrets
from moderation.services.registration import forum_with_secrets
from moderation.services.runtime import Runtime
from moderation.storage import schema
from moderation.storage.database import Database, open_database
from moderation.storage.sealing import GivenKeys, KeyFile
from tests.builders import RegisteredForum, a_user, register_forum
from tests.fakes import KEYS, FakeModels, FixedClock
from tests.integration.racing import race

OTHER = GivenKeys((base64.urlsafe_b64encode(b"x" * 32).decode(),))
PLACES = ("credentials", "host_secrets", "second_factors")


def stored(database: Database) -> list[str]:
    with database.read() as connection:
        return [
            secret
            for table in PLACES
            for secret in connection.scalars(
                text(f"SELECT secret FROM {table} WHERE secret IS NOT NULL")
            )
        ]


def test_no_secret_that_is_used_again_lies_in_plain_text(
    runtime: Runtime, registered: RegisteredForum, clock: FixedClock
) -> None:
    mira, totp = a_user(runtime), second_factors.new_secret()
    code = pyotp.TOTP(totp).at(runtime.clock())
    second_factors.set_up(runtime, mira, totp, code)
    host = HostConnection(registered.forum.id, HostKind.DISCOURSE, "https://board.example")
    shared = {SecretPurpose.WEBHOOK: "correct-horse", SecretPurpose.API_KEY: "f00d"}
    hosts.connect(runtime, host, shared)

    sealed = stored(runtime.database)
    assert len(sealed) == 4
    assert all(secret.startswith("fernet:gAAAA") for secret in sealed)
    with runtime.database.read() as connection:
        # A digest would let whoever has the database try words that people choose.
        assert set(connection.scalars(text("SELECT digest FROM host_secrets"))) == {""}

    found = forum_with_secrets(runtime, registered.forum.slug)
    assert found is not None
    assert found[1] == [registered.credentials.signing_secret]
    known = hosts.required_host(runtime, registered.forum, SecretPurpose.WEBHOOK)
    assert known.secrets == ["correct-horse"]
    clock.advance(30)
    later = pyotp.TOTP(totp).at(runtime.clock())
    assert second_factors.check_code(runtime, mira, later)


def test_without_its_key_nothing_is_read_and_no_new_key_hides_it(
    runtime: Runtime, registered: RegisteredForum, database_url: str
) -> None:
    other = open_database(database_url, keys=OTHER)
    blind = replace(runtime, database=other)
    with pytest.raises(UnreadableSecretError, match="MODERATION_ENCRYPTION_KEYS"):
        forum_with_secrets(blind, registered.forum.slug)
    with pytest.raises(UnreadableSecretError):
        schema.upgrade(other)
    (step,) = Doctor(blind, "http://127.0.0.1:1").examine(registered.forum)
    assert (step.name, step.is_good) == ("secrets", False)
    assert step.said.startswith("1 of 1 stored secrets cannot be read")
    other.dispose()


def test_what_is_stored_is_sealed_by_the_migration_and_opened_by_its_way_back(
    runtime: Runtime, registered: RegisteredForum
) -> None:
    schema.downgrade(runtime.database, "0017")
    assert stored(runtime.database) == [registered.credentials.signing_secret]
    schema.upgrade(runtime.database)
    (sealed,) = stored(runtime.database)
    assert sealed.startswith("fernet:")
    found = forum_with_secrets(runtime, registered.forum.slug)
    assert found is not None
    assert found[1] == [registered.credentials.signing_secret]


def test_keys_in_a_file_change_under_a_running_service(tmp_path: Path, migrated_file: Path) -> None:
    shutil.copyfile(migrated_file, tmp_path / "m.sqlite3")
    file = KeyFile(tmp_path / "var" / "encryption.keys")

    def opened() -> Runtime:
        database = open_database(f"sqlite:///{tmp_path / 'm.sqlite3'}", keys=KeyFile(file.path))
        return Runtime(database, FakeModels(None))

    running, command = opened(), opened()
    schema.upgrade(running.database)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    registered = register_forum(running)
    before = stored(running.database)

    done = stored_secrets.rotate(command, by="test")

    assert (done.is_new, done.resealed, len(file.read())) == (
        True,
        2,
        2,
    )  # the forum's, and the check
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stored(running.database) != before
    found = forum_with_secrets(running, "gazette")
    assert found is not None
    assert found[1] == [registered.credentials.signing_secret]
    file.path.write_text(file.read()[0])  # the old key is no more needed
    assert stored_secrets.examine(opened()).unreadable == 0
    for runtime in (running, command):
        runtime.database.dispose()


def test_of_many_that_make_the_first_key_one_does(tmp_path: Path) -> None:
    def made(path: Path) -> tuple[str, ...]:
        KeyFile(path).make()
        return tuple(KeyFile(path).read())

    assert len(set(race(made, [tmp_path / "encryption.keys"] * 8))) == 1


def test_of_machines_with_folders_of_their_own_the_first_ones_key_holds(
    empty_url: str, tmp_path: Path
) -> None:
    files = [KeyFile(tmp_path / name / "encryption.keys") for name in ("left", "right")]
    for file in files:
        file.path.parent.mkdir()

    def start(file: KeyFile) -> str:
        database = open_database(empty_url, keys=file)
        try:
            schema.upgrade(database)
        except UnreadableSecretError as error:
            return str(error)
        finally:
            database.dispose()
        return ""

    said = [str(one) for one in race(start, files)]
    (refused,) = (number for number, sentence in enumerate(said) if sentence)
    first, second = files[1 - refused], files[refused]
    assert str(second.path) in said[refused]
    assert "Copy encryption.keys from the machine that set this database up" in said[refused]
    assert not second.path.exists()
    shutil.copyfile(first.path, second.path)
    assert start(second) == ""
    second.add()
    second.path.write_text(second.read()[0])  # a key of its own alone
    assert "opens the secrets" in start(second)


@pytest.mark.parametrize("content", ["short", "not base64 at all"])
def test_a_spoilt_key_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "encryption.keys"
    path.write_text(content)
    database = open_database(f"sqlite:///{tmp_path / 'm.sqlite3'}", keys=KeyFile(path))
    with pytest.raises(UnreadableSecretError, match=r"encryption\.keys: expected 32 bytes"):
        database.vault.seal("x")


def test_new_keys_in_the_settings_take_over(runtime: Runtime, database_url: str) -> None:
    register_forum(runtime)
    both = replace(
        runtime, database=open_database(database_url, keys=GivenKeys((*OTHER.keys, *KEYS.keys)))
    )
    assert stored_secrets.rotate(both, by="test").resealed == 1
    alone = replace(runtime, database=open_database(database_url, keys=OTHER))
    assert stored_secrets.examine(alone).unreadable == 0
    both.database.dispose()
    alone.database.dispose()

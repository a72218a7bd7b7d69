"""The usual mistakes in setting the service up are found and told in a sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from moderation.services import installation
from moderation.services.installation import Installation, Level, examine
from moderation.services.runtime import Runtime
from moderation.storage import schema, soundness
from tests.builders import a_comment, register_forum, sqlite_only, submitted
from tests.fakes import FixedClock


@pytest.fixture
def about(tmp_path: Path) -> Installation:
    """An installation on which nothing is wrong."""
    key = tmp_path / "encryption.keys"
    key.write_text("x")
    key.chmod(0o600)
    return Installation(tmp_path, "https://moderation.example", 1, 1, False, True)


def wrong(runtime: Runtime, about: Installation) -> dict[str, tuple[Level, str]]:
    return {
        one.name: (one.level, one.said)
        for one in examine(runtime, about)
        if one.level is not Level.OK
    }


def test_nothing_is_found_where_all_is_well(runtime: Runtime, about: Installation) -> None:
    # The tests' own databases on PostgreSQL may lose what they hold.
    assert list(wrong(runtime, about)) == ([] if runtime.database.is_sqlite else ["durability"])


@sqlite_only
@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ({"public_url": "http://moderation.example"}, "address", "in the open"),
        ({"trusted_proxies": 0}, "address", "MODERATION_TRUSTED_PROXIES is 0"),
        ({"counts_apart": True, "processes": 2}, "rate limits", "MODERATION_RATE_LIMIT_STORE"),
        ({"survives_power_cuts": False}, "durability", "MODERATION_SQLITE_SYNCHRONOUS"),
    ],
)
def test_settings_that_do_not_fit_are_hints(
    runtime: Runtime, about: Installation, changes: dict[str, Any], name: str, said: str
) -> None:
    ((found, (level, told)),) = wrong(runtime, replace(about, **changes)).items()
    assert (found, level) == (name, Level.HINT)
    assert said in told


@sqlite_only
def test_key_files_that_others_can_read_and_a_full_disk_fail(
    runtime: Runtime, about: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    (about.data_dir / "encryption.keys").chmod(0o644)
    monkeypatch.setattr(installation, "LEAST_FREE_BYTES", 1 << 60)
    found = wrong(runtime, about)
    assert {name: level for name, (level, _) in found.items()} == {
        "key files": Level.FAILED,
        "disk": Level.FAILED,
    }
    assert "encryption.keys" in found["key files"][1]


@sqlite_only
def test_messages_that_nobody_sends_and_an_old_schema_fail(
    runtime: Runtime, about: Installation, clock: FixedClock
) -> None:
    forum = register_forum(runtime, callback_url="https://forum.example/hook").forum
    submitted(runtime, forum, a_comment(text="you idiot"))
    clock.advance(300)
    assert wrong(runtime, about) == {}
    clock.advance(600)
    assert "due for 15 minutes" in wrong(runtime, about)["deliveries"][1]
    schema.downgrade(runtime.database, "0019")
    assert "'moderation init'" in wrong(runtime, about)["schema"][1]


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.postgresql
def test_a_server_that_may_lose_commits_is_named(runtime: Runtime) -> None:
    with runtime.database.write() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        assert soundness.unsafe_settings(connection) == ["synchronous_commit = off"]
        connection.execute(text("SET LOCAL synchronous_commit = on"))
        assert soundness.unsafe_settings(connection) == []

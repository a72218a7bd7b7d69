"""Models by command: list, show, promote, roll back, shadow."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from classifiers.bundle import DEFAULT_BUNDLE, load_manifest
from moderation.storage.database import open_database
from moderation.storage.tables import events
from tests.bundles import add_bundle
from tests.functional.cli.conftest import Cli


def roles(cli: Cli) -> dict[str, list[str]]:
    return {row["version"]: row["roles"] for row in cli.lines("models", "list", "--json")}


def test_models_are_promoted_and_rolled_back(installed: Cli) -> None:
    packaged = load_manifest(DEFAULT_BUNDLE).model_version
    small = add_bundle(installed.folder / "var" / "models", "2026-01-02T00:00:00Z")
    assert roles(installed) == {packaged: ["current", "packaged"], small: []}

    said = installed.ok("models", "promote", small, "--reason", "a test")

    assert said == f"current is {small}\n"
    assert roles(installed) == {packaged: ["packaged"], small: ["current"]}
    (scored,) = installed.lines("score", "you are an idiot", "--json")
    assert scored["model_version"] == small
    shown = installed.ok("models", "show")
    assert shown.endswith("\n\n# A small model\n")
    assert f"version      {small}\n" in shown
    assert "\nseed         0\n" in shown
    assert "scikit-learn" in shown
    files = load_manifest(installed.folder / "var" / "models" / small).files
    assert all(f"{entry.sha256[:16]}  {name}\n" in shown for name, entry in files.items())
    (manifest,) = installed.lines("models", "show", small, "--json")
    assert manifest["model_version"] == small
    assert set(manifest["files"]) == set(files)
    assert f"{small}   current" in installed.ok("models", "list")
    assert installed.ok("models", "rollback", "--reason", "enough") == f"current is {packaged}\n"
    with open_database(f"sqlite:///{installed.folder}/var/moderation.sqlite3").read() as connection:
        rows = connection.execute(select(events.c.kind, events.c.actor, events.c.details)).all()
    moved = [row for row in rows if row.kind in {"model_promoted", "model_rolled_back"}]
    assert [row.kind for row in moved] == ["model_promoted", "model_rolled_back"]
    assert all(row.actor.endswith("(command line)") for row in moved)
    assert [row.details["reason"] for row in moved] == ["a test", "enough"]
    assert "nothing to roll back to" in installed.error("models", "rollback", "--reason", "again")


def test_a_shadow_is_started_compared_and_stopped(installed: Cli) -> None:
    small = add_bundle(installed.folder / "var" / "models", "2026-01-02T00:00:00Z")
    assert installed.ok("models", "shadow", "--report") == "No shadow is running.\n"
    assert small in installed.ok("models", "shadow", small)
    assert roles(installed)[small] == ["shadow"]
    archive = installed.folder / "archive.jsonl"
    archive.write_text('{"id": "c1", "text": "you are an idiot"}\n')
    installed.ok("import", str(archive), "--forum", "main")
    (report,) = installed.lines("models", "shadow", "--report", "--json")
    assert (report["shadow"], report["comments"]) == (small, 1)
    assert "has scored 1 comments" in installed.ok("models", "shadow", "--report")
    assert installed.ok("models", "shadow", "--stop") == "No shadow is running.\n"
    assert roles(installed)[small] == []
    assert "Name a VERSION" in installed.error("models", "shadow")


def test_what_cannot_be_promoted_is_refused_in_a_sentence(installed: Cli) -> None:
    small = add_bundle(installed.folder / "var" / "models", "2026-01-02T00:00:00Z")
    assert "not a model version" in installed.error("models", "promote", "../x", "--reason", "r")
    missing = ("models", "promote", "2026-01-01-0000000000", "--reason", "r")
    assert "no bundle" in installed.error(*missing)
    assert "--reason" in installed.error("models", "promote", small)
    damage(installed.folder / "var" / "models" / small / "weights.npy")
    said = installed.error("models", "promote", small, "--reason", "r")
    assert "does not match" in said
    assert "weights.npy" in said


def damage(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)

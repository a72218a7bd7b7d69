"""Third-party files lie in the repository exactly as they were published."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

_WEB = Path(__file__).parents[2] / "moderation" / "web"

every_folder = pytest.mark.parametrize("folder", sorted(_WEB.glob("*/static/vendor")), ids=str)


def _packages(folder: Path) -> list[dict[str, Any]]:
    listed = tomllib.loads((folder / "VENDORED.toml").read_text(encoding="utf-8"))
    packages: list[dict[str, Any]] = listed["package"]
    return packages


@every_folder
def test_vendored_files_are_as_published(folder: Path) -> None:
    for package in _packages(folder):
        assert {"name", "version", "license", "source", "archive_sha256"} <= set(package)
        for name, digest in package["files"].items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


@every_folder
def test_every_vendored_file_is_listed_and_small(folder: Path) -> None:
    listed = {name for package in _packages(folder) for name in package["files"]}
    present = {path.name for path in folder.iterdir()} - {"VENDORED.toml"}
    assert present == listed
    assert not [name for name in present if name.endswith(".map")]
    assert all((folder / name).stat().st_size < 5 * 2**20 for name in present)

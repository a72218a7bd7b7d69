"""What is installed is what was looked at, and what is built is what was written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["redis"],
    *PROJECT["project"]["optional-dependencies"]["parquet"],
    *PROJECT["project"]["optional-dependencies"]["s3"],
    *PROJECT["project"]["optional-dependencies"]["otel"],
]


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Return version and number of hashes of each package in a lock file."""
    blocks = re.split(r"\n(?=[A-Za-z])", (ROOT / name).read_text("utf-8"))
    found: dict[str, tuple[str, int]] = {}
    for block in blocks:
        named = re.match(r"([A-Za-z0-9._-]+)(?:\[\w+\])?==([^\s;]+)", block)
        if named:
            found[canonicalize_name(named[1])] = (named[2], block.count("--hash=sha256:"))
    return found


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("requirements.lock", RUNTIME),
        ("requirements-build.lock", PROJECT["build-system"]["requires"]),
    ],
)
def test_the_lock_has_what_is_asked_for_with_hashes(name: str, wanted: list[str]) -> None:
    packages = locked(name)
    assert all(hashes for _, hashes in packages.values())
    for requirement in map(Requirement, wanted):
        version, _ = packages[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement}: run make lock"


def test_the_container_installs_only_what_the_locks_name() -> None:
    dockerfile = (ROOT / "deploy/Dockerfile").read_text("utf-8")
    installs = re.findall(r"pip install ([^&\n\\]*)", dockerfile)
    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)


def test_two_builds_of_the_wheel_are_equal(tmp_path: Path) -> None:
    built = []
    for number, umask in enumerate((0o022, 0o077)):
        copy = tmp_path / str(number)
        copy.mkdir()
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        for name in ("moderation", "classifiers", "training"):
            # copyfile leaves the times of the files behind: they differ between the copies.
            shutil.copytree(ROOT / name, copy / name, copy_function=shutil.copyfile)
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
            cwd=copy,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1750000000"},
            umask=umask,
            capture_output=True,
            check=True,
        )
        built.append(next((copy / "dist").glob("*.whl")).read_bytes())
    assert built[0] == built[1]

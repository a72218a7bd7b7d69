"""The command as its users run it: a process of its own, in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest


class Cli:
    """Runs ``moderation`` in one folder, each time in a process of its own.

    Attributes
    ----------
    folder : Path
        Where the command runs; its data is in ``var``.
    """

    def __init__(self, folder: Path, starter: subprocess.Popen[str]) -> None:
        self.folder = folder
        self._starter = starter
        kept = {name: v for name, v in os.environ.items() if not name.startswith("MODERATION_")}
        self.environment = {**kept, "MODERATION_DATA_DIR": str(folder / "var")}

    def run(
        self, *arguments: str, given: str | bytes = b"", settings: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one command; ``given`` is its standard input."""
        data = given.encode() if isinstance(given, str) else given
        with tempfile.TemporaryDirectory() as streams:
            files = {name: Path(streams) / name for name in ("stdin", "stdout", "stderr")}
            files["stdin"].write_bytes(data)
            request = {
                "arguments": arguments,
                "environment": {**self.environment, **(settings or {})},
                "folder": str(self.folder),
                **{name: str(file) for name, file in files.items()},
            }
            assert self._starter.stdin is not None
            assert self._starter.stdout is not None
            self._starter.stdin.write(json.dumps(request) + "\n")
            self._starter.stdin.flush()
            status = int(self._starter.stdout.readline())
            stdout, stderr = files["stdout"].read_text(), files["stderr"].read_text()
        return subprocess.CompletedProcess(arguments, status, stdout, stderr)

    def ok(self, *arguments: str, **options: Any) -> str:
        """Run one command that must succeed; returns its output."""
        done = self.run(*arguments, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def lines(self, *arguments: str, **options: Any) -> list[dict[str, Any]]:
        """Run one command that must succeed; returns its JSON lines."""
        return [json.loads(line) for line in self.ok(*arguments, **options).splitlines()]

    def error(self, *arguments: str, **options: Any) -> str:
        """Run one command that must fail in a sentence; returns that."""
        done = self.run(*arguments, **options)
        assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert "Error: " in done.stderr
        return done.stderr


@pytest.fixture(scope="session")
def starter() -> Iterator[subprocess.Popen[str]]:
    """A process that forks for each command; see there."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.functional.cli.starter"],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def cli(tmp_path: Path, starter: subprocess.Popen[str]) -> Cli:
    """A fresh machine."""
    return Cli(tmp_path, starter)


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory, starter: subprocess.Popen[str]) -> Path:
    """The data folder after ``moderation init``."""
    folder = tmp_path_factory.mktemp("first-start")
    Cli(folder, starter).ok("init")
    return folder / "var"


@pytest.fixture
def installed(cli: Cli, first_start: Path) -> Cli:
    """A machine on which ``moderation init`` has run."""
    shutil.copytree(first_start, cli.folder / "var")
    return cli

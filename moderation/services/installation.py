"""The usual mistakes in setting the service up."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from moderation.services.readiness import readiness
from moderation.services.runtime import Runtime
from moderation.services.secret_key import FILE_NAME, KEYS_FILE
from moderation.storage import deliveries, schema, soundness

LONGEST_WAIT = timedelta(minutes=10)
"""A message that is due for longer has nobody who sends it."""

LEAST_FREE_BYTES = 1_000_000_000

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    HINT = "hint"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what to do about it."""

    name: str
    level: Level
    said: str


@dataclass(frozen=True, slots=True)
class Installation:
    """What the settings say that matters here.

    Attributes
    ----------
    data_dir : Path
    public_url : str
        Where people and hosts reach us.
    trusted_proxies, processes : int
        Proxies in front, and server processes.
    counts_apart : bool
        Whether each process counts requests for itself.
    survives_power_cuts : bool
        Whether SQLite waits for the disk.
    """

    data_dir: Path
    public_url: str
    trusted_proxies: int
    processes: int
    counts_apart: bool
    survives_power_cuts: bool


def examine(runtime: Runtime, about: Installation) -> Iterator[Finding]:
    """Look at an installation, whatever its forums are."""
    yield _schema(runtime)
    yield _durability(runtime, about)
    yield _sender(runtime)
    yield _files(about)
    yield _disk(about)
    yield _address(about)
    yield _limits(runtime, about)


def _finding(name: str, problem: str, good: str, level: Level = Level.FAILED) -> Finding:
    return Finding(name, level, problem) if problem else Finding(name, Level.OK, good)


def _schema(runtime: Runtime) -> Finding:
    found = readiness(runtime)
    problem = ""
    if found.migrations != "ok":
        problem = f"the database is {found.migrations}; 'moderation init' migrates it"
    return _finding("schema", problem, f"the database is at {schema.head()}")


def _durability(runtime: Runtime, about: Installation) -> Finding:
    with runtime.database.read() as connection:
        unsafe = soundness.unsafe_settings(connection)
    if runtime.database.is_sqlite and not about.survives_power_cuts:
        unsafe = ["MODERATION_SQLITE_SYNCHRONOUS = normal"]
    problem = f"a power cut may lose what was acknowledged: {', '.join(unsafe)}" if unsafe else ""
    return _finding("durability", problem, "what is acknowledged is on the disk", Level.HINT)


def _sender(runtime: Runtime) -> Finding:
    now = runtime.clock()
    with runtime.database.read() as connection:
        due = deliveries.oldest_due(connection, now=now)
    problem = ""
    if due is not None and now - due > LONGEST_WAIT:
        minutes = round((now - due).total_seconds() / 60)
        problem = (
            f"a message is due for {minutes} minutes; is 'moderation worker' running, or"
            " MODERATION_RUNS_DELIVERIES on?"
        )
    return _finding("deliveries", problem, "no message waits for somebody to send it")


def _files(about: Installation) -> Finding:
    names = (FILE_NAME, KEYS_FILE)
    keys = [about.data_dir / name for name in names if (about.data_dir / name).is_file()]
    loose = [str(path) for path in keys if stat.S_IMODE(path.stat().st_mode) & 0o077]
    problem = f"others can read {', '.join(loose)}; chmod 600" if loose else ""
    return _finding("key files", problem, "nobody else can read the keys in the data folder")


def _disk(about: Installation) -> Finding:
    free = shutil.disk_usage(about.data_dir).free if about.data_dir.is_dir() else LEAST_FREE_BYTES
    problem = ""
    if free < LEAST_FREE_BYTES:
        problem = (
            f"{free / 1e6:.0f} MB are free at {about.data_dir}; nothing is taken when it is full"
        )
    return _finding("disk", problem, f"{free / 1e9:.0f} GB are free at {about.data_dir}")


def _address(about: Installation) -> Finding:
    url = urlsplit(about.public_url)
    problem = ""
    if url.scheme == "http" and url.hostname not in _LOCAL:
        problem = (
            f"{about.public_url} sends passwords and comments in the open; put TLS in front"
            " (docs/deploying.md)"
        )
    elif url.scheme == "https" and not about.trusted_proxies:
        problem = (
            "MODERATION_TRUSTED_PROXIES is 0 behind an https address: pauses after wrong passwords"
            " count the proxy's address as everybody's"
        )
    return _finding("address", problem, f"{about.public_url} is fit for use", Level.HINT)


def _limits(runtime: Runtime, about: Installation) -> Finding:
    problem = ""
    if about.counts_apart and (about.processes > 1 or not runtime.database.is_sqlite):
        problem = (
            "each server process counts requests for itself; name a Redis in"
            " MODERATION_RATE_LIMIT_STORE where several serve"
        )
    return _finding("rate limits", problem, "requests are counted in one place", Level.HINT)

"""A running server with the bundled model, and what the clients of other services need."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from classifiers.registry import Registry
from moderation.services.live_models import LiveModels
from moderation.services.runtime import Runtime
from moderation.storage.database import open_database
from moderation.storage.sealing import KeyFile
from tests.builders import RegisteredForum, register_forum
from tests.functional.running_server import CallbackReceiver, RunningServer

HERE = Path(__file__).parent
NODE_S = 60
LEAST_NODE = 20


@dataclass(frozen=True, slots=True)
class Service:
    """The running service as forums see it, and its database as its operator does."""

    url: str
    runtime: Runtime
    scoring: RegisteredForum
    queueing: RegisteredForum
    receiver: CallbackReceiver


@pytest.fixture(scope="session")
def service(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two forums on one server: one only scores, one stores and queues."""
    folder = tmp_path_factory.mktemp("compat")
    (folder / "var").mkdir()
    file = folder / "var" / "moderation.sqlite3"
    shutil.copyfile(migrated_file, file)
    keys = KeyFile(folder / "var" / "encryption.keys")
    keys.make()
    database = open_database(f"sqlite:///{file}", keys=keys)
    runtime = Runtime(database, LiveModels(Registry(folder / "none")))
    receiver = CallbackReceiver()
    scoring = register_forum(
        runtime, "scoring", drop_in={"spam": "flagged", "languages": ["en", "de"]}
    )
    queueing = register_forum(
        runtime,
        "queueing",
        callback_url=receiver.url,
        drop_in={"mode": "store_and_queue", "spam": "held"},
    )
    running = RunningServer(folder)
    running.start()
    yield Service(running.url, runtime, scoring, queueing, receiver)
    running.kill()
    receiver.close()
    runtime.database.dispose()


@pytest.fixture(scope="session")
def node_folder(request: pytest.FixtureRequest) -> Path:
    """A folder with the npm clients that ``package-lock.json`` names; kept for the next run."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("no node or npm on this machine: install Debian's nodejs and npm")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.strip().lstrip("v").partition(".")[0]) < LEAST_NODE:
        pytest.skip(f"Node.js {version.stdout.strip()} is too old: the clients need {LEAST_NODE}")
    lock = (HERE / "package-lock.json").read_bytes()
    kept = f"compat-clients-{hashlib.sha256(lock).hexdigest()[:12]}"
    assert request.config.cache is not None
    folder = request.config.cache.mkdir(kept)
    with (folder / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # test processes beside each other install once
        if not (folder / "installed").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(HERE / name, folder / name)
            done = subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            if done.returncode != 0:
                pytest.skip(f"the npm registry does not answer: {done.stderr[-500:]}")
            (folder / "installed").touch()
        for script in (HERE / "clients").glob("*.mjs"):
            shutil.copyfile(script, folder / script.name)
    return folder


@dataclass(frozen=True, slots=True)
class Node:
    """Runs a script of ``clients/`` on Node.js and reads the JSON that it prints."""

    folder: Path

    def run(self, script: str, environment: Mapping[str, str], given: Any = None) -> dict[str, Any]:
        done = subprocess.run(
            ["node", script],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], **environment},
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=NODE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        printed: dict[str, Any] = json.loads(done.stdout)
        return printed


@pytest.fixture
def node(node_folder: Path) -> Node:
    """Node.js with the clients installed."""
    return Node(node_folder)

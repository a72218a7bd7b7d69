"""Machines share models through a store that speaks S3 over HTTP, in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from classifiers.registry import Registry
from moderation.domain.errors import ConflictError
from moderation.services import model_changes
from moderation.services.bucket import Bucket, BucketError
from moderation.services.live_models import LiveModels
from moderation.services.model_store import ModelStore
from moderation.services.runtime import Runtime
from tests.builders import sqlite_only
from tests.bundles import add_bundle, make_bundle
from tests.functional.running_server import free_port
from tests.model_store_server import CREDENTIALS, running_model_store

pytestmark = sqlite_only

_prefixes = count()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of a store with the bucket ``models``."""
    with running_model_store() as url:
        yield url


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packaged") / "default"
    make_bundle(folder, "2026-01-01T00:00:00Z")
    return folder


class Machine:
    """One host with a models folder of its own."""

    def __init__(self, runtime: Runtime, folder: Path, packaged: Path, bucket: Bucket) -> None:
        self.registry = Registry(folder, packaged)
        self.store = ModelStore(self.registry, bucket)
        models = LiveModels(self.registry, poll_s=0, pull=self.store.pull, pull_s=0)
        self.runtime = replace(runtime, models=models, store=self.store)

    def scores_with(self) -> str | None:
        current = self.runtime.models.loaded().current
        return current.model_version if current is not None else None

    def comes_to(self, version: str) -> bool:
        end = time.monotonic() + 20
        while self.scores_with() != version:
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True


class Shared:
    """Two machines and their bucket."""

    def __init__(self, runtime: Runtime, folder: Path, packaged: Path, url: str) -> None:
        self._made = (runtime, folder, packaged)
        self.address = f"s3://models/test-{next(_prefixes)}"
        self.bucket = Bucket(self.address, endpoint=url)
        self.trainer, self.server = self.machine("trainer", url), self.machine("server", url)

    def machine(self, name: str, url: str) -> Machine:
        runtime, folder, packaged = self._made
        return Machine(runtime, folder / name, packaged, Bucket(self.address, endpoint=url))

    def candidate(self, day: int) -> str:
        return add_bundle(self.trainer.registry.models_dir, f"2026-01-{day:02}T00:00:00Z")


@pytest.fixture
def shared(
    runtime: Runtime,
    tmp_path: Path,
    packaged: Path,
    endpoint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Shared:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return Shared(runtime, tmp_path, packaged, endpoint)


def promote(machine: Machine, version: str) -> None:
    model_changes.promote(machine.runtime, version, "better", by="mira")


def test_a_promotion_reaches_every_machine_and_a_rollback_too(shared: Shared) -> None:
    first = shared.server.scores_with()
    assert first is not None
    version = shared.candidate(2)
    promote(shared.trainer, version)
    assert shared.server.comes_to(version)
    assert shared.server.registry.history() == shared.trainer.registry.history()
    model_changes.roll_back(shared.server.runtime, "worse", by="tom")
    assert shared.trainer.comes_to(first)


def test_a_candidate_that_was_published_can_be_promoted_elsewhere(shared: Shared) -> None:
    version = shared.candidate(3)
    shared.trainer.registry.results.write(version, {"blocking": ["recall"]})
    shared.trainer.store.publish([version])
    assert shared.server.store.versions() == {version}
    promote(shared.server, version)
    assert shared.server.registry.results.read(version) == {"blocking": ["recall"]}
    assert shared.trainer.comes_to(version)
    before = shared.trainer.registry.packaged().version
    model_changes.roll_back(shared.server.runtime, "worse", by="tom")
    assert shared.trainer.comes_to(before)
    # The next promotion ends the place where a rollback went, so the bundle can go.
    model_changes.discard(shared.server.runtime, version, "of no use", by="tom")
    assert shared.server.store.versions() == frozenset()


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda data: data[:-1], "cut short"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "SHA-256 does not match"),
        (lambda data: data + b"x", "cut short or changed"),
    ],
    ids=["truncated", "changed", "longer"],
)
def test_what_is_not_what_was_promoted_is_not_taken_in(
    shared: Shared, spoil: object, expected: str
) -> None:
    before = shared.server.scores_with()
    version = shared.candidate(4)
    promote(shared.trainer, version)
    whole = shared.bucket.read(f"{version}/weights.npy", 1 << 20)
    assert whole is not None
    assert callable(spoil)
    shared.bucket.write(f"{version}/weights.npy", spoil(whole.data))

    with pytest.raises(ConflictError, match=expected):
        shared.server.store.pull()
    assert shared.server.scores_with() == before
    assert not (shared.server.registry.models_dir / version).exists()

    shared.bucket.write(f"{version}/weights.npy", whole.data)
    assert shared.server.comes_to(version)


def test_a_bundle_of_another_version_is_not_taken_in(shared: Shared) -> None:
    wanted, other = shared.candidate(5), shared.candidate(6)
    promote(shared.trainer, wanted)
    shared.trainer.store.publish([other])
    for name in (*shared.trainer.registry.manifest(other).files, "manifest.json"):
        found = shared.bucket.read(f"{other}/{name}", 1 << 20)
        assert found is not None
        shared.bucket.write(f"{wanted}/{name}", found.data)
    with pytest.raises(ConflictError, match="was asked for"):
        shared.server.store.pull()
    assert shared.server.scores_with() == shared.server.registry.packaged().version


def test_without_the_store_the_model_that_is_here_serves_and_nothing_moves(shared: Shared) -> None:
    version = shared.candidate(7)
    promote(shared.trainer, version)
    away = f"http://127.0.0.1:{free_port()}"
    # A server that starts anew with what it brought in before.
    assert shared.server.comes_to(version)
    alone = shared.machine("server", away)
    assert alone.scores_with() == version

    newer = add_bundle(alone.registry.models_dir, "2026-01-08T00:00:00Z")
    with pytest.raises(BucketError, match="cannot be reached"):
        promote(alone, newer)
    assert alone.registry.current().version == version


def test_of_two_machines_that_promote_at_once_one_does(shared: Shared) -> None:
    promote(shared.trainer, shared.candidate(9))
    shared.server.store.pull()
    mine, theirs = shared.candidate(10), shared.candidate(11)
    with pytest.raises(ConflictError), shared.trainer.store.change():  # noqa: PT012 - in between
        shared.trainer.registry.promote(mine, actor="a", reason="b", at="2026-03-02T09:00:00Z")
        shared.trainer.store.publish([theirs])
        promote(shared.server, theirs)
    assert shared.server.registry.current().version == theirs
    assert shared.trainer.comes_to(theirs)


def test_a_bucket_that_is_not_there_is_named(shared: Shared, endpoint: str) -> None:
    with pytest.raises(BucketError, match="NoSuchBucket"):
        list(Bucket("s3://nowhere/x", endpoint=endpoint).names())

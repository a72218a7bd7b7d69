"""Servers follow the pointers to the models, and never stand there without one."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classifiers.bundle import load_manifest, load_scorer
from classifiers.registry import BundleRef, Registry
from classifiers.scorer import Scorer, ScoringInput
from moderation.domain.errors import InvalidInputError
from moderation.services.live_models import LiveModels, LoadedModels
from tests.bundles import add_bundle, make_bundle

WHO: dict[str, Any] = {"actor": "test", "reason": "test", "at": "2026-03-02T09:00:00Z"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packaged bundle and a folder with two more."""
    folder = tmp_path_factory.mktemp("bundles")
    make_bundle(folder / "default", "2026-01-01T00:00:00Z")
    for day in (2, 3):
        add_bundle(folder / "models", f"2026-01-0{day}T00:00:00Z")
    return folder


@pytest.fixture
def registry(made: Path, tmp_path: Path) -> Registry:
    """A registry whose pointers are this test's own; the bundles are links."""
    models = tmp_path / "models"
    models.mkdir()
    for bundle in (made / "models").iterdir():
        (models / bundle.name).symlink_to(bundle)
    return Registry(models, made / "default")


def until(is_so: Callable[[], bool], timeout_s: float = 20) -> None:
    end = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < end, "did not come true"
        time.sleep(0.005)


def version(models: LiveModels) -> str | None:
    current = models.loaded().current
    return current.model_version if current is not None else None


def test_the_packaged_bundle_decides_at_first(registry: Registry) -> None:
    models = LiveModels(registry)
    assert version(models) == registry.packaged().version
    assert models.loaded().shadow is None


def test_promotion_and_rollback_are_followed(registry: Registry) -> None:
    models = LiveModels(registry, poll_s=0.05)
    packaged, second, third = (ref.version for ref in registry.bundles())
    assert version(models) == packaged
    registry.promote(second, **WHO)
    until(lambda: version(models) == second)
    registry.promote(third, **WHO)
    until(lambda: version(models) == third)
    registry.rollback(**WHO)
    until(lambda: version(models) == second)
    registry.rollback(**WHO)
    until(lambda: version(models) == packaged)


def test_nothing_is_looked_at_before_its_time(registry: Registry) -> None:
    models = LiveModels(registry, poll_s=3600)
    before = version(models)
    registry.promote(registry.bundles()[1].version, **WHO)
    assert version(models) == before
    models.refresh()
    assert version(models) == registry.bundles()[1].version


def test_requests_always_get_a_whole_pair_while_pointers_move(registry: Registry) -> None:
    models = LiveModels(registry, poll_s=0.01)
    packaged, second, third = (ref.version for ref in registry.bundles())
    stop = threading.Event()
    problems: list[str] = []
    seen: set[str] = set()

    def ask() -> None:
        while not stop.wait(0.001):
            current = models.loaded().current
            if current is None:
                problems.append("no model")
                return
            answered_by = current.score(ScoringInput("you idiot")).model_version
            seen.add(answered_by)
            problems.extend(["mixed"] * (answered_by != current.model_version))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for target in (second, third, packaged, second):
        registry.promote(target, **WHO)
        until(lambda target=target: version(models) == target)  # type: ignore[misc]
    stop.set()
    for thread in threads:
        thread.join(10)
    assert problems == []
    assert seen >= {second, third}


def test_a_damaged_bundle_changes_nothing(
    registry: Registry, made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    models = LiveModels(registry, poll_s=0.05)
    _, second, third = (ref.version for ref in registry.bundles())
    registry.promote(second, **WHO)
    until(lambda: version(models) == second)
    registry.promote(third, **WHO)
    # Damaged after the promotion checked it, before the server loads it.
    folder = registry.models_dir / third
    folder.unlink()
    folder.mkdir()
    for file in (made / "models" / third).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    data = bytearray((folder / "weights.npy").read_bytes())
    data[-1] ^= 1
    (folder / "weights.npy").write_bytes(data)
    models.refresh()
    assert version(models) == second
    assert "weights.npy" in caplog.text
    # The next good pointer is followed as ever.
    registry.rollback(**WHO)
    registry.promote(registry.packaged().version, **WHO)
    until(lambda: version(models) == registry.packaged().version)


def as_files(registry: Registry, made: Path, name: str) -> Path:
    """Put a copy in the place of the link, so that it can be damaged."""
    folder = registry.models_dir / name
    folder.unlink()
    shutil.copytree(made / "models" / name, folder)
    return folder


@pytest.mark.parametrize("file", ["weights.npy", "manifest.json"])
def test_a_damaged_bundle_is_tried_again_when_its_files_change(
    registry: Registry, made: Path, file: str
) -> None:
    models = LiveModels(registry, poll_s=0.01)
    _, second, third = (ref.version for ref in registry.bundles())
    registry.promote(second, **WHO)
    until(lambda: version(models) == second)
    folder = as_files(registry, made, third)
    registry.promote(third, **WHO)
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes(whole[:-2])
    models.refresh()
    assert version(models) == second
    (folder / file).write_bytes(whole)
    until(lambda: version(models) == third)


def test_a_server_that_starts_with_a_refused_bundle_uses_the_packaged_one(
    registry: Registry, made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    second = registry.bundles()[1].version
    folder = as_files(registry, made, second)
    registry.promote(second, **WHO)
    (folder / "weights.npy").write_bytes(b"")
    assert version(LiveModels(registry)) == registry.packaged().version
    assert "weights.npy: 0 bytes" in caplog.text


def test_an_older_version_scores_exactly_as_then(registry: Registry) -> None:
    models = LiveModels(registry)
    packaged, second, third = (ref.version for ref in registry.bundles())
    comment = ScoringInput("their party lies, you idiot")
    before = models.of_version(second).score(comment)
    registry.promote(third, **WHO)
    models.refresh()
    again = models.of_version(second).score(comment)
    assert again == before
    assert again.model_version == second
    current = models.loaded().current
    assert models.of_version(third) is current
    assert models.of_version(packaged).model_version == packaged


def test_older_models_in_memory_are_bounded(registry: Registry) -> None:
    loads: list[str] = []

    def load(ref: BundleRef) -> Scorer:
        loads.append(ref.version)
        return load_scorer(ref.path)

    extra = add_bundle(registry.models_dir, "2026-01-04T00:00:00Z")
    packaged, second, third, fourth = (ref.version for ref in registry.bundles())
    assert fourth == extra
    models = LiveModels(registry, load=load)
    for asked in (packaged, second, second, third, second, fourth, second, third):
        assert models.of_version(asked).model_version == asked
    assert loads == [packaged, second, third, fourth, third]


@pytest.mark.parametrize(
    "asked", ["2020-01-01-0123456789", "../default", "default", "2026-01-02-" + "g" * 10]
)
def test_a_version_that_is_not_installed_is_refused(registry: Registry, asked: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        LiveModels(registry).of_version(asked)
    assert set(caught.value.fields) == {"model_version"}


def test_a_damaged_older_version_is_refused(registry: Registry, made: Path) -> None:
    second = registry.bundles()[1].version
    (as_files(registry, made, second) / "weights.npy").write_bytes(b"")
    with pytest.raises(InvalidInputError) as caught:
        LiveModels(registry).of_version(second)
    assert "damaged" in caught.value.fields["model_version"]


def test_a_discarded_version_is_refused_although_it_was_in_memory(registry: Registry) -> None:
    models = LiveModels(registry)
    gone = add_bundle(registry.models_dir, "2026-01-05T00:00:00Z")
    assert models.of_version(gone).model_version == gone
    shutil.rmtree(registry.models_dir / gone)
    with pytest.raises(InvalidInputError):
        models.of_version(gone)


def test_a_loader_that_fails_unexpectedly_changes_nothing(registry: Registry) -> None:
    _, second, _ = (ref.version for ref in registry.bundles())
    broken = {second}

    def load(ref: object) -> Scorer:
        if getattr(ref, "version", None) in broken:
            raise MemoryError
        return load_scorer(ref.path)  # type: ignore[attr-defined]

    models = LiveModels(registry, poll_s=0.05, load=load)
    before = version(models)
    registry.promote(second, **WHO)
    models.refresh()
    assert version(models) == before


def test_the_shadow_is_followed_and_taken_over_when_it_is_promoted(registry: Registry) -> None:
    models = LiveModels(registry, poll_s=0.05)
    _, second, _ = (ref.version for ref in registry.bundles())
    assert models.loaded().shadow is None
    registry.set_shadow(second, **WHO)
    until(lambda: models.loaded().shadow is not None)
    shadow = models.loaded().shadow
    registry.promote(second, **WHO)
    until(lambda: version(models) == second)
    assert models.loaded().current is shadow  # not loaded twice
    assert models.loaded().shadow is None


def test_without_any_bundle_there_is_no_model_until_there_is_one(
    made: Path, tmp_path: Path
) -> None:
    registry = Registry(tmp_path / "models", tmp_path / "default")
    models = LiveModels(registry, poll_s=0.05)
    assert models.loaded() == LoadedModels(None, None)
    (tmp_path / "default").symlink_to(made / "default")
    assert models.refresh().current is not None
    assert version(models) == load_manifest(made / "default").model_version

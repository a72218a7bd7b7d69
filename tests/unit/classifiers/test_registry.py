"""Pointers move atomically, history stays, half bundles and strange names are refused."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from classifiers.registry import Registry, RegistryError
from tests.unit.classifiers.toy import saved

AT = "2026-03-02T09:00:00Z"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    saved(tmp_path / "default", seed=100)
    return Registry(tmp_path / "models", tmp_path / "default")


def add(registry: Registry, seed: int) -> str:
    return saved(registry.models_dir, seed, named_by_version=True)


def promote(registry: Registry, version: str) -> None:
    registry.promote(version, actor="ann", reason="better", at=AT)


def test_without_promotion_the_packaged_bundle_is_current(registry: Registry) -> None:
    assert registry.current().is_default
    assert registry.stamp() is None
    assert registry.history() == []
    assert registry.shadow() is None


def test_promotion_moves_current_and_changes_the_stamp(registry: Registry) -> None:
    first, second = add(registry, 1), add(registry, 2)
    promote(registry, first)
    stamp = registry.stamp()
    promote(registry, second)
    assert registry.current().version == second
    assert registry.stamp() != stamp
    assert [event["to"] for event in registry.history()] == [first, second]
    assert registry.history()[1]["from"] == first


def test_rollback_walks_back_to_the_packaged_bundle(registry: Registry) -> None:
    first, second = add(registry, 1), add(registry, 2)
    promote(registry, first)
    promote(registry, second)
    assert registry.rollback(actor="ann", reason="worse", at=AT).version == first
    assert registry.rollback(actor="ann", reason="worse", at=AT).is_default
    with pytest.raises(RegistryError, match="nothing to roll back"):
        registry.rollback(actor="ann", reason="worse", at=AT)


def test_promoting_current_again_changes_nothing(registry: Registry) -> None:
    version = add(registry, 1)
    promote(registry, version)
    stamp = registry.stamp()
    promote(registry, version)
    assert registry.stamp() == stamp


def test_shadow_is_set_cleared_and_ends_with_promotion(registry: Registry) -> None:
    version = add(registry, 1)
    registry.set_shadow(version, actor="ann", reason="try", at=AT)
    shadow = registry.shadow()
    assert shadow is not None
    assert shadow.version == version
    promote(registry, version)
    assert registry.shadow() is None
    registry.set_shadow(version, actor="ann", reason="try", at=AT)
    registry.clear_shadow(actor="ann", reason="enough", at=AT)
    assert registry.shadow() is None


@pytest.mark.parametrize(
    "version",
    ["../default", "..", "", "a/b", "2026-03-02-0123456789/..", "2026-03-02-0123456789\n"],
)
def test_strange_names_are_refused(registry: Registry, version: str) -> None:
    with pytest.raises(RegistryError, match="not a model version"):
        registry.find(version)
    with pytest.raises(RegistryError):
        registry.path_for(version)


def test_half_written_bundles_are_not_listed(registry: Registry) -> None:
    version = add(registry, 1)
    half = registry.models_dir / "2026-03-02-0123456789"
    half.mkdir()
    (half / "weights.npy").write_bytes(b"x")
    renamed = registry.models_dir / "2026-03-02-aaaaaaaaaa"
    renamed.mkdir()
    source = registry.models_dir / version / "manifest.json"
    (renamed / "manifest.json").write_bytes(source.read_bytes())
    assert [ref.version for ref in registry.bundles()[1:]] == [version]


def test_damaged_bundle_is_not_promoted(registry: Registry) -> None:
    version = add(registry, 1)
    (registry.models_dir / version / "names.txt").write_bytes(b"")
    with pytest.raises(RegistryError, match=r"cannot be used: names\.txt: 0 bytes"):
        promote(registry, version)
    assert registry.current().is_default


def test_current_falls_back_when_its_bundle_is_gone(registry: Registry) -> None:
    version = add(registry, 1)
    promote(registry, version)
    (registry.models_dir / version / "manifest.json").unlink()
    assert registry.current().is_default


def test_damaged_pointers_fall_back(registry: Registry) -> None:
    promote(registry, add(registry, 1))
    (registry.models_dir / "pointers.json").write_text("{")
    assert registry.current().is_default


def test_crash_before_the_move_keeps_the_pointer(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = add(registry, 1), add(registry, 2)
    promote(registry, first)

    def crash(*_arguments: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(OSError, match="power cut"):
        promote(registry, second)
    assert registry.current().version == first


def test_parallel_promotions_lose_no_history(registry: Registry) -> None:
    versions = [add(registry, seed) for seed in range(1, 4)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda version: promote(registry, version), versions))
    pointers = json.loads((registry.models_dir / "pointers.json").read_text())
    assert len(registry.history()) == 3
    assert len(pointers["previous"]) == 3


def refined(registry: Registry, seed: int = 1) -> str:
    base = registry.packaged().version
    return saved(registry.models_dir, seed, named_by_version=True, base_version=base)


def judged(registry: Registry, version: str, *blocking: str) -> None:
    record = {"current_version": registry.current().version, "blocking": blocking}
    registry.results.write(version, record)


def test_a_refined_bundle_whose_gates_never_ran_takes_force(registry: Registry) -> None:
    version = refined(registry)
    with pytest.raises(RegistryError, match="gates were never run"):
        promote(registry, version)
    assert registry.current().is_default
    registry.promote(version, actor="ann", reason="I looked", at=AT, is_forced=True)
    assert registry.current().version == version
    assert registry.history()[-1]["reason"].startswith("forced: I looked (although its gates")


def test_a_gate_against_it_forbids_promotion_and_is_named(registry: Registry) -> None:
    version = refined(registry)
    judged(registry, version, "pinned:abusive")
    with pytest.raises(RegistryError, match="gate pinned:abusive is against it"):
        promote(registry, version)
    judged(registry, version)
    promote(registry, version)
    assert registry.history()[-1]["reason"] == "better"


def test_a_comparison_with_another_current_does_not_count(registry: Registry) -> None:
    first, second = refined(registry, 1), refined(registry, 2)
    judged(registry, first)
    judged(registry, second)
    promote(registry, first)
    with pytest.raises(RegistryError, match=f"and {first} decides now"):
        promote(registry, second)
    # What was in force before may be so again: it has shown what it does.
    registry.rollback(actor="ann", reason="worse", at=AT)
    promote(registry, first)
    assert registry.current().version == first


def test_discarding_spares_what_is_in_use(registry: Registry) -> None:
    versions = [add(registry, seed) for seed in range(4)]
    previous, current, shadow, idle = versions
    promote(registry, previous)
    promote(registry, current)
    registry.set_shadow(shadow, actor="ann", reason="try", at=AT)
    registry.results.write(idle, {"blocking": []})
    for version in (previous, current, shadow, registry.packaged().version):
        with pytest.raises(RegistryError, match=f"{version} is kept"):
            registry.discard(version, actor="ann", reason="clean", at=AT)
    registry.discard(idle, actor="ann", reason="clean", at=AT)
    assert idle not in [ref.version for ref in registry.bundles()]
    assert registry.results.read(idle) is None
    assert registry.history()[-1]["action"] == "discard"
    with pytest.raises(RegistryError, match="no bundle"):
        registry.discard(idle, actor="ann", reason="clean", at=AT)


def test_what_a_killed_process_left_is_swept_once_it_is_old(registry: Registry) -> None:
    version = add(registry, 1)
    left = registry.models_dir / ".tmp-4711-2026-01-01-0000000000"
    busy = registry.models_dir / ".tmp-4712-2026-01-01-0000000001"
    left.mkdir()
    busy.mkdir()
    os.utime(left, (0, 0))
    add(registry, 2)
    assert not left.exists()
    assert busy.exists()
    assert registry.find(version).version == version
    assert len(registry.bundles()) == 3


def test_saving_the_same_bundle_again_never_takes_it_away(registry: Registry) -> None:
    version = add(registry, 1)
    path = registry.path_for(version)
    before = path.stat().st_ino
    assert add(registry, 1) == version
    assert path.stat().st_ino == before
    (path / "names.txt").write_bytes(b"damaged")
    add(registry, 1)
    promote(registry, version)

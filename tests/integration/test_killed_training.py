"""SIGKILL anywhere in a training: what decides stays whole, and nothing half made is offered.

Each case forks a real process, lets it train, and has it killed by the system at one point of the
run; the same files are then read as the service reads them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classifiers import bundle, durable, heads
from classifiers.bundle import load_scorer, verify_bundle
from classifiers.registry import Registry
from classifiers.scorer import ScoringInput
from tests.integration.killed import die, killed
from tests.unit.training.forum import house_rule_export, make_registry, small_corpus
from training import refine, retrain

CORPUS = small_corpus()[::2]
AT = "2026-03-03T09:00:00Z"


def after(calls: int, act: Callable[..., Any]) -> Callable[..., Any]:
    """Call the real thing so many times, then die."""
    left = [calls]

    def call(*arguments: Any, **options: Any) -> Any:
        if not left[0]:
            die()
        left[0] -= 1
        return act(*arguments, **options)

    return call


def sabotaged(module: Any, name: str, act: Callable[..., Any]) -> None:
    setattr(module, name, act)


def fitting() -> None:
    sabotaged(refine, "fit_logistic", after(2, heads.fit_logistic))


def writing_files() -> None:
    sabotaged(bundle, "write_durably", after(3, durable.write_durably))


def renaming() -> None:
    sabotaged(bundle, "_replace_folder", die)


def judging() -> None:
    sabotaged(retrain, "all_gates", die)


def keeping_the_result() -> None:
    sabotaged(os, "replace", die)


def promoting() -> None:
    sabotaged(os, "replace", after(1, os.replace))


def logging_the_promotion() -> None:
    sabotaged(Registry, "_log", die)


def train(registry: Registry, path: Path, at: str) -> str:
    result = retrain.retrain([path], registry, at=at, corpus=CORPUS)
    assert result.promoted, result.message
    return result.version


def killed_while_training(sabotage: Callable[[], None], registry: Registry, path: Path) -> None:
    def act() -> None:
        sabotage()
        train(registry, path, AT)

    killed(act)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that decides, and labels for the next one."""
    folder = tmp_path_factory.mktemp("world")
    make_registry(folder)
    house_rule_export(folder / "export.jsonl", rows=120)
    return folder


@pytest.mark.parametrize(
    ("sabotage", "moved"),
    [
        (fitting, False),
        (writing_files, False),
        (renaming, False),
        (judging, False),
        (keeping_the_result, False),
        (promoting, False),
        (logging_the_promotion, True),
    ],
)
def test_a_kill_leaves_a_whole_model_in_force(
    world: Path, tmp_path: Path, sabotage: Callable[[], None], moved: bool
) -> None:
    shutil.copytree(world, tmp_path / "w")
    registry = Registry(tmp_path / "w" / "models", tmp_path / "w" / "default")
    before = registry.current().version

    killed_while_training(sabotage, registry, tmp_path / "w" / "export.jsonl")

    current = registry.current()
    assert (current.version != before) == moved
    scorer = load_scorer(current.path)
    assert scorer.model_version == current.version
    assert scorer.score(ScoringInput("a zorblax")).probabilities
    for ref in registry.bundles():
        verify_bundle(ref.path)
        if sabotage in {judging, keeping_the_result} and not ref.is_default:
            # Whole, and never judged to the end: nobody promotes it by accident.
            assert registry.objections(ref.version) == ["its gates were never run to the end"]


def test_after_a_kill_the_next_training_goes_through(world: Path, tmp_path: Path) -> None:
    shutil.copytree(world, tmp_path / "w")
    registry = Registry(tmp_path / "w" / "models", tmp_path / "w" / "default")
    export = tmp_path / "w" / "export.jsonl"
    killed_while_training(writing_files, registry, export)
    (left,) = [path for path in registry.models_dir.iterdir() if path.name.startswith(".tmp-")]
    os.utime(left, (0, 0))
    version = train(registry, export, AT)
    assert registry.current().version == version
    assert not left.exists()

"""From an export to a promoted bundle that has learnt the forum's rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifiers.bundle import load_manifest, load_scorer
from classifiers.labels import Label
from classifiers.registry import Registry
from classifiers.scorer import ScoringInput
from tests.unit.training.forum import (
    AT,
    decided,
    export,
    house_rule_export,
    make_registry,
    small_corpus,
)
from training import cli
from training.candidate import prevalence_of
from training.dataset import DatasetError
from training.example import Example
from training.gates import Gate
from training.retrain import retrain

NEW_WORD = "They behaved like a zorblax again."


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return make_registry(tmp_path)


def abusive(registry: Registry) -> float:
    scored = load_scorer(registry.current().path).score(ScoringInput(NEW_WORD))
    return scored.probabilities[Label.ABUSIVE]


def test_retraining_learns_a_house_rule_and_promotes(registry: Registry, tmp_path: Path) -> None:
    before = abusive(registry)
    steps: list[str] = []
    result = retrain(
        [house_rule_export(tmp_path / "export.jsonl")],
        registry,
        at=AT,
        corpus=small_corpus(),
        progress=lambda step, _done, _total: steps.append(step),
    )
    assert result.promoted, result.message
    assert registry.current().version == result.version
    assert abusive(registry) > max(0.3, before + 0.2)
    new = result.metrics["candidate"]["decisions"]["abusive"]["average_precision"]["value"]
    old = result.metrics["current"]["decisions"]["abusive"]["average_precision"]["value"]
    assert new > old + 0.2
    assert steps[-1] == "done"
    assert registry.history()[-1]["actor"] == "operator"


def test_same_export_and_seed_give_the_same_version(registry: Registry, tmp_path: Path) -> None:
    path = house_rule_export(tmp_path / "export.jsonl", rows=80)
    first, second = (
        retrain([path], registry, at=AT, corpus=small_corpus(), promote=False) for _ in range(2)
    )
    assert first.version == second.version
    assert not first.promoted
    assert load_manifest(first.path).base_version == registry.packaged().version


def failing(*_arguments: object, **_options: object) -> list[Gate]:
    return [Gate("always_fails", passed=False, detail="by construction", figures={})]


def test_failed_gate_stops_promotion_unless_forced(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.retrain.all_gates", failing)
    path = house_rule_export(tmp_path / "export.jsonl", rows=80)
    result = retrain([path], registry, at=AT, corpus=small_corpus())
    assert all(row.forum and row.comment_id for row in result.suspicious)
    assert result.to_record()["n_suspicious"] == len(result.suspicious)
    assert not result.promoted
    assert "always_fails" in result.message
    assert registry.current().is_default
    forced = retrain([path], registry, at=AT, corpus=small_corpus(), force_reason="we know better")
    assert forced.promoted
    assert "we know better" in registry.history()[-1]["reason"]


def test_too_few_rows_are_refused_in_words(registry: Registry, tmp_path: Path) -> None:
    path = export(
        tmp_path / "few.jsonl", [decided(f"text {n}", n, abusive=n < 5) for n in range(12)]
    )
    with pytest.raises(DatasetError, match="12 labelled comments are too few"):
        retrain([path], registry, at=AT, corpus=small_corpus())


def test_one_answer_only_is_refused_in_words(registry: Registry, tmp_path: Path) -> None:
    path = export(
        tmp_path / "one.jsonl", [decided(f"text {n}", n, abusive=False) for n in range(30)]
    )
    with pytest.raises(DatasetError, match="same answer"):
        retrain([path], registry, at=AT, corpus=small_corpus())


def test_audit_sample_gives_the_prevalence() -> None:
    rows = [
        Example(f"t{n}", {Label.ABUSIVE: float(n % 2)}, "export/audit_sample") for n in range(200)
    ]
    assert prevalence_of(rows)[Label.ABUSIVE] == pytest.approx((100 + 5) / 250)
    assert prevalence_of(rows[:50])[Label.ABUSIVE] == pytest.approx(0.10)


def test_command_speaks_json_and_names_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.jsonl").write_text('{"schema":"labelled-comment/1","text":""}\n')
    arguments = ["retrain", str(tmp_path / "bad.jsonl"), "--models-dir", str(tmp_path), "--json"]
    assert cli.main(arguments) == cli.BAD_INPUT
    captured = capsys.readouterr()
    last = json.loads(captured.out.splitlines()[-1])
    assert last["event"] == "error"
    assert "bad.jsonl" in captured.err
    assert "text" in captured.err


def test_command_exit_codes_follow_the_gates(
    registry: Registry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("training.cli.Registry", lambda _folder: registry)
    monkeypatch.setattr("training.retrain.read_corpus", small_corpus)
    monkeypatch.setattr("training.retrain.all_gates", failing)
    path = house_rule_export(tmp_path / "export.jsonl", rows=80)
    arguments = [
        "retrain",
        str(path),
        "--models-dir",
        str(registry.models_dir),
        "--at",
        AT,
        "--json",
    ]
    assert cli.main(arguments) == cli.GATES_FAILED
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[0]["event"] == "progress"
    assert events[-1]["event"] == "result"
    assert events[-1]["failed_gates"] == ["always_fails"]
    assert cli.main([*arguments, "--no-promote"]) == cli.OK

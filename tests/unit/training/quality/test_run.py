"""The quality run measures what is at hand and says what is not."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from classifiers.bundle import load_manifest, load_scorer
from classifiers.labels import Label
from tests.bundles import make_bundle
from training.cli import main
from training.example import Example
from training.quality import measure_quality
from training.quality.systems import installed_baselines, plain_baseline
from training.quality.tables import NOT_MEASURED, quality_tables

NICE = ("thank you for the help", "the train leaves at nine", "have a nice day", "see the manual")
RUDE = ("you are an idiot", "what an idiot you are", "an idiot wrote this", "you absolute idiot")


def write_set(data_dir: Path, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    folder, file = name.split("/")
    (data_dir / folder).mkdir(exist_ok=True, parents=True)
    with gzip.open(data_dir / folder / f"{file}.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


def comments(count: int, **columns: Any) -> list[dict[str, Any]]:
    rows = [{"text": f"{text} {n}", "abusive": 0, **columns} for n in range(count) for text in NICE]
    rows += [
        {"text": f"{text} {n}", "abusive": 1, **columns} for n in range(count) for text in RUDE
    ]
    return rows


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    write_set(folder, "restricted/olid", comments(5))
    write_set(
        folder,
        "restricted/bbc_paragraphs",
        [{"text": "The council meets.", "partisan": 0}, {"text": "Rain is due.", "partisan": 0}],
    )
    groups = [
        {"text": f"{text} gay {n}", "abusive": int("hate" in text)}
        for text in ("hate", "hug")
        for n in range(12)
    ]
    write_set(folder, "open/identity_madlibs", groups)
    marked = [
        {"text": "you idiot", "spans": [4, 5, 6, 7, 8], "split": "test"},
        {"text": "idiot", "spans": [0, 1, 2, 3, 4], "split": "train"},
    ]
    write_set(folder, "open/civil_toxic_spans_semeval", marked)
    return folder


def held_out() -> list[Example]:
    neutral = {Label.ABUSIVE: 0.0, Label.PARTISAN: 0.0}
    rude = {Label.ABUSIVE: 1.0, Label.PARTISAN: 0.0}
    rows = [Example(f"{text} {n}", neutral, "corpus/a") for n in range(5) for text in NICE]
    rows += [Example(f"{text} {n}", rude, "corpus/a") for n in range(5) for text in RUDE]
    for n in range(12):
        for side, party in (("left", "their"), ("right", "our")):
            jab = {Label.ABUSIVE: 0.0, Label.PARTISAN: 1.0}
            text = f"{party} party lies as always {n}"
            rows.append(Example(text, jab, "corpus/a", side=side, pair=f"p{n}"))
    return rows


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    make_bundle(tmp_path / "bundle", "2026-03-02T09:00:00Z")
    return tmp_path / "bundle"


def test_everything_at_hand_is_measured(bundle: Path, data_dir: Path) -> None:
    found = measure_quality(load_scorer(bundle), held_out(), data_dir)
    assert json.loads(json.dumps(found)) == found
    ranked = {entry["set"]: entry for entry in found["ranking"]["abusive"]}
    assert ranked["olid"]["auc"]["this model"]["value"] > 0.9
    assert ranked["olid"]["at_threshold"]["rows"] == 40
    assert found["parity"]["twins"]["pairs"] == 12
    assert found["explanations"]["all"]["comments"] == 1
    f1 = found["explanations"]["all"]["f1"]
    assert f1["spans of abusive"]["value"] > 0.5 > f1["word list"]["value"]
    assert [one["group"] for one in found["fairness"]["identity_madlibs"]["groups"]] == ["gay"]
    spaced = {one["attack"]: one for one in found["robustness"]["attacks"]}["spaced out"]
    assert spaced["recall_telling_words"]["value"] == found["robustness"]["recall"]["value"]
    assert set(found["calibration"]) == {"abusive", "partisan"}


def test_what_is_not_at_hand_is_named(bundle: Path) -> None:
    found = measure_quality(load_scorer(bundle), held_out(), None)
    tables = quality_tables(found)
    assert tables["HateCheck by function"] == NOT_MEASURED
    assert tables["Fairness: identity templates"] == NOT_MEASURED
    assert "own topics held out" in tables["Main figures"]
    assert "| women" not in tables["Fairness: neutral sentences that name a group"]
    assert "| woman | 60 |" in tables["Fairness: neutral sentences that name a group"]


def test_two_models_stand_side_by_side(bundle: Path, data_dir: Path) -> None:
    found = measure_quality(load_scorer(bundle), held_out(), data_dir)
    tables = quality_tables({"title": "one", **found}, {"title": "two", **found})
    header, _, first = tables["Main figures"].split("\n")[:3]
    assert header == "| figure | asked | one | two |"
    assert first.split("|")[3] == first.split("|")[4]


def test_plain_baseline_learns_from_the_general_sets(tmp_path: Path) -> None:
    assert plain_baseline(tmp_path) is None
    votes = {"n_annot": 3, "not_toxic_votes": 0, "span_types": {}, "emotions": []}
    for name in ("civil_toxic_spans", "jigsaw_wikipedia_balanced", "wiki_context", "goemotions"):
        write_set(tmp_path, f"open/{name}", comments(8, **votes))
    plain = plain_baseline(tmp_path)
    assert plain is not None
    rows = [Example("you idiot", {}, "x"), Example("have a nice day", {}, "x")]
    rude, nice = plain.score(rows)[:, list(Label).index(Label.ABUSIVE)]
    assert rude > 0.5 > nice
    assert set(plain.thresholds) == {Label.ABUSIVE}


def test_installed_baselines_tell_swearing_from_small_talk() -> None:
    for system in installed_baselines():
        scores = system.score(
            [Example("you fucking asshole", {}, "x"), Example("good day", {}, "x")]
        )
        rude, nice = scores[:, list(Label).index(Label.ABUSIVE)]
        assert rude > 0.5 > nice, system.name


def test_evaluate_without_exports_prints_every_table(
    bundle: Path,
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("training.quality.run.held_out_corpus", held_out)
    arguments = ["evaluate", "--bundle", str(bundle), "--data", str(data_dir), "--alone"]
    assert main([*arguments, "--beside", str(bundle)]) == 0
    printed = capsys.readouterr().out
    assert "## Main figures" in printed
    assert "## Viewpoint parity" in printed
    version = load_manifest(bundle).model_version
    assert f"| figure | asked | {version} | {version} |" in printed
    assert main([*arguments, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["quality"]
    assert found["title"] == version


def test_build_default_refuses_a_second_bundle_without_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = make_bundle(tmp_path / "old", "2026-01-01T00:00:00Z")
    arguments = ["build-default", "--data", str(tmp_path), "--out", str(tmp_path / "new")]
    assert main([*arguments, "--beside", str(tmp_path / "old")]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"--beside: {tmp_path / 'old'} ({old}) holds no figures")
    assert "leave --beside out" in message
    assert not (tmp_path / "new").exists()


def test_evaluate_refuses_what_is_no_folder_or_no_bundle(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--bundle", str(bundle), "--data", str(tmp_path / "none")]) == 2
    assert "--data" in capsys.readouterr().err
    assert main(["evaluate", "--bundle", str(tmp_path / "none")]) == 2
    assert "manifest.json" in capsys.readouterr().err

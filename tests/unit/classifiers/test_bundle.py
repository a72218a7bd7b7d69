"""Bundles are whole or refused, reproducible, and load without scikit-learn."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.bundle import (
    DEFAULT_BUNDLE,
    BundleError,
    load_document,
    load_manifest,
    load_pipeline,
    load_scorer,
    verify_bundle,
)
from classifiers.labels import Label
from classifiers.ngrams import TEXT_RULES
from classifiers.scorer import ScoringInput
from tests.unit.classifiers.toy import TEXTS, fitted, saved


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    saved(tmp_path / "bundle")
    return tmp_path / "bundle"


def test_saved_bundle_scores_like_the_pipeline(bundle: Path) -> None:
    expected = fitted().predict_proba(list(TEXTS))[0, 0]
    scored = load_scorer(bundle).score(ScoringInput(TEXTS[0]))
    assert scored.probabilities[Label.ABUSIVE] == pytest.approx(expected, abs=1e-9)
    assert scored.model_version == load_manifest(bundle).model_version


def test_loaded_pipeline_predicts_as_before(bundle: Path) -> None:
    expected = fitted().predict_proba(list(TEXTS))
    assert (load_pipeline(bundle).predict_proba(list(TEXTS)) == expected).all()


def test_same_input_gives_same_bytes(tmp_path: Path) -> None:
    first, second = saved(tmp_path / "a"), saved(tmp_path / "b")
    assert first == second
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_other_content_gives_other_version(tmp_path: Path) -> None:
    assert saved(tmp_path / "a") != saved(tmp_path / "b", seed=1)


@pytest.mark.parametrize("name", ["weights.npy", "names.txt", "idf.npy", "intercepts.npy"])
def test_truncated_file_is_refused_by_name(bundle: Path, name: str) -> None:
    path = bundle / name
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(BundleError, match=f"{name}.*cut short"):
        load_scorer(bundle)


def test_changed_file_is_refused_by_digest(bundle: Path) -> None:
    path = bundle / "weights.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(BundleError, match=r"weights\.npy: SHA-256"):
        load_scorer(bundle)


def test_missing_file_is_refused(bundle: Path) -> None:
    (bundle / "names.txt").unlink()
    with pytest.raises(BundleError, match=r"names\.txt: missing"):
        load_scorer(bundle)


@pytest.mark.parametrize("name", ["extra.npy", ".hidden", "weights.npy~"])
def test_extra_file_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).write_bytes(b"x")
    for check in (load_scorer, verify_bundle):
        with pytest.raises(BundleError, match=f"{name}: not listed"):
            check(bundle)


def test_documents_are_read_by_their_digest(bundle: Path) -> None:
    assert load_document(bundle, "CARD.md") == b"# card\n"
    (bundle.parent / "secret").write_bytes(b"x")
    for name in ("../secret", "/etc/passwd", "manifest.json", "other.png", ""):
        with pytest.raises(BundleError, match="not listed"):
            load_document(bundle, name)
    (bundle / "CARD.md").write_bytes(b"# dirt\n")
    with pytest.raises(BundleError, match="SHA-256"):
        load_document(bundle, "CARD.md")


def test_changed_pipeline_is_not_unpickled(bundle: Path) -> None:
    path = bundle / "pipeline.joblib"
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(BundleError, match=r"pipeline\.joblib: SHA-256"):
        load_pipeline(bundle)
    with pytest.raises(BundleError):
        verify_bundle(bundle)


def edit_manifest(bundle: Path, **changes: object) -> None:
    record = json.loads((bundle / "manifest.json").read_text())
    (bundle / "manifest.json").write_text(json.dumps(record | changes))


def test_edited_manifest_is_refused(bundle: Path) -> None:
    edit_manifest(bundle, seed=7)
    with pytest.raises(BundleError, match="model_version"):
        load_scorer(bundle)


def test_foreign_format_is_refused(bundle: Path) -> None:
    edit_manifest(bundle, format=99)
    with pytest.raises(BundleError, match="format 99"):
        load_scorer(bundle)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', '"x"', "\xff"])
def test_rubbish_manifest_is_refused(bundle: Path, text: str) -> None:
    (bundle / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(BundleError, match=r"manifest\.json"):
        load_scorer(bundle)


def test_foreign_library_is_refused_for_retraining_only(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classifiers.bundle.version", lambda _name: "0.1")
    with pytest.raises(BundleError, match=r"fitted with scikit-learn .* this is 0\.1"):
        load_pipeline(bundle)
    load_scorer(bundle)


def test_other_text_rules_are_refused_and_what_is_older_counts_as_the_first(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_manifest(bundle).text_rules == TEXT_RULES
    assert load_manifest(DEFAULT_BUNDLE).text_rules == TEXT_RULES
    monkeypatch.setattr("classifiers.bundle.TEXT_RULES", TEXT_RULES + 1)
    for load in (load_scorer, load_pipeline, verify_bundle):
        made_and_read = rf"text rules {TEXT_RULES}, .* by rules {TEXT_RULES + 1} .* again"
        with pytest.raises(BundleError, match=made_and_read):
            load(bundle)
    unnamed = replace(load_manifest(bundle), text_rules=None)
    (bundle / "manifest.json").write_text(unnamed.to_json())
    assert "text_rules" not in (bundle / "manifest.json").read_text()
    with pytest.raises(BundleError, match="made under text rules 1"):
        load_scorer(bundle)
    monkeypatch.setattr("classifiers.bundle.TEXT_RULES", 1)
    load_scorer(bundle)


def test_failed_save_leaves_the_old_bundle(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_manifest(bundle).model_version
    monkeypatch.setattr("classifiers.bundle.TOLERANCE", -1.0)
    with pytest.raises(BundleError, match="differs"):
        saved(bundle, seed=5)
    assert load_manifest(bundle).model_version == before
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]


def test_serving_imports_no_training_library() -> None:
    code = (
        "import sys\n"
        "from classifiers.bundle import DEFAULT_BUNDLE, load_scorer\n"
        "from classifiers.scorer import ScoringInput\n"
        "load_scorer(DEFAULT_BUNDLE).score(ScoringInput('You idiot'))\n"
        "print([m for m in sys.modules if m.split('.')[0] in {'sklearn', 'scipy'}])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_packaged_bundle_is_small_and_whole() -> None:
    verify_bundle(DEFAULT_BUNDLE)
    sizes = [path.stat().st_size for path in DEFAULT_BUNDLE.iterdir()]
    assert sum(sizes) <= 12 * 2**20
    assert max(sizes) <= 5 * 2**20

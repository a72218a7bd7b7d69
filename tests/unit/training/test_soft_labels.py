"""Soft labels: one byte a row, of use only beside the file they were made from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.svm import SVC

from classifiers.labels import Label
from training.dataset import DatasetError
from training.distil import Teacher
from training.held_out import Part, part_of
from training.soft_labels import (
    read_soft_labels,
    soft_labels_path,
    soft_rows,
    unlabelled_files,
    unlabelled_texts,
    write_soft_labels,
)

TEXTS = [f"comment number {number} about the council" for number in range(40)]


def _data(folder: Path, texts: list[str], terms: str = "open", name: str = "pstance") -> Path:
    path = folder / terms / f"{name}.jsonl.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"text": text}) + "\n" for text in texts)
    return path


def _labelled(tmp_path: Path) -> tuple[Path, Path]:
    path = _data(tmp_path / "data", TEXTS)
    target = soft_labels_path("open", tmp_path)
    write_soft_labels(target, {"pstance": (path, np.linspace(0.0, 1.0, len(TEXTS)))})
    return path, target


def test_probabilities_come_back_within_half_a_step(tmp_path: Path) -> None:
    path, target = _labelled(tmp_path)
    found = read_soft_labels(target, {"pstance": path})
    assert np.abs(found["pstance"] - np.linspace(0.0, 1.0, len(TEXTS))).max() <= 0.5 / 255
    assert b"council" not in target.read_bytes()


def test_another_file_of_the_same_name_is_refused(tmp_path: Path) -> None:
    path, target = _labelled(tmp_path)
    _data(tmp_path / "data", [*TEXTS[1:], TEXTS[0]])
    with pytest.raises(DatasetError, match=r"pstance: missing, or not the file"):
        read_soft_labels(target, {"pstance": path})


def test_a_missing_set_is_refused(tmp_path: Path) -> None:
    _, target = _labelled(tmp_path)
    with pytest.raises(DatasetError, match="pstance"):
        read_soft_labels(target, {})


def test_only_rows_that_may_train_become_examples(tmp_path: Path) -> None:
    _labelled(tmp_path)
    rows = soft_rows(tmp_path / "data", "open", tmp_path)
    assert 20 < len(rows) < len(TEXTS)
    assert {part_of(row) for row in rows} == {Part.TRAIN}
    assert all(0 <= row.labels[Label.PARTISAN] <= 1 for row in rows)


def test_open_terms_leave_the_other_sets_alone(tmp_path: Path) -> None:
    _data(tmp_path, TEXTS)
    _data(tmp_path, TEXTS, "unstated", "brexit_comments")
    assert set(unlabelled_files(tmp_path, "open")) == {"pstance"}
    assert set(unlabelled_files(tmp_path, "unstated")) == {"pstance", "brexit_comments"}
    assert unlabelled_texts(unlabelled_files(tmp_path, "open")["pstance"]) == TEXTS


def test_the_teacher_is_the_kernel_machine_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(200, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    machine = SVC(C=2.0, gamma=2.0).fit(vectors[:150], (vectors[:150, 0] > 0).astype(int))
    teacher = Teacher(
        machine.support_vectors_, machine.dual_coef_[0], float(machine.intercept_[0]), 1.0, 0.0
    )
    assert np.allclose(teacher.decision(vectors), machine.decision_function(vectors))

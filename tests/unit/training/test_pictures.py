"""Pictures are small, readable as PNG, and the same bytes for the same figures."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from classifiers.bundle import load_scorer
from classifiers.labels import Label
from classifiers.linear_scorer import LinearScorer
from tests.bundles import TEXTS, make_bundle
from training.example import Example
from training.pictures import pictures
from training.settings import PREVALENCE


@pytest.fixture
def scorer(tmp_path: Path) -> LinearScorer:
    make_bundle(tmp_path / "bundle", "2026-03-02T09:00:00Z")
    return load_scorer(tmp_path / "bundle")


def rows() -> list[Example]:
    return [
        Example(text, {Label.ABUSIVE: float("idiot" in text), Label.PARTISAN: 0.0}, "x")
        for text in TEXTS
    ]


def test_a_picture_for_each_label_that_can_be_drawn(scorer: LinearScorer) -> None:
    found = pictures(scorer, rows(), PREVALENCE)
    assert list(found) == ["abusive.png"]  # no row is partisan, and the model knows no kinds
    picture = Image.open(io.BytesIO(found["abusive.png"]))
    assert picture.format == "PNG"
    assert picture.size == (920, 280)
    assert len(found["abusive.png"]) < 40_000


def test_same_figures_give_the_same_bytes(scorer: LinearScorer) -> None:
    first = pictures(scorer, rows(), PREVALENCE)
    assert first == pictures(scorer, rows(), PREVALENCE)
    assert b"matplotlib" not in first["abusive.png"]

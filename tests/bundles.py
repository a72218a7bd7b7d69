"""Bundles so small that a test can train them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from classifiers.bundle import save_bundle
from classifiers.labels import Label
from classifiers.manifest import Manifest
from classifiers.pipeline import PipelineParams, build_pipeline
from classifiers.scorer import Threshold

TEXTS = [
    "you are an idiot",
    "what an idiot you are",
    "the minister lies as always",
    "their party only ever lies",
    "thank you for the help",
    "the train leaves at nine",
    "have a nice day",
    "see the manual for that",
]
TEXTS = [text for text in TEXTS for _ in range(3)]
LABELS = (Label.ABUSIVE, Label.PARTISAN)


def make_bundle(path: Path, created_at: str) -> str:
    """Train a bundle of a few words into a folder; returns its version."""
    params = PipelineParams(labels=tuple(label.value for label in LABELS), min_documents=1)
    pipeline = build_pipeline(params)
    pipeline.fit(
        TEXTS, np.array([[1.0, 0.0]] * 2 + [[0.0, 1.0]] * 2 + [[0.0, 0.0]] * 4).repeat(3, 0)
    )
    manifest = Manifest(
        created_at=created_at,
        labels=LABELS,
        thresholds={label: Threshold(0.5, "a test") for label in LABELS},
        params=params.as_dict(),
        seed=0,
        data_terms="open",
        data=(),
        metrics={},
        libraries={},
    )
    return save_bundle(
        path, pipeline, manifest, documents={"CARD.md": b"# A small model\n"}, probes=TEXTS[:2]
    )


def add_bundle(models_dir: Path, created_at: str) -> str:
    """Train a bundle into a models folder, under its version; returns that."""
    models_dir.mkdir(parents=True, exist_ok=True)
    staged = models_dir / "staged"
    version = make_bundle(staged, created_at)
    staged.rename(models_dir / version)
    return version

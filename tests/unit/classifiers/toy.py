"""Small pipelines and bundles, made in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.bundle import save_bundle
from classifiers.labels import Label
from classifiers.manifest import Manifest
from classifiers.pipeline import PipelineParams, build_pipeline
from classifiers.scorer import ScoringInput, Threshold

TEXTS = (
    "you are an idiot and a fool",
    "what a stupid idiot you are",
    "the idiot party ruined it again",
    "lovely weather for a walk today",
    "the council meets on Tuesday evening",
    "thanks for the recipe, it was lovely",
    "the party of fools ruined the country",
    "does anyone know when the council meets",
)
ABUSIVE = (1, 1, 1, 0, 0, 0, 0, 0)
PARTISAN = (0, 0, 1, 0, 0, 0, 1, 0)
LABELS = (Label.ABUSIVE, Label.PARTISAN)
PARAMS = PipelineParams(labels=tuple(label.value for label in LABELS), min_documents=1)
PROBES = ("you idiot!", "a walk", "")


def fitted(texts: Sequence[str | ScoringInput] = TEXTS, params: PipelineParams = PARAMS) -> Any:
    y = np.array([ABUSIVE, PARTISAN], dtype=np.float64).T
    return build_pipeline(params).fit(list(texts), y)


def manifest(created_at: str = "2026-03-02T09:00:00Z", seed: int = 0) -> Manifest:
    return Manifest(
        created_at=created_at,
        labels=LABELS,
        thresholds={
            label: Threshold(0.5, "maximum recall at precision >= 0.9") for label in LABELS
        },
        params=PARAMS.as_dict(),
        seed=seed,
        data_terms="open",
        data=(),
        metrics={},
        libraries={},
    )


def saved(
    path: Path,
    seed: int = 0,
    *,
    named_by_version: bool = False,
    base_version: str | None = None,
) -> str:
    return save_bundle(
        path,
        fitted(),
        replace(manifest(seed=seed), base_version=base_version),
        documents={"CARD.md": b"# card\n"},
        probes=PROBES,
        named_by_version=named_by_version,
    )

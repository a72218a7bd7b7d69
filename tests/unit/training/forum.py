"""A small world for retraining: a base bundle, a corpus and a forum with a house rule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from classifiers.bundle import save_bundle
from classifiers.labelled import LabelledComment, to_json_line
from classifiers.labels import Label
from classifiers.manifest import Manifest
from classifiers.pipeline import PipelineParams
from classifiers.registry import Registry
from classifiers.scorer import Threshold
from training.dataset import read_corpus
from training.example import Example
from training.fit import fit_pipeline
from training.settings import RULES

AT = "2026-03-02T09:00:00Z"
PARAMS = PipelineParams(max_words=3000, max_pairs=2000, max_grams=3000, max_iter=40)


@cache
def small_corpus() -> tuple[Example, ...]:
    rows = read_corpus()
    pairs = {row.pair for row in rows[::40] if row.pair}
    return tuple(row for n, row in enumerate(rows) if n % 8 == 0 or row.pair in pairs)


@cache
def base_pipeline() -> Any:
    return fit_pipeline(small_corpus(), PARAMS)


def make_registry(folder: Path) -> Registry:
    manifest = Manifest(
        created_at=AT,
        labels=tuple(Label),
        thresholds={label: Threshold(0.5, RULES[label]) for label in Label},
        params=PARAMS.as_dict(),
        seed=0,
        data_terms="open",
        data=(),
        metrics={},
        libraries={},
    )
    save_bundle(folder / "default", base_pipeline(), manifest, documents={}, probes=[])
    return Registry(folder / "models", folder / "default")


def decided(text: str, number: int, *, abusive: bool) -> LabelledComment:
    """A decision by the house rule, by one of many authors, one a minute."""
    return LabelledComment(
        text,
        {Label.ABUSIVE: abusive},
        forum="f",
        author_id=f"a{number % 60}",
        decided_at=f"2026-02-01T{number // 60:02d}:{number % 60:02d}:00Z",
        source="model",
    )


def export(path: Path, comments: Sequence[LabelledComment]) -> Path:
    path.write_text("".join(to_json_line(c) + "\n" for c in comments), encoding="utf-8")
    return path


def house_rule_export(path: Path, *, rows: int = 400) -> Path:
    """Comments of which those that mention a zorblax are rejected: a word no model knows."""
    texts = [row.text for row in read_corpus() if row.labels[Label.ABUSIVE] == 0][: 3 * rows : 3]
    comments = []
    for number, text in enumerate(texts):
        is_rejected = number % 3 == 0
        said = f"{text} Typical zorblax." if is_rejected else text
        comments.append(decided(said, number, abusive=is_rejected))
    return export(path, comments)

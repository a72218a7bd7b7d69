"""What a second stage on sentence embeddings would add to ``partisan``. Needs extra ``teacher``.

    python -m tests.benchmarks.second_stage --data DIR [--cache DIR]

Compares the packaged model, the teacher, both together on every comment, and both together only on
comments whose score is unsure. What was decided stands in docs/model-quality.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from classifiers.bundle import DEFAULT_BUNDLE, load_scorer
from classifiers.labels import Label
from training.distil import EmbeddingStore, fit_teacher
from training.evaluate import ranking_metrics, score_rows
from training.example import Example, label_matrix
from training.held_out import held_out_corpus, read_held_out
from training.progress import as_text
from training.quality.sets import partisan_sets

UNSURE = (0.1, 0.7)


def main() -> None:
    """Print ROC AUC of ``partisan`` on each set, with and without the teacher's word."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=None)
    options = parser.parse_args()
    scorer = load_scorer(DEFAULT_BUNDLE)
    store = EmbeddingStore(options.cache, as_text())
    teacher = fit_teacher(options.data, "unstated", store)
    print(f"{'set':20s}  first  second  both  both if unsure  share unsure")  # noqa: T201
    for name, rows in _sets(options.data).items():
        y = label_matrix(rows, (Label.PARTISAN,))[:, 0]
        first = score_rows(scorer, rows, (Label.PARTISAN,))[:, 0]
        second = teacher.probabilities(store.of(f"{name}.measured", [row.text for row in rows]))
        both = 0.5 * (first + second)
        unsure = (first > UNSURE[0]) & (first < UNSURE[1])
        gated = np.where(unsure, both, first)
        figures = [ranking_metrics(scores, y)[0] for scores in (first, second, both, gated)]
        line = "  ".join(f"{figure:.3f}" for figure in figures)
        print(f"{name:20s}  {line}  {unsure.mean():.0%}")  # noqa: T201 - a report


def _sets(data_dir: Path) -> dict[str, list[Example]]:
    polar = [row for row in read_held_out(data_dir) if row.source == "polar_political"]
    outside = {one.name: list(one.rows) for one in partisan_sets(data_dir)}
    return {"own topics held out": held_out_corpus(), "polar_political": polar, **outside}


if __name__ == "__main__":
    main()

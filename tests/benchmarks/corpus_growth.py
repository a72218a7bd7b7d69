"""What each thousand lines of our own corpus adds to ``partisan``, whole topics held out.

    python -m tests.benchmarks.corpus_growth --data DIR

Fits the ``partisan`` head alone, with everything else of the shipped recipe in place, and a growing
part of the corpus: lines are added in an order by hash of their group, so that each step brings new
topics as well as lines.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from classifiers.labels import Label
from classifiers.pipeline import PipelineParams
from training.default_bundle import gather, swapped_twins
from training.evaluate import ranking_metrics
from training.example import Example, label_matrix, scoring_inputs
from training.fit import fit_pipeline, log_odds
from training.held_out import held_out_corpus
from training.quality.sets import partisan_sets
from training.split import bucket

STEPS = (0, 1000, 2000, 4000, 8000, 16_000)


def main() -> None:
    """Print ROC AUC for each size of the corpus."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--without-teacher", action="store_true")
    options = parser.parse_args()
    rows = [row for row in gather(options.data, "unstated", 0).train if _taught(row, options)]
    own = [row for row in rows if row.source.startswith("corpus/")]
    own.sort(key=lambda row: (bucket(row.group, 7), row.group))
    public = [row for row in rows if not row.source.startswith("corpus/")]
    measured = {"own": held_out_corpus()}
    measured |= {one.name: list(one.rows) for one in partisan_sets(options.data)}
    params = PipelineParams(labels=(Label.PARTISAN.value,), ratio_exponents=(("partisan", 0.5),))
    for step in STEPS:
        train = [*public, *_first(own, step)]
        twins = [pair for pair in swapped_twins(train, 0) if Label.PARTISAN in pair.strength]
        pipeline = fit_pipeline(train, params, twins)
        figures = []
        for name, examples in measured.items():
            y = label_matrix(examples, (Label.PARTISAN,))[:, 0]
            scores = log_odds(pipeline, scoring_inputs(examples))[:, 0]
            figures.append(f"{name} {ranking_metrics(scores, y)[0]:.3f}")
        print(f"{step} own lines: {', '.join(figures)}", flush=True)  # noqa: T201 - a report


def _taught(row: Example, options: argparse.Namespace) -> bool:
    if options.without_teacher and row.source.endswith("/teacher"):
        return False
    return Label.PARTISAN in row.labels


def _first(own: list[Example], count: int) -> list[Example]:
    """Return rows of so many distinct lines; a line with context comes as two rows."""
    lines: set[str] = set()
    taken = []
    for row in own:
        if row.text in lines or len(lines) < count:
            lines.add(row.text)
            taken.append(row)
    return taken


if __name__ == "__main__":
    main()

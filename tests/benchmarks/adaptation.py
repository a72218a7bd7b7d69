"""What 400 labels of a forum that the bundled model has never seen are worth.

For each public set: 400 random rows refine the bundled model, the others measure (at most 3,000),
averaged over three draws. ``--compare`` also runs the ways of refining that lost.
Sets that may not be redistributed are only measured with; nothing that is fitted here is kept.
"""

from __future__ import annotations

import argparse
import copy
import os
import random
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.bundle import DEFAULT_BUNDLE, load_pipeline
from classifiers.labels import Label
from training.dataset import read_corpus
from training.evaluate import ranking_metrics
from training.example import Example, scoring_inputs
from training.fit import log_odds
from training.held_out import split_corpus
from training.refine import Prior, refine
from training.sources import read_gzip_rows

LABELS = 400
MOST_MEASURED = 3000
DRAWS = 3
SETS: Mapping[str, Label] = {
    "restricted/unhealthy_conversations": Label.ABUSIVE,
    "restricted/olid": Label.ABUSIVE,
    "restricted/toxicr": Label.ABUSIVE,
    "restricted/swad": Label.ABUSIVE,
    "restricted/sfu_ctc": Label.ABUSIVE,
    "open/davidson2017": Label.ABUSIVE,
    "open/convabuse": Label.ABUSIVE,
    "open/reddit_misogyny": Label.ABUSIVE,
    "open/stormfront": Label.ABUSIVE,
    "restricted/usvsthem_reddit": Label.PARTISAN,
    "restricted/babe_news": Label.PARTISAN,
    "open/multitarget_stance": Label.PARTISAN,
    "open/fanchuan_trump": Label.PARTISAN,
}
"""Sets that train no bundle of ours; a test holds the list against `training.sources`."""

NEVER = 1e9
WAYS: Mapping[str, Prior] = {
    "as it is done": Prior(),
    "only this head of the base": Prior(trust=NEVER),
    "heads weighed anew, no word": Prior(weights=NEVER),
    "no rows of our corpus": Prior(anchors=0.0),
    "our corpus weighs as much": Prior(anchors=1.0),
    "ten times stiffer words": Prior(weights=1.0),
}
FROM_ZERO = "from zero, no base"


def read_set(path: Path, label: Label) -> list[Example]:
    """Return the rows of a set whose label is known."""
    return [
        Example(row["text"].strip(), {label: float(row[label.value])}, path.stem)
        for row in read_gzip_rows(path)
        if row.get(label.value) is not None and row["text"].strip()
    ]


def without_knowledge(base: Any) -> Any:
    """Return the base with its vocabulary and nothing learnt."""
    empty = copy.deepcopy(base)
    heads = empty.named_steps["heads"]
    heads.set_weights(np.zeros_like(heads.coef_), np.zeros_like(heads.intercept_))
    return empty


def average_precision(pipeline: Any, rows: Sequence[Example], label: Label) -> float:
    """Return how well a pipeline ranks the rows."""
    column = list(pipeline.named_steps["heads"].labels).index(label.value)
    y = np.array([row.labels[label] for row in rows])
    return ranking_metrics(log_odds(pipeline, scoring_inputs(rows))[:, column], y)[1]


def measure(
    rows: Sequence[Example],
    label: Label,
    base: Any,
    anchors: Sequence[Example],
    ways: Sequence[str],
) -> Iterator[tuple[str, float, float]]:
    """Yield way, average precision before and after, for each draw and way."""
    for draw in range(DRAWS):
        shuffled = list(rows)
        random.Random(draw).shuffle(shuffled)  # noqa: S311 - a repeatable draw
        taught, rest = shuffled[:LABELS], shuffled[LABELS : LABELS + MOST_MEASURED]
        before = average_precision(base, rest, label)
        for way in ways:
            start = without_knowledge(base) if way == FROM_ZERO else base
            refined = refine(start, taught, anchors, seed=draw, prior=WAYS.get(way, Prior()))
            yield way, before, average_precision(refined.pipeline, rest, label)


def say(text: str) -> None:
    """Print a line of the report."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure every set that is at hand."""
    shared = os.environ.get("MODERATION_SHARED_DIR")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path(shared) / "data" if shared else None, required=not shared
    )
    parser.add_argument("--compare", action="store_true")
    options = parser.parse_args()
    base, corpus = load_pipeline(DEFAULT_BUNDLE), read_corpus()
    anchors = [corpus[index] for index in split_corpus(corpus).train]
    ways = [*WAYS, FROM_ZERO] if options.compare else ["as it is done"]
    gains: dict[tuple[str, Label], dict[str, float]] = {}
    for name, label in SETS.items():
        path = options.data / f"{name}.jsonl.gz"
        if not path.exists():
            say(f"{name}: not at hand")
            continue
        found: dict[str, list[tuple[float, float]]] = {}
        for way, before, after in measure(read_set(path, label), label, base, anchors, ways):
            found.setdefault(way, []).append((before, after))
        for way, pairs in found.items():
            before, after = (statistics.mean(column) for column in zip(*pairs, strict=True))
            gains.setdefault((way, label), {})[name] = after - before
            say(f"{label}  {name:<36}{way:<30}{before:.3f} -> {after:.3f}  {after - before:+.3f}")
    for (way, label), by_set in gains.items():
        worst = min(by_set, key=lambda name: by_set[name])
        mean = statistics.mean(by_set.values())
        least = f"least {by_set[worst]:+.3f} ({worst})"
        say(f"{label}: {way}: mean {mean:+.3f} on {len(by_set)} sets, {least}")


if __name__ == "__main__":
    main()

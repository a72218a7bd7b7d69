"""How many labels "most useful to the model" saves against random order.

``python -m tests.benchmarks.active_learning --data FOLDER``

A pool of comments of a set that the bundled model has not seen is labelled in rounds, as a forum
does that retrains now and then: each strategy chooses by the scores of the newest model, the
bundled model is refined with all labels so far and measured on the rest of the set. Reported:
average precision by number of labels, and how many labels a strategy takes to reach what random
order reaches with all of them, interpolated.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from classifiers.bundle import DEFAULT_BUNDLE, load_pipeline, load_scorer
from classifiers.labels import Label
from classifiers.scorer import Scored, ScoringInput
from training.example import Example, Floats, scoring_inputs
from training.fit import log_odds
from training.refine import refine
from training.sources import read_gzip_rows

SETS = (
    ("restricted", "toxicr", Label.ABUSIVE),
    ("open", "convabuse", Label.ABUSIVE),
)
MOST_POOL, MOST_TEST = 2500, 2500
STEPS = (50, 100, 150, 200, 300, 400)


@dataclass(frozen=True, slots=True)
class Pool:
    """Comments that may be labelled.

    Attributes
    ----------
    kinds : list of str
        What the bundled model leans on most in each; comments of one kind teach the same.
    """

    rows: list[Example]
    label: Label
    kinds: list[str]


Worth = Callable[[float], float]


def unsure(score: float) -> float:
    """Greatest at one half: 4 p (1 - p)."""
    return 4 * score * (1 - score)


def likely(score: float) -> float:
    """The riskiest first: where a label is rare, its positives teach most."""
    return score


def leaning(score: float) -> float:
    """Greatest at two thirds: unsure, and rather yes than no."""
    return float(score * score * (1 - score) / 0.148)


@dataclass(frozen=True, slots=True)
class Strategy:
    """How the next comments are chosen.

    Attributes
    ----------
    worth : Callable or None
        Of the score that the newest model gives; None chooses by chance.
    is_diverse : bool
        Whether each further comment of a kind is worth less.
    share : float
        Share of the labels that are chosen so; the rest is chosen by chance.
    """

    worth: Worth | None
    is_diverse: bool = False
    share: float = 1.0

    def choose(
        self, pool: Pool, scores: Floats, taken: list[int], number: int, rng: random.Random
    ) -> list[int]:
        """Return the next ``number`` comments."""
        left = sorted(set(range(len(pool.rows))) - set(taken))
        rng.shuffle(left)
        if self.worth is None:
            return left[:number]
        seen = Counter(pool.kinds[one] for one in taken)
        value = {}
        for one in left:
            value[one] = self.worth(float(scores[one]))
            if self.is_diverse and pool.kinds[one]:
                value[one] /= (1 + seen[pool.kinds[one]]) ** 0.5
                seen[pool.kinds[one]] += 1
        best = sorted(left, key=lambda one: -value[one])[: round(self.share * number)]
        rest = [one for one in left if one not in set(best)]
        return best + rest[: number - len(best)]


STRATEGIES: dict[str, Strategy] = {
    "random": Strategy(None),
    "unsure": Strategy(unsure),
    "unsure, diverse": Strategy(unsure, is_diverse=True),
    "leaning, diverse": Strategy(leaning, is_diverse=True),
    "likely": Strategy(likely),
    "half unsure, diverse": Strategy(unsure, is_diverse=True, share=0.5),
}


def kind_of(scored: Scored, text: str, label: Label) -> str:
    spans = [span for span in scored.spans if span.label is label]
    if not spans:
        return ""
    most = max(spans, key=lambda span: span.weight)
    return text[most.start : most.end].casefold()


def measured(
    base: Any, pool: Pool, strategy: Strategy, test: list[Example], seed: int
) -> list[float]:
    """Return the average precision after each number of labels; the model is refined each time."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    heads = [Label(name) for name in base.named_steps["heads"].labels]
    column = heads.index(pool.label)
    y = np.array([row.labels[pool.label] for row in test])
    model, taken, found = base, list[int](), []
    for step in STEPS:
        odds = log_odds(model, scoring_inputs(pool.rows))[:, column]
        scores = 1 / (1 + np.exp(-np.clip(odds, -700, 700)))
        taken += strategy.choose(pool, scores, taken, step - len(taken), rng)
        model = refine(base, [pool.rows[one] for one in taken], (), seed=seed).pipeline
        answers = log_odds(model, scoring_inputs(test))[:, column]
        found.append(float(average_precision_score(y, answers)))
    return found


def labels_needed(curve: Floats, goal: float) -> float:
    """Return how many labels reach a goal, interpolated; infinite when none do."""
    for place, (step, value) in enumerate(zip(STEPS, curve, strict=True)):
        if value >= goal:
            if place == 0:
                return float(step)
            before, low = STEPS[place - 1], curve[place - 1]
            return float(before + (step - before) * (goal - low) / (value - low))
    return float("inf")


def read(path: Path, label: Label, seed: int) -> tuple[list[Example], list[Example]]:
    rows = [row for row in read_gzip_rows(path) if row["text"].strip() and label.value in row]
    random.Random(seed).shuffle(rows)  # noqa: S311 - a simulation
    examples = [Example(r["text"].strip(), {label: float(r[label.value])}, path.stem) for r in rows]
    middle = min(MOST_POOL, len(examples) // 2)
    return examples[:middle], examples[middle : middle + MOST_TEST]


def report(name: str, curves: dict[str, list[list[float]]]) -> None:
    means = {strategy: np.mean(runs, axis=0) for strategy, runs in curves.items()}
    goal = float(means["random"][-1])
    print(f"\n{name}: average precision after so many labels")  # noqa: T201 - a report
    print(f"{'':<26}" + "".join(f"{step:>7}" for step in STEPS) + "   needs")  # noqa: T201
    for strategy, mean in means.items():
        needs = labels_needed(mean, goal)
        figures = "".join(f"{value:7.3f}" for value in mean)
        print(f"{strategy:<26}{figures}   {needs:.0f} ({needs / STEPS[-1]:.2f})")  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--strategies", nargs="*", default=list(STRATEGIES))
    options = parser.parse_args()
    begin = time.process_time()
    base, scorer = load_pipeline(DEFAULT_BUNDLE), load_scorer(DEFAULT_BUNDLE)
    for folder, name, label in SETS:
        path = options.data / folder / f"{name}.jsonl.gz"
        if not path.exists():
            continue
        curves: dict[str, list[list[float]]] = {one: [] for one in options.strategies}
        for seed in range(options.seeds):
            rows, test = read(path, label, seed)
            kinds = [
                kind_of(scorer.score(ScoringInput(row.text), with_spans=True), row.text, label)
                for row in rows
            ]
            pool = Pool(rows, label, kinds)
            for name_of in options.strategies:
                curves[name_of].append(measured(base, pool, STRATEGIES[name_of], test, seed))
        report(name, curves)
    print(f"\n{time.process_time() - begin:.0f} s of CPU")  # noqa: T201


if __name__ == "__main__":
    main()

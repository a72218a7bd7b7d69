"""What the checks say of labels that one moderator has turned round in one subject.

``python -m tests.benchmarks.poisoning --data FOLDER``

Rows of a public set that the bundled model has not seen are dealt to five moderators; all rows that
hold one frequent word, the subject, go to the same one, who turns round none, a tenth, half or all
of them. Printed: what the consistency gate says, how many of the turned labels stand in the list of
suspicious ones, and the harm: average precision on rows of the subject that nobody has touched.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from classifiers.bundle import DEFAULT_BUNDLE, load_pipeline, load_scorer
from classifiers.labels import Label
from classifiers.scorer import Scorer
from classifiers.text import tokenize
from training.dataset import read_corpus
from training.example import Example, scoring_inputs
from training.gates.consistency import consistent_labels
from training.gates.decisions import Learnt, in_label_order
from training.noise import contradicted
from training.refine import refine
from training.sources import read_gzip_rows

SETS = (
    ("restricted", "unhealthy_conversations", Label.ABUSIVE),
    ("restricted", "olid", Label.ABUSIVE),
    ("open", "convabuse", Label.ABUSIVE),
    ("restricted", "usvsthem_reddit", Label.PARTISAN),
)
SHARES = (0.0, 0.1, 0.5, 1.0)
MOST_ROWS = 4000
MODERATORS = ("ann", "ben", "cem", "dia")
SUSPECT = "eve"
TEST_SHARE = 0.25
SUBJECT_ROWS = (150, 600)
"""Fewest and most rows that the subject may have."""


def subject_of(texts: list[str]) -> str:
    """Return the longest of the words that occur in as many rows as a subject should."""
    counts = Counter(word for text in texts for word in _words(text))
    fit = [word for word, n in counts.items() if SUBJECT_ROWS[0] <= n <= SUBJECT_ROWS[1]]
    return max(fit, key=lambda word: (len(word), word))


def _words(text: str) -> set[str]:
    return {word.casefold() for word in tokenize(text) if word.isalpha()}


def measure(path: Path, label: Label, models: tuple[Any, Scorer], seed: int) -> None:
    """Print a line for each share of turned labels."""
    base, current = models
    raw = [row for row in read_gzip_rows(path) if row["text"].strip() and label.value in row]
    rng = random.Random(seed)  # noqa: S311 - a simulation
    rng.shuffle(raw)
    raw = raw[:MOST_ROWS]
    subject = subject_of([row["text"] for row in raw])
    inside = [subject in _words(row["text"]) for row in raw]
    order = rng.sample(range(len(raw)), len(raw))
    learn = order[int(len(raw) * TEST_SHARE) :]
    untouched = [n for n in order[: int(len(raw) * TEST_SHARE)] if inside[n]]
    turn = {n: rng.random() for n in learn if inside[n]}
    for share in SHARES:
        turned = {n for n, chance in turn.items() if chance < share}
        rows = [
            Example(
                raw[n]["text"],
                {label: float(bool(raw[n][label.value]) ^ (n in turned))},
                path.stem,
                judge=SUSPECT if inside[n] else MODERATORS[n % len(MODERATORS)],
                key=f"set:{n}",
            )
            for n in learn
        ]
        refined = refine(base, rows, read_corpus(), seed=seed)
        heads = [Label(name) for name in base.named_steps["heads"].labels]
        learnt = Learnt(rows, in_label_order(refined.held_out, heads), refined.refined)
        gates = [
            gate
            for gate in consistent_labels(learnt, learnt.against(current))
            if gate.name.endswith(label.value)
        ]
        found = {
            learn[one.row]
            for one in contradicted(rows, learnt.probabilities, tuple(Label), (label,))
        }
        truth = np.array([bool(raw[n][label.value]) for n in untouched])
        texts = [Example(raw[n]["text"], {}, path.stem) for n in untouched]
        column = heads.index(label)
        scores = refined.pipeline.decision_function(scoring_inputs(texts))[:, column]
        said = "; ".join(
            (
                "passes"
                if gate.passed and not gate.is_undecided
                else "undecided"
                if gate.passed
                else "FAILS"
            )
            + f": {gate.detail}"
            for gate in gates
        )
        listed = f"{len(found & turned)} of {len(turned)} listed" if turned else "nothing turned"
        print(  # noqa: T201 - a report
            f"{path.name.split('.')[0]}, “{subject}” ({sum(inside)} rows), {share:.0%} turned: "
            f"{listed}; average precision on the subject's untouched rows "
            f"{average_precision_score(truth, scores):.3f}\n    gate {said}",
            flush=True,
        )


def main() -> None:
    """Measure each set that is at hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    base, current = load_pipeline(DEFAULT_BUNDLE), load_scorer(DEFAULT_BUNDLE)
    for folder, name, label in SETS:
        path = options.data / folder / f"{name}.jsonl.gz"
        if path.exists():
            measure(path, label, (base, current), options.seed)


if __name__ == "__main__":
    main()

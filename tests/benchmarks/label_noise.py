"""How many flipped labels the list of suspicious ones finds.

``python -m tests.benchmarks.label_noise --data FOLDER``

One label in twenty of a public set is turned round; the bundled model has not seen these sets.
Every label that was not turned round counts as right, although the sets hold mistakes of their own.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from classifiers.bundle import DEFAULT_BUNDLE, load_pipeline
from classifiers.labels import Label
from training.example import Example
from training.noise import suspicious
from training.sources import read_gzip_rows

SETS = (
    ("restricted", "olid", Label.ABUSIVE),
    ("restricted", "unhealthy_conversations", Label.ABUSIVE),
    ("open", "convabuse", Label.ABUSIVE),
    ("restricted", "usvsthem_reddit", Label.PARTISAN),
)
SHARE = 0.05
MOST_ROWS = 4000


def measure(path: Path, label: Label, base: object, seed: int) -> str:
    """Return one line of figures."""
    rows = [row for row in read_gzip_rows(path) if row["text"].strip() and label.value in row]
    rng = random.Random(seed)  # noqa: S311 - a simulation
    rng.shuffle(rows)
    rows = rows[:MOST_ROWS]
    flipped = {number for number in range(len(rows)) if rng.random() < SHARE}
    examples = [
        Example(row["text"], {label: float(row[label.value] ^ (n in flipped))}, path.stem)
        for n, row in enumerate(rows)
    ]
    found = [one.row for one in suspicious(examples, base, seed=seed, labels=(label,))]
    hits = sum(row in flipped for row in found)
    best = sum(row in flipped for row in found[: len(flipped) // 2])
    return (
        f"{path.name.split('.')[0]:<26} {len(rows):>5} rows {len(flipped):>4} flipped "
        f"{len(found):>4} listed  precision {hits / max(1, len(found)):.2f}  "
        f"recall {hits / len(flipped):.2f}  of the surest {len(flipped) // 2}: "
        f"{best / (len(flipped) // 2):.2f}"
    )


def main() -> None:
    """Measure each set that is at hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    base = load_pipeline(DEFAULT_BUNDLE)
    for folder, name, label in SETS:
        path = options.data / folder / f"{name}.jsonl.gz"
        if path.exists():
            print(measure(path, label, base, options.seed))  # noqa: T201 - a report


if __name__ == "__main__":
    main()

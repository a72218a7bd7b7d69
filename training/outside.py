"""Sets that never train: how the model does away from home. They only measure.

Their rows are not shipped, so a build without them leaves the table empty and says so.
"""

from __future__ import annotations

from pathlib import Path

from classifiers.labels import Label
from training.example import Example
from training.sources import read_gzip_rows

_SETS: tuple[tuple[str, str, tuple[tuple[Label, str], ...]], ...] = (
    ("restricted", "unhealthy_conversations", ((Label.ABUSIVE, "abusive"),)),
    ("restricted", "sfu_ctc", ((Label.ABUSIVE, "abusive"),)),
    ("restricted", "olid", ((Label.ABUSIVE, "abusive"),)),
    ("restricted", "toxicr", ((Label.ABUSIVE, "abusive"),)),
    ("restricted", "swad", ((Label.ABUSIVE, "abusive"),)),
    ("open", "convabuse", ((Label.ABUSIVE, "abusive"),)),
    ("open", "davidson2017", ((Label.ABUSIVE, "abusive"),)),
    ("open", "hatecheck", ((Label.ABUSIVE, "abusive"), (Label.IDENTITY_ATTACK, "abusive"))),
    ("open", "identity_madlibs", ((Label.ABUSIVE, "abusive"),)),
    ("restricted", "usvsthem_reddit", ((Label.PARTISAN, "partisan"),)),
    ("restricted", "babe_news", ((Label.PARTISAN, "partisan"),)),
    ("restricted", "bbc_paragraphs", ((Label.PARTISAN, "partisan"),)),
)
MAX_ROWS = 15_000
"""Of a larger set every n-th row is taken."""


def read_outside(data_dir: Path) -> dict[str, list[Example]]:
    """Return the rows of the sets that are at hand, by name of the set."""
    found: dict[str, list[Example]] = {}
    for folder, name, columns in _SETS:
        path = data_dir / folder / f"{name}.jsonl.gz"
        if not path.exists():
            continue
        rows = []
        for row in read_gzip_rows(path):
            labels = {label: float(row[key]) for label, key in columns if key in row}
            if labels and row["text"].strip():
                rows.append(Example(row["text"].strip(), labels, name))
        found[name] = rows[:: max(1, -(-len(rows) // MAX_ROWS))]
    return found

"""Whether the highlighted characters are those that annotators marked as toxic.

References
----------
Pavlopoulos, Sorensen, Laugier and Androutsopoulos, "SemEval-2021 Task 5: Toxic Spans Detection",
section 4.1: F1 over character offsets for each comment, averaged over comments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.labels import KIND_LABELS, Label
from classifiers.scorer import Scorer, ScoringInput
from training.example import Example
from training.held_out import Part, part_of
from training.sources import read_gzip_rows
from training.wordlists import profane_ranges


@dataclass(frozen=True, slots=True)
class MarkedComment:
    """A comment with the characters that annotators marked as toxic.

    Attributes
    ----------
    text : str
    marked : frozenset[int]
        Offsets of the marked characters.
    never_trained : bool
        Whether its text is in the held-out part of the set that trains: there, its label (not
        the marks) is known to the model otherwise.
    """

    text: str
    marked: frozenset[int]
    never_trained: bool


def read_marked(data_dir: Path) -> list[MarkedComment]:
    """Return the test part of the toxic-spans set, or none if it is not at hand."""
    path = data_dir / "open" / "civil_toxic_spans_semeval.jsonl.gz"
    if not path.exists():
        return []
    return [
        MarkedComment(row["text"], frozenset(row["spans"]), _never_trained(row["text"]))
        for row in read_gzip_rows(path)
        if row.get("split") == "test"
    ]


def _never_trained(text: str) -> bool:
    row = Example(text, {}, "civil_toxic_spans", group=f"civil_toxic_spans:{text.strip()[:80]}")
    return part_of(row) is Part.TEST


def character_f1(found: frozenset[int], marked: frozenset[int]) -> float:
    """Return the F1 of two sets of character offsets; 1 if both are empty, 0 if one is."""
    if not found or not marked:
        return float(not found and not marked)
    return 2 * len(found & marked) / (len(found) + len(marked))


def mean_f1(
    comments: Sequence[MarkedComment], found: Sequence[frozenset[int]]
) -> dict[str, float] | None:
    """Return the mean of the comments' F1 with its 95% interval, or None of nothing."""
    if not comments:
        return None
    values = np.array([character_f1(f, one.marked) for f, one in zip(found, comments, strict=True)])
    margin = 1.96 * float(values.std()) / float(np.sqrt(len(values)))
    mean = float(values.mean())
    return {
        "value": round(mean, 4),
        "low": round(mean - margin, 4),
        "high": round(mean + margin, 4),
    }


def measure_explanations(scorer: Scorer, data_dir: Path | None) -> dict[str, Any] | None:
    """Return `explanations` on the marked comments, also on those that never trained."""
    comments = read_marked(data_dir) if data_dir else []
    if not comments:
        return None
    unseen = [one for one in comments if one.never_trained]
    return {
        "set": "civil_toxic_spans_semeval, test part",
        "all": explanations(scorer, comments),
        "never_trained": explanations(scorer, unseen),
    }


def explanations(scorer: Scorer, comments: Sequence[MarkedComment]) -> dict[str, Any]:
    """Return the mean F1 of the model's spans, of a word list, and of marking everything.

    Parameters
    ----------
    scorer : Scorer
    comments : sequence of MarkedComment
    """
    scored = scorer.score_many([ScoringInput(one.text) for one in comments], with_spans=True)

    def spans_of(labels: Iterable[Label]) -> list[frozenset[int]]:
        wanted = set(labels)
        return [
            _characters((span.start, span.end) for span in answer.spans if span.label in wanted)
            for answer in scored
        ]

    finders: dict[str, Callable[[], list[frozenset[int]]]] = {
        "spans of abusive": lambda: spans_of((Label.ABUSIVE,)),
        "spans of abusive and its kinds": lambda: spans_of((Label.ABUSIVE, *KIND_LABELS)),
        "word list": lambda: [_characters(profane_ranges(one.text)) for one in comments],
        "every character": lambda: [frozenset(range(len(one.text))) for one in comments],
    }
    return {
        "comments": len(comments),
        "f1": {name: mean_f1(comments, find()) for name, find in finders.items()},
    }


def _characters(ranges: Iterable[tuple[int, int]]) -> frozenset[int]:
    return frozenset(index for start, end in ranges for index in range(start, end))

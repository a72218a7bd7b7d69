"""What is measured: the bundle, and what a forum would use without it, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from classifiers.labels import Label
from classifiers.scorer import Scorer
from training.evaluate import score_rows
from training.example import Example, Floats
from training.fit import fit_plain_baseline
from training.held_out import Part, part_of
from training.sources import SOURCES, read_gzip_rows, read_source

MODEL = "this model"
PLAIN = "plain TF-IDF"
ALT_PROFANITY_CHECK = "alt-profanity-check"
BETTER_PROFANITY = "better-profanity"

PLAIN_SETS = ("civil_toxic_spans", "jigsaw_wikipedia_balanced", "wiki_context", "goemotions")
"""What the plain baseline learns from; emotional everyday comments (the last) count as benign."""
SLOW_ROWS = 200
"""Rows of a set for a word list that takes 40 ms a comment."""


@dataclass(frozen=True, slots=True)
class System:
    """Something that gives a text a score.

    Attributes
    ----------
    name : str
        As the tables call it.
    score : callable
        From rows to scores of shape (n_rows, n_labels) in the order of `Label`; NaN for a label
        that it has no score for.
    thresholds : Mapping[Label, float]
        Where it flags.
    max_rows : int or None
        Measured on no more rows of a set than these, if it is slow.
    """

    name: str
    score: Callable[[Sequence[Example]], Floats]
    thresholds: Mapping[Label, float]
    max_rows: int | None = None


def measured_model(scorer: Scorer, name: str = MODEL) -> System:
    """Return a loaded bundle as a system."""
    return System(
        name,
        lambda rows: score_rows(scorer, rows, tuple(Label)),
        {label: threshold.value for label, threshold in scorer.thresholds.items()},
    )


def installed_baselines() -> list[System]:
    """Return the word lists and models of others that are installed (extra ``benchmark``)."""
    found = []
    if find_spec("profanity_check") is not None:
        found.append(_alt_profanity_check())
    if find_spec("better_profanity") is not None:
        found.append(_better_profanity())
    return found


def _alt_profanity_check() -> System:
    # A linear model of profanity and toxicity, successor of profanity-check.
    from profanity_check import predict_prob  # noqa: PLC0415 (optional)

    return _profanity_system(
        ALT_PROFANITY_CHECK,
        lambda texts: np.asarray(predict_prob(list(texts)), dtype=np.float64),
    )


def _better_profanity() -> System:
    # A word list with spelling variants; it answers yes or no.
    from better_profanity import profanity  # noqa: PLC0415 (optional)

    profanity.load_censor_words()
    return _profanity_system(
        BETTER_PROFANITY,
        lambda texts: np.array([float(profanity.contains_profanity(text)) for text in texts]),
        max_rows=SLOW_ROWS,
    )


def _profanity_system(
    name: str, score: Callable[[Sequence[str]], Floats], max_rows: int | None = None
) -> System:
    columns = (Label.ABUSIVE, Label.PROFANITY)
    return _texts_only(name, score, columns, max_rows)


def plain_baseline(data_dir: Path) -> System | None:
    """Train the plain baseline: TF-IDF of words and word pairs, logistic regression.

    It learns ``abusive`` from the training part of the general sets, and nothing else: what
    anybody has after an afternoon. None if the sets are not at hand.
    """
    texts: list[str] = []
    answers: list[int] = []
    for source in SOURCES:
        if source.name not in PLAIN_SETS:
            continue
        path = source.path(data_dir)
        if not path.exists():
            return None
        trains = {row.text for row in read_source(source, data_dir) if part_of(row) is Part.TRAIN}
        for row in read_gzip_rows(path):
            if row["text"].strip() in trains:
                texts.append(row["text"])
                answers.append(int(row.get("abusive", 0)))
    fitted = fit_plain_baseline(texts, answers)
    return _texts_only(
        PLAIN,
        lambda found: np.asarray(fitted.predict_proba(list(found))[:, 1], dtype=np.float64),
        (Label.ABUSIVE,),
    )


def _texts_only(
    name: str,
    score: Callable[[Sequence[str]], Floats],
    labels: Sequence[Label],
    max_rows: int | None = None,
) -> System:
    columns = [list(Label).index(label) for label in labels]

    def scores(rows: Sequence[Example]) -> Floats:
        filled = np.full((len(rows), len(Label)), np.nan)
        filled[:, columns] = score([row.text for row in rows])[:, None]
        return filled

    return System(name, scores, dict.fromkeys(labels, 0.5), max_rows)

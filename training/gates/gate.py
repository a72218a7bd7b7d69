"""What a gate is: one check's result, and two models' scores of the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.labels import Label
from classifiers.scorer import Scorer
from training.evaluate import score_rows
from training.example import Example, Floats, label_matrix

MIN_EACH = 5
"""Rows of each class below which two models cannot be told apart."""
MAX_EXAMPLES = 5
_MAX_EXAMPLE_CHARS = 120


@dataclass(frozen=True, slots=True)
class GateExample:
    """A row that shows why a gate failed: of our corpus or of the forum's own decisions.

    Attributes
    ----------
    key : str
        File and line of our corpus, or forum and comment id of an export.
    text : str
        Its first 120 characters.
    candidate, current : float
        Both models' scores of the label that the gate is about.
    """

    key: str
    text: str
    candidate: float
    current: float


@dataclass(frozen=True, slots=True)
class Gate:
    """The result of one check.

    Attributes
    ----------
    name : str
        For example ``not_worse_on_decisions:abusive``.
    passed : bool
    detail : str
        One sentence with the figures.
    figures : Mapping[str, float]
        The same figures for programs.
    examples : tuple[GateExample, ...]
        Up to `MAX_EXAMPLES` rows that show what went wrong; empty if it passed.
    is_undecided : bool
        The figures are too few to tell. It is then for a person to say whether the candidate may
        decide: if ``passed`` is false as well, it is not promoted by itself.
    """

    name: str
    passed: bool
    detail: str
    figures: Mapping[str, float]
    examples: tuple[GateExample, ...] = ()
    is_undecided: bool = False

    @property
    def state(self) -> str:
        """``passed``, ``undecided`` or ``failed``."""
        return "undecided" if self.is_undecided else "passed" if self.passed else "failed"

    def to_record(self) -> dict[str, Any]:
        """Return the JSON-ready result."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two models' probabilities of the same rows, shape (n_rows, n_labels), and the answers."""

    rows: Sequence[Example]
    candidate: Floats
    current: Floats
    answers: Floats

    def known(self, label: Label) -> npt.NDArray[np.intp]:
        """Return the numbers of the rows whose label is known and scored by both models."""
        index = list(Label).index(label)
        known = ~np.isnan(self.answers[:, index])
        for scores in (self.candidate, self.current):
            known &= ~np.isnan(scores[:, index])
        return np.flatnonzero(known)

    def column(self, label: Label) -> tuple[Floats, Floats, Floats]:
        """Return candidate, current and answers of one label where it is known."""
        index = list(Label).index(label)
        known = self.known(label)
        y = (self.answers[known, index] >= 0.5).astype(np.float64)  # noqa: PLR2004
        return self.candidate[known, index], self.current[known, index], y

    def examples(self, label: Label, indices: Sequence[int]) -> tuple[GateExample, ...]:
        """Return the first rows of those named, with both scores."""
        column = list(Label).index(label)
        return tuple(
            GateExample(
                self.rows[index].key,
                shortened(self.rows[index].text),
                round(float(self.candidate[index, column]), 3),
                round(float(self.current[index, column]), 3),
            )
            for index in indices[:MAX_EXAMPLES]
        )


def compare(candidate: Scorer, current: Scorer, rows: Sequence[Example]) -> Sides:
    """Score rows with both models."""
    labels = tuple(Label)
    return Sides(
        rows,
        score_rows(candidate, rows, labels),
        score_rows(current, rows, labels),
        label_matrix(rows, labels),
    )


def shortened(text: str) -> str:
    """Return a text on one line of at most 120 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _MAX_EXAMPLE_CHARS else line[: _MAX_EXAMPLE_CHARS - 1] + "…"

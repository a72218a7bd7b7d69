"""Scores as figures and bars."""

from __future__ import annotations

from dataclasses import dataclass

from classifiers.labels import DECIDING_LABELS, KIND_LABELS, Label
from moderation.domain.verdict import LabelScore
from moderation.web.desk import wording
from moderation.web.desk.locales import number
from moderation.web.desk.titles import label_title


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """One label's score as figure and bar; widths in hundredths."""

    label: Label
    figure: str
    rule: str
    width: int
    tick: int
    flags: bool


def bars_of(scores: tuple[LabelScore, ...]) -> tuple[ScoreBar, ...]:
    """Return the deciding labels' bars, the highest score first."""
    deciding = sorted(
        (row for row in scores if row.label in DECIDING_LABELS), key=lambda row: -row.score
    )
    return tuple(
        ScoreBar(
            label=row.label,
            figure=wording.figures(row)[0],
            rule=wording.beside_threshold(row),
            width=round(100 * row.score),
            tick=round(100 * row.threshold),
            flags=row.score >= row.threshold,
        )
        for row in deciding
    )


def kinds_of(scores: tuple[LabelScore, ...]) -> tuple[str, ...]:
    """Return the kinds of abuse with their scores, in words."""
    return tuple(
        f"{label_title(row.label)} {number(row.score, 2)}"
        for row in scores
        if row.label in KIND_LABELS
    )

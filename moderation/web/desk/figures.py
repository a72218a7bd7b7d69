"""Estimates as words and as pictures: a dot with its interval for each row."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moderation.domain.estimates import Figure
from moderation.web.desk import locales
from moderation.web.desk.messages import gettext as _

LEFT, RIGHT, TOP, ROW = 112, 340, 14, 26
"""Where a picture's scale begins and ends, and how high a row is, in its own units."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of a picture: name, interval and dot; ``dot`` is None when nothing is known."""

    name: str
    y: int
    low: float
    high: float
    dot: float | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A value of the scale."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Several figures on one scale.

    Attributes
    ----------
    spoken : str
        The same in words, for those who do not see it.
    """

    height: int
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    spoken: str


def share(figure: Figure) -> str:
    """Return a share, for example ``92%``."""
    return _("not known") if figure.value is None else _percent(figure.value)


def count(figure: Figure) -> str:
    """Return a count a day."""
    return _("not known") if figure.value is None else _number(figure.value)


def share_interval(figure: Figure) -> str:
    """Return a share's interval, for example ``88% to 96%``."""
    return between(_percent(figure.low), _percent(figure.high))


def count_interval(figure: Figure) -> str:
    """Return a count's interval."""
    return between(_number(figure.low), _number(figure.high))


def between(low: str, high: str) -> str:
    """Return an interval in words."""
    return _("%(low)s to %(high)s", low=low, high=high)


def exact_share(share: float) -> str:
    """Return a share that somebody set, with as many digits as it has, at most two."""
    text = f"{round(100 * share, 2):g}"
    return locales.percent(share, len(text.partition(".")[2]))


def of_hundred(figure: Figure) -> str:
    """Return a share as people count: ``92 of 100``, or of 10,000 where it is rare."""
    value = figure.value or 0.0
    for whole in (100, 1000, 10_000):
        if not value or value * whole >= 1 or whole == 10_000:  # noqa: PLR2004
            part = locales.number(round(value * whole))
            return _("%(part)s of %(all)s", part=part, all=locales.number(whole))
    return ""


def shares_picture(rows: Sequence[tuple[str, Figure]], *, is_rare: bool = False) -> Picture:
    """Draw shares; the scale ends at 100%, or above the highest interval where they are rare."""
    top = _round_up(max((figure.high for _, figure in rows), default=1.0)) if is_rare else 1.0
    return _picture(rows, min(1.0, top), _percent)


def counts_picture(rows: Sequence[tuple[str, Figure]]) -> Picture:
    """Draw counts from 0 on."""
    top = _round_up(max((figure.high for _, figure in rows), default=1.0))
    return _picture(rows, top, _number)


def _picture(
    rows: Sequence[tuple[str, Figure]], top: float, words: Callable[[float], str]
) -> Picture:
    marks = tuple(
        Mark(
            name,
            TOP + ROW * place,
            _x(figure.low, top),
            _x(figure.high, top),
            _x(figure.value, top) if figure.value is not None else None,
        )
        for place, (name, figure) in enumerate(rows)
    )
    ticks = tuple(Tick(_x(part * top, top), words(part * top)) for part in (0, 0.5, 1))
    spoken = "; ".join(
        f"{name}: {_('not known') if figure.value is None else words(figure.value)}, "
        f"{between(words(figure.low), words(figure.high))}"
        for name, figure in rows
    )
    return Picture(TOP + ROW * len(rows) + 14, marks, ticks, spoken)


def _x(value: float, top: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * min(1.0, value / top), 1)


def _round_up(value: float) -> float:
    if value <= 0:
        return 1.0
    step = 10.0 ** math.floor(math.log10(value))
    return next(step * n for n in (1, 2, 5, 10) if step * n >= value)


def _percent(value: float) -> str:
    if value in {0.0, 1.0} or 0.1 <= value <= 0.9:  # noqa: PLR2004
        return locales.percent(value)
    return locales.percent(value, 2 if value < 0.001 else 1)  # noqa: PLR2004


def _number(value: float) -> str:
    return locales.number(value, 0 if value >= 10 or value == 0 else 1)  # noqa: PLR2004

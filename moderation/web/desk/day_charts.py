"""Figures by day as columns, with the moments at which another model began to decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation.services.work_figures import Day, WorkFigures
from moderation.web.desk import ages

WIDTH, HEIGHT, LEFT, TOP = 352, 124, 44, 14
RIGHT, BOTTOM = WIDTH - 4, HEIGHT - 20


@dataclass(frozen=True, slots=True)
class Column:
    """One day; places in the picture's own units."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class DayChart:
    """One figure over the days.

    Attributes
    ----------
    sentence : str
        What it means.
    models : tuple[tuple[float, str], ...]
        Where a model begins, and its version.
    rows : tuple[tuple[str, str], ...]
        Day and value in words, newest first: the table behind the picture.
    """

    key: str
    title: str
    big: str
    sentence: str
    spoken: str
    top: str
    columns: tuple[Column, ...]
    models: tuple[tuple[float, str], ...]
    rows: tuple[tuple[str, str], ...]


def charts_of(found: WorkFigures) -> tuple[DayChart, ...]:
    """Return the charts of a forum's work."""
    days = found.days
    received, flagged = sum(day.received for day in days), sum(day.flagged for day in days)
    rate = f"{flagged / received:.1%}" if received else "not known"
    waiting = f"{days[-1].backlog:,}"
    span = f"in the last {len(days)} days"
    return (
        _chart(found, "received", "Comments", lambda day: day.received, _count, f"{received:,}",
               f"{received:,} comments arrived {span}."),
        _chart(found, "flag_rate", "Flag rate", lambda day: day.flag_rate, _share, rate,
               f"{flagged:,} of {received:,} comments were queued {span}, the audit sample aside."),
        _chart(found, "backlog", "Backlog", lambda day: day.backlog, _count, waiting,
               f"{waiting} items wait now; {days[0].backlog:,} waited at first."),
        _chart(found, "median_s", "Time to decision, median", lambda day: day.median_s, time_of,
               time_of(found.median_s), f"Half of what was decided {span} had waited less than "
               f"{time_of(found.median_s)}."),
        _chart(found, "p95_s", "Time to decision, 95th percentile", lambda day: day.p95_s, time_of,
               time_of(found.p95_s), f"Of 20 decisions {span}, 19 came within "
               f"{time_of(found.p95_s)}."),
    )  # fmt: skip


def time_of(seconds: float | None) -> str:
    """Return a length of time as moderators read it."""
    if seconds is None:
        return "not known"
    start = datetime(2000, 1, 1)  # noqa: DTZ001 - any moment
    return ages.age(start, start + timedelta(seconds=seconds))


def _chart(  # noqa: PLR0913, PLR0917 - what differs from chart to chart
    found: WorkFigures,
    key: str,
    title: str,
    value: Callable[[Day], float | None],
    words: Callable[[float | None], str],
    big: str,
    sentence: str,
) -> DayChart:
    values = [value(day) for day in found.days]
    most = max((one for one in values if one is not None), default=0) or 1.0
    step = (RIGHT - LEFT) / len(values)
    columns = tuple(
        Column(
            round(LEFT + step * place + 1, 1),
            round(BOTTOM - (BOTTOM - TOP) * one / most, 1),
            round(step - 2, 1),
            round((BOTTOM - TOP) * one / most, 1),
        )
        for place, one in enumerate(values)
        if one
    )
    rows = tuple(
        (f"{day.start:%Y-%m-%d}", words(one))
        for day, one in reversed(list(zip(found.days, values, strict=True)))
    )
    known = [one for one in values if one is not None]
    spoken = f"{title}: {words(min(known))} to {words(max(known))} a day" if known else title
    return DayChart(
        key, title, big, sentence, spoken, words(most), columns, _models(found, step), rows
    )


def _models(found: WorkFigures, step: float) -> tuple[tuple[float, str], ...]:
    first = found.days[0].start
    return tuple(
        (round(LEFT + step * max(0, (at - first).days), 1), version) for version, at in found.models
    )


def _count(value: float | None) -> str:
    return "not known" if value is None else f"{value:,.0f}"


def _share(value: float | None) -> str:
    return "not known" if value is None else f"{value:.1%}"

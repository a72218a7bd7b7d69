"""Figures by day as columns, with the moments at which another model began to decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation.services.work_figures import Day, WorkFigures
from moderation.web.desk import ages
from moderation.web.desk.locales import number, percent
from moderation.web.desk.messages import gettext as _

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
    rate = _share(flagged / received if received else None)
    waiting, arrived, number_of_days = number(days[-1].backlog), number(received), len(days)
    nothing_decided = _("Nothing was decided in the last %(days)s days.", days=number_of_days)
    return (
        _chart(found, "received", _("Comments"), lambda day: day.received, _count, arrived,
               _("%(count)s comments arrived in the last %(days)s days.",
                 count=arrived, days=number_of_days)),
        _chart(found, "flag_rate", _("Flag rate"), lambda day: day.flag_rate, _share, rate,
               _("%(flagged)s of %(received)s comments were queued in the last %(days)s days, the "
                 "audit sample aside.",
                 flagged=number(flagged), received=arrived, days=number_of_days)),
        _chart(found, "backlog", _("Backlog"), lambda day: day.backlog, _count, waiting,
               _("%(count)s items wait now; %(before)s waited at first.",
                 count=waiting, before=number(days[0].backlog))),
        _chart(found, "in_time", _("Decided in time"), lambda day: day.in_time, _share,
               _share(found.in_time),
               _("%(share)s of the decisions of the last %(days)s days kept the time target.",
                 share=_share(found.in_time), days=number_of_days)
               if found.in_time is not None
               else _("Nothing with a time target was decided in the last %(days)s days.",
                      days=number_of_days)),
        _chart(found, "median_s", _("Time to decision, median"), lambda day: day.median_s, time_of,
               time_of(found.median_s),
               _("Half of what was decided in the last %(days)s days had waited less than "
                 "%(time)s.", days=number_of_days, time=time_of(found.median_s))
               if found.median_s is not None else nothing_decided),
        _chart(found, "p95_s", _("Time to decision, 95th percentile"), lambda day: day.p95_s,
               time_of, time_of(found.p95_s),
               _("Of 20 decisions in the last %(days)s days, 19 came within %(time)s.",
                 days=number_of_days, time=time_of(found.p95_s))
               if found.p95_s is not None else nothing_decided),
    )  # fmt: skip


def time_of(seconds: float | None) -> str:
    """Return a length of time as moderators read it."""
    if seconds is None:
        return _("not known")
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
    spoken = (
        _(
            "%(title)s: %(low)s to %(high)s a day",
            title=title,
            low=words(min(known)),
            high=words(max(known)),
        )
        if known
        else title
    )
    return DayChart(
        key, title, big, sentence, spoken, words(most), columns, _models(found, step), rows
    )


def _models(found: WorkFigures, step: float) -> tuple[tuple[float, str], ...]:
    first = found.days[0].start
    return tuple(
        (round(LEFT + step * max(0, (at - first).days), 1), version) for version, at in found.models
    )


def _count(value: float | None) -> str:
    return _("not known") if value is None else number(value)


def _share(value: float | None) -> str:
    return _("not known") if value is None else percent(value, 1)

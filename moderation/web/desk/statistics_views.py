"""Statistics: how right the machine was, with what each figure rests on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from classifiers.labels import Label
from moderation.domain.errors import NotFoundError
from moderation.domain.estimates import Effect, Figure
from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services.statistics import ForumFigures, forum_figures
from moderation.services.work_figures import work_figures
from moderation.web import current
from moderation.web.desk import chosen, day_charts, figures, label_charts, layout, locales, session
from moderation.web.desk.blueprint import bp
from moderation.web.desk.messages import N_
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.titles import label_title


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure over several spans.

    Attributes
    ----------
    key : str
        Names it in the page and in the table for download.
    label : Label or None
        Whose colour it has.
    lead, rest : str
        The sentence that says what it means; the lead in bold.
    rows : tuple[tuple[str, str, str], ...]
        Span, value and interval in words: the table behind the picture.
    """

    key: str
    title: str
    label: Label | None
    big: str
    lead: str
    rest: str
    picture: figures.Picture
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Charts that belong together."""

    key: str
    title: str
    note: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that every label has."""

    key: str
    title: str
    of: Callable[[Effect], Figure]
    is_share: bool = True
    is_rare: bool = False


METRICS = (
    Metric("precision", N_("Precision"), lambda effect: effect.precision),
    Metric("recall", N_("Recall, estimated"), lambda effect: effect.recall),
    Metric(
        "prevalence", N_("Prevalence, estimated"), lambda effect: effect.prevalence, is_rare=True
    ),
    Metric("items_a_day", N_("Flagged a day"), lambda effect: effect.items_a_day, is_share=False),
)

_MAIN = 1
"""The span whose figure is written large: the middle one."""


@bp.get("/statistics")
@session.needs(Role.VIEWER)
def statistics() -> str:
    """Show a forum's figures."""
    forum = chosen.forum_or_first(request.args)
    found = forum_figures(current.runtime(), forum.slug) if forum is not None else None
    work = work_figures(current.runtime(), forum, session.me()) if forum is not None else None
    return layout.page(
        "statistics.html",
        active="desk.statistics",
        forums=chosen.forums(),
        forum=forum,
        found=found,
        bands=bands(found) if found is not None else (),
        work=work,
        day_charts=day_charts.charts_of(work) if work is not None else (),
        label_charts=label_charts.charts_of(work) if work is not None else (),
        size=(
            day_charts.WIDTH,
            day_charts.HEIGHT,
            day_charts.LEFT,
            day_charts.TOP,
            day_charts.RIGHT,
            day_charts.BOTTOM,
        ),
        time_of=day_charts.time_of,
    )


@bp.get("/statistics/work")
@session.needs(Role.VIEWER)
def work_download() -> Response:
    """Send the work by day as a table."""
    forum = _forum_with_figures()
    work = work_figures(current.runtime(), forum, session.me())
    rows: list[list[object]] = []
    for day in work.days:
        began = [version for version, at in work.models if at.date() == day.start.date()]
        rows.append(
            [
                forum.slug,
                f"{day.start:%Y-%m-%d}",
                day.received,
                day.flagged,
                day.decided,
                day.backlog,
                "" if day.in_time is None else round(day.in_time, 4),
                "" if day.median_s is None else round(day.median_s),
                "" if day.p95_s is None else round(day.p95_s),
                " ".join(began),
            ]
        )
    return _download(f"work-{forum.slug}", _WORK, rows)


@bp.get("/statistics/labels")
@session.needs(Role.VIEWER)
def labels_download() -> Response:
    """Send the work by label as a table."""
    forum = _forum_with_figures()
    work = work_figures(current.runtime(), forum, session.me())
    rows = [[forum.slug, *row] for row in label_charts.table_of(work)]
    return _download(f"labels-{forum.slug}", ("forum", *label_charts.HEADINGS), rows)


@bp.get("/statistics/download")
@session.needs(Role.VIEWER)
def statistics_download() -> Response:
    """Send the figures as a table."""
    forum = chosen.forum_or_first(request.args)
    rows = _table(forum_figures(current.runtime(), forum.slug)) if forum is not None else []
    return _download(f"statistics-{forum.slug if forum else 'none'}", _FIGURES, rows)


_WORK = (
    "forum",
    "day",
    "received",
    "flagged",
    "decided",
    "backlog",
    "in_time",
    "median_s",
    "p95_s",
    "models",
)
_FIGURES = ("forum", "days", "label", "figure", "value", "low", "high", "comments", "audited")


def _forum_with_figures() -> Forum:
    """Return the forum that is named, else the reader's first, as the page does."""
    forum = chosen.forum_or_first(request.args)
    if forum is None:
        raise NotFoundError(_("There is no forum yet."))
    return forum


def _download(name: str, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Response:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    response = Response(target.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def bands(found: ForumFigures) -> tuple[Band, ...]:
    """Return the page's bands, each with its charts."""
    return (_rightness(found),)


def _rightness(found: ForumFigures) -> Band:
    labels = tuple(found.spans[0].effects)
    charts = [_chart(found, metric, label) for metric in METRICS for label in labels]
    return Band(
        "right",
        _("How right the machine was"),
        _("against what moderators decided; the bar is the 95 percent interval"),
        tuple(charts),
    )


def _chart(found: ForumFigures, metric: Metric, label: Label) -> Chart:
    by_span = [(_span(span.asked_days), metric.of(span.effects[label])) for span in found.spans]
    main = by_span[_MAIN][1]
    say = figures.share if metric.is_share else figures.count
    say_interval = figures.share_interval if metric.is_share else figures.count_interval
    picture = (
        figures.shares_picture(by_span, is_rare=metric.is_rare)
        if metric.is_share
        else figures.counts_picture(by_span)
    )
    lead, rest = _sentence(found, metric, label, main)
    return Chart(
        key=f"{metric.key}-{label}",
        title=f"{_(metric.title)}, {label_title(label)}",
        label=label,
        big=say(main),
        lead=lead,
        rest=rest,
        picture=picture,
        rows=tuple((name, say(figure), say_interval(figure)) for name, figure in by_span),
    )


def _sentence(found: ForumFigures, metric: Metric, label: Label, figure: Figure) -> tuple[str, str]:
    span = found.spans[_MAIN]
    name = label_title(label)
    interval = (figures.share_interval if metric.is_share else figures.count_interval)(figure)
    if figure.value is None:
        return _("Too little was judged to say."), " " + _(
            "Between %(interval)s, so far as we know.", interval=interval
        )
    times = figures.of_hundred(figure)
    audited = _(
        ", from %(count)s comments of the audit sample", count=locales.number(span.audited[label])
    )
    if metric.key == "precision":
        lead = _("%(times)s flagged as %(label)s deserved it", times=times, label=name)
        return lead, f" ({interval})."
    if metric.key == "recall":
        lead = _("%(times)s comments that deserved it were flagged", times=times)
        return lead, f" ({interval}){audited}."
    if metric.key == "prevalence":
        lead = _("%(times)s comments are %(label)s", times=times, label=name)
        return lead, f" ({interval}){audited}."
    count = figures.count(figure)
    lead = _("%(count)s comments a day were flagged as %(label)s", count=count, label=name)
    return lead, f" ({interval})."


def _table(found: ForumFigures) -> list[list[object]]:
    return [
        [
            found.forum.slug,
            span.window.days,
            label.value,
            metric.key,
            "" if figure.value is None else round(figure.value, 5),
            round(figure.low, 5),
            round(figure.high, 5),
            span.window.comments,
            span.audited[label],
        ]
        for span in found.spans
        for label, effect in span.effects.items()
        for metric in METRICS
        for figure in [metric.of(effect)]
    ]


def _span(days: int) -> str:
    return _("last %(days)s days", days=days)

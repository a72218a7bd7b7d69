"""Drift: whether what people write has moved away from what the model learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import request

from moderation.domain.drift import Period, reference_of, shift_of
from moderation.domain.errors import NotFoundError
from moderation.domain.intervals import Share
from moderation.domain.review import Role
from moderation.services.drift import drift_view
from moderation.web import current
from moderation.web.desk import chosen, layout, session
from moderation.web.desk.blueprint import bp
from moderation.web.desk.figures import between
from moderation.web.desk.locales import day, number, percent
from moderation.web.desk.messages import gettext as _

WIDTH, HEIGHT, LEFT, TOP = 320, 120, 44, 10
_RIGHT, _BOTTOM = WIDTH - 8, HEIGHT - 24
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure over time, ready to be drawn; coordinates in the picture's own units."""

    title: str
    spoken: str
    line: str
    band: str
    dots: tuple[tuple[float, float], ...]
    top: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class DriftLine:
    """One period in words."""

    start: str
    comments: int
    flagged: str
    shift: str
    novelty: str
    precision: str
    recall: str


@bp.get("/drift")
@session.needs(Role.VIEWER)
def drift() -> str:
    """Show how scores, words and rightness move."""
    runtime = current.runtime()
    is_general = session.may_everywhere(Role.VIEWER)
    find = chosen.named_forum if is_general else chosen.forum_or_first
    forum = find(request.args)
    if forum is None and not is_general:
        raise NotFoundError("There is no forum yet.")
    slug = forum.slug if forum is not None else None
    view = drift_view(runtime, forum=slug)
    reference = reference_of(view.periods)
    return layout.page(
        "drift.html",
        active="desk.models",
        view=view,
        slug=slug,
        forums=chosen.forums(),
        lines=[_line(period, shift_of(reference, period)) for period in view.periods],
        charts=[
            _chart(_("Flagged"), view.periods, lambda period: period.flag_rate),
            _chart(_("Words new to the model"), view.periods, lambda period: period.novelty),
            _chart(
                _("Of what is flagged, deserved"), view.periods, lambda period: period.precision
            ),
            _chart(_("Of what deserves it, found"), view.periods, lambda period: period.recall),
        ],
        size=(WIDTH, HEIGHT, LEFT, TOP, _RIGHT, _BOTTOM),
    )


def _line(period: Period, shift: float | None) -> DriftLine:
    return DriftLine(
        start=f"{period.start:%Y-%m-%d}",
        comments=period.comments,
        flagged=_words(period.flag_rate),
        shift=number(shift, 2) if shift is not None else "–",  # noqa: RUF001 (an empty cell)
        novelty=_words(period.novelty),
        precision=_words(period.precision),
        recall=_words(period.recall),
    )


def _words(share: Share | None) -> str:
    if share is None or share.value is None:
        return "–"  # noqa: RUF001 (an empty cell)
    interval = between(percent(share.low, 1), percent(share.high, 1))
    return f"{percent(share.value, 1)} ({interval})"


def _chart(
    title: str, periods: Sequence[Period], figure: Callable[[Period], Share | None]
) -> Chart | None:
    found = [(number, share) for number, period in enumerate(periods) if (share := figure(period))]
    known = [(number, share) for number, share in found if share.value is not None]
    if len(known) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    highest = max(min(share.high, 3 * (share.value or 0.0) + 0.01) for _, share in known)
    top = next(step for step in _STEPS if step >= min(highest, 1.0))
    wide = (_RIGHT - LEFT) / max(1, len(periods) - 1)

    def place(number: int, value: float) -> tuple[float, float]:
        y = _BOTTOM - (_BOTTOM - TOP) * min(value, top) / top
        return round(LEFT + wide * number, 1), round(y, 1)

    dots = tuple(place(number, share.value or 0.0) for number, share in known)
    low = [place(number, share.low) for number, share in known]
    high = [place(number, share.high) for number, share in known]
    begin, end = known[0], known[-1]
    return Chart(
        title=title,
        spoken=_(
            "%(title)s: %(first)s at first, %(last)s at last",
            title=title,
            first=_words(begin[1]),
            last=_words(end[1]),
        ),
        line=_points(dots),
        band=_points([*low, *reversed(high)]),
        dots=dots,
        top=percent(top),
        first=day(periods[0].start, with_year=False),
        last=day(periods[-1].start, with_year=False),
    )


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)

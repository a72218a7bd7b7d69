"""Volume, rejections and overturned decisions by label, each as a picture, a sentence, a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from classifiers.labels import Label
from moderation.domain.estimates import Figure
from moderation.domain.intervals import share
from moderation.services.work_figures import WorkFigures
from moderation.storage.decision_counts import LabelCounts
from moderation.web.desk import figures, locales
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.titles import label_title

HEADINGS = ("label", "queued", "decided", "rejected", "settled", "overturned")


@dataclass(frozen=True, slots=True)
class LabelChart:
    """One figure of every label.

    Attributes
    ----------
    lead, rest : str
        The sentence that says what it means; the lead in bold.
    rows : tuple[tuple[str, str, str, str], ...]
        Label, figure, interval and how many it rests on, in words: the table behind the picture.
    """

    key: str
    title: str
    lead: str
    rest: str
    picture: figures.Picture
    rows: tuple[tuple[str, str, str, str], ...]


def charts_of(found: WorkFigures) -> tuple[LabelChart, ...]:
    """Return the charts by label; none while nothing was queued."""
    if not found.labels:
        return ()
    most = found.labels[0]
    name, days = _name(most), len(found.days)
    all_queued = sum(one.queued for one in found.labels)
    part = most.queued / all_queued if all_queued else 0.0
    queued = [(one, Figure(one.queued, one.queued, one.queued)) for one in found.labels]
    return (
        LabelChart(
            "label-volume",
            _("Queued, by label"),
            _(
                "%(count)s comments were queued for %(label)s in the last %(days)s days",
                count=locales.number(most.queued),
                label=name,
                days=days,
            ),
            _(", %(share)s of all that were queued.", share=locales.percent(part)),
            figures.counts_picture([(_name(one), figure) for one, figure in queued]),
            tuple((_name(one), locales.number(one.queued), "", "") for one, _figure in queued),
        ),
        _shares(
            "label-rejected",
            _("Precision of flags, by label"),
            [(one, one.rejected, one.decided) for one in found.labels],
            lambda share: _(
                "%(share)s of the decisions on comments queued for %(label)s were rejections",
                share=share,
                label=name,
            ),
        ),
        _shares(
            "label-overturned",
            _("Overturned, by label"),
            [(one, one.overturned, one.settled) for one in found.labels],
            lambda share: _(
                "%(share)s of the decisions on comments queued for %(label)s were turned round "
                "later: taken back, on appeal, or after a second opinion",
                share=share,
                label=name,
            ),
        ),
    )


def table_of(found: WorkFigures) -> list[list[object]]:
    """Return the counts by label for download, without a heading."""
    return [
        [one.label or "", one.queued, one.decided, one.rejected, one.settled, one.overturned]
        for one in found.labels
    ]


def _shares(
    key: str,
    title: str,
    counts: Sequence[tuple[LabelCounts, int, int]],
    said: Callable[[str], str],
) -> LabelChart:
    rows = []
    for one, hits, total in counts:
        found = share(hits, total)
        rows.append((_name(one), Figure(hits / total if total else None, found.low, found.high)))
    main = rows[0][1]
    known = main.value is not None
    return LabelChart(
        key,
        title,
        said(figures.share(main)) if known else _("Too little was judged to say."),
        f" ({figures.share_interval(main)})." if known else "",
        figures.shares_picture(rows),
        tuple(
            (
                name,
                figures.share(figure),
                figures.share_interval(figure),
                locales.number(total),
            )
            for (name, figure), (_one, _hits, total) in zip(rows, counts, strict=True)
        ),
    )


def _name(one: LabelCounts) -> str:
    return label_title(Label(one.label)) if one.label else _("other reasons")

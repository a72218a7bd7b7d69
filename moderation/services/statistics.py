"""How right the machine was: figures for the statistics page, unbiased by the audit sample."""

from __future__ import annotations

from dataclasses import dataclass

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.estimates import Effect, effect_of
from moderation.domain.forum import Forum
from moderation.services.runtime import Runtime
from moderation.services.thresholds import known_policy
from moderation.services.traffic import DECIDED, Window, read_window

SPANS_DAYS = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """A forum's figures over some days.

    Attributes
    ----------
    asked_days : int
        How far back was asked; ``window.days`` is shorter in a young forum.
    effects : dict[Label, Effect]
        What was flagged by each label, as decided at the time.
    audited : dict[Label, int]
        Judged comments of the audit sample.
    """

    asked_days: int
    window: Window
    effects: dict[Label, Effect]
    audited: dict[Label, int]


@dataclass(frozen=True, slots=True)
class ForumFigures:
    """A forum's figures over several spans, the shortest first."""

    forum: Forum
    audit_share: float
    spans: tuple[SpanFigures, ...]


def forum_figures(runtime: Runtime, slug: str) -> ForumFigures:
    """Return how right the machine was in a forum. Raises `NotFoundError`."""
    forum, policy = known_policy(runtime, slug)
    labels = [label for label in Label if label in policy.labels] or list(DECIDING_LABELS)
    return ForumFigures(
        forum,
        policy.audit_share,
        tuple(_span(runtime, forum, labels, days) for days in SPANS_DAYS),
    )


def _span(runtime: Runtime, forum: Forum, labels: list[Label], days: int) -> SpanFigures:
    window = read_window(runtime, forum, days=days, labels=labels, is_as_decided=True)
    return SpanFigures(
        asked_days=days,
        window=window,
        effects={label: effect_of(window.traffic[label], DECIDED) for label in labels},
        audited={label: window.traffic[label].audited for label in labels},
    )

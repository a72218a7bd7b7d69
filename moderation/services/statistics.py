"""How right the machine was: figures for the statistics page, unbiased by the audit sample."""

from __future__ import annotations

from dataclasses import dataclass

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.estimates import Effect, effect_of
from moderation.domain.forum import Forum
from moderation.services.runtime import Runtime
from moderation.services.thresholds import known_policy
from moderation.services.traffic import DECIDED, Window, windows_as_decided

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
    windows = windows_as_decided(runtime, forum, spans=SPANS_DAYS, labels=labels)
    return ForumFigures(forum, policy.audit_share, tuple(map(_span, SPANS_DAYS, windows)))


def _span(asked_days: int, window: Window) -> SpanFigures:
    return SpanFigures(
        asked_days=asked_days,
        window=window,
        effects={label: effect_of(seen, DECIDED) for label, seen in window.traffic.items()},
        audited={label: seen.audited for label, seen in window.traffic.items()},
    )

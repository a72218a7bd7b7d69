"""From a rule in words to a threshold, as far as the forum's own data can support it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.estimates import Effect, effect_of, point_of
from moderation.domain.threshold_rules import Promise, ThresholdRule, percent
from moderation.domain.traffic import Group, Traffic

CANDIDATES: tuple[float, ...] = tuple(n / 100 for n in range(2, 100))
LEAST_JUDGED = 30
"""Judged comments at or above a threshold before its precision is believed."""
LEAST_AUDITED = 100
"""Judged comments of the audit sample before a recall is believed."""
LEAST_FOUND = 10
"""Judged comments that carry the label before a recall is believed."""
LEAST_DAYS = 7
"""A week holds every weekday once: fewer days say nothing of a day's work."""
LEAST_COMMENTS = 100
"""Fewer would let the lowest threshold of all pass for one that keeps a queue short."""
WIDEST = 0.4
"""A promise about a figure whose interval is wider is no promise."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a rule gave.

    Attributes
    ----------
    threshold : float or None
        None when the data cannot support the promise.
    effect : Effect or None
        What the threshold means.
    why : str
        What it rests on, or what is missing, in a sentence.
    """

    threshold: float | None
    effect: Effect | None
    why: str


def choose(rule: ThresholdRule, traffic: Traffic) -> Choice:
    """Return the threshold that keeps a rule on some traffic, and costs least.

    For precision the lowest threshold that keeps it (it finds most), for recall the highest (it
    bothers least), for items a day the lowest (the team's time is used). The point estimates
    decide; the interval must not be wider than `WIDEST`.
    """
    missing = _missing(rule, traffic)
    if missing:
        return Choice(None, None, missing)
    for threshold in _keeping(rule, traffic):
        effect = effect_of(traffic, threshold)
        figure = effect.precision if rule.promise is Promise.PRECISION else effect.recall
        if rule.promise is Promise.ITEMS_A_DAY or figure.width <= WIDEST:
            return Choice(threshold, effect, _rests_on(traffic))
    return Choice(None, None, _unreachable(rule, traffic))


def _keeping(rule: ThresholdRule, traffic: Traffic) -> Sequence[float]:
    """Return the candidates that keep the rule, the best one first."""
    if rule.promise is Promise.ITEMS_A_DAY:
        return [t for t in CANDIDATES if traffic.flagged(t) / traffic.days <= rule.value]
    points = [(threshold, *point_of(traffic, threshold)) for threshold in CANDIDATES]
    if rule.promise is Promise.PRECISION:
        return [
            threshold
            for threshold, precision, _ in points
            if precision is not None
            and precision >= rule.value
            and _judged(traffic, threshold) >= LEAST_JUDGED
        ]
    return [
        threshold
        for threshold, _, recall in reversed(points)
        if recall is not None and recall >= rule.value
    ]


def _judged(traffic: Traffic, threshold: float) -> int:
    return sum(traffic.block(group, threshold, is_above=True).judged for group in Group)


def _missing(rule: ThresholdRule, traffic: Traffic) -> str:
    if rule.promise is Promise.ITEMS_A_DAY:
        if traffic.days < LEAST_DAYS:
            return f"A week of traffic is needed; this is day {traffic.days}."
        if traffic.total < LEAST_COMMENTS:
            return (
                f"Only {round(traffic.total)} comments came in; at least {LEAST_COMMENTS} are "
                "needed."
            )
    elif rule.promise is Promise.PRECISION:
        judged = sum(traffic.judged(group) for group in Group)
        if judged < LEAST_JUDGED:
            return f"Only {judged} comments were judged; at least {LEAST_JUDGED} are needed."
    elif (audited := traffic.judged(Group.UNFLAGGED)) < LEAST_AUDITED:
        return (
            f"Only {audited} comments of the audit sample were judged; what is missed can be "
            f"told from {LEAST_AUDITED} on. Raise the policy's audit_share, or wait."
        )
    elif (found := round(traffic.positives())) < LEAST_FOUND:
        return f"Only {found} judged comments carry the label; at least {LEAST_FOUND} are needed."
    return ""


def _unreachable(rule: ThresholdRule, traffic: Traffic) -> str:
    if rule.promise is Promise.ITEMS_A_DAY:
        return (
            f"Even at a threshold of {CANDIDATES[-1]} more than {rule.value:g} items a day come in."
        )
    what = "precision" if rule.promise is Promise.PRECISION else "recall"
    best = [
        value
        for threshold in CANDIDATES
        if _judged(traffic, threshold) >= LEAST_JUDGED
        for value in [point_of(traffic, threshold)[0 if what == "precision" else 1]]
        if value is not None
    ]
    if best and max(best) >= rule.value:
        return (
            f"Too few comments were judged to promise a {what} of {percent(rule.value)}: "
            "the interval is too wide."
        )
    reached = f"; the best is about {max(best):.0%}" if best else ""
    return f"No threshold reaches a {what} of {percent(rule.value)}{reached}."


def _rests_on(traffic: Traffic) -> str:
    audited = traffic.judged(Group.UNFLAGGED)
    queued = traffic.judged(Group.QUEUED) + traffic.judged(Group.REPORTED)
    return (
        f"From {queued} decisions and {audited} of the audit sample on "
        f"{round(traffic.total)} comments in {traffic.days} days."
    )

"""Thresholds by rules in words: what decides now, and what another promise would have meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.scorer import Scorer
from moderation.domain.errors import ConflictError, NotFoundError
from moderation.domain.estimates import Effect, effect_of
from moderation.domain.forum import Forum
from moderation.domain.policy import LabelPolicy, Policy
from moderation.domain.threshold_choice import Choice, choose
from moderation.domain.threshold_rules import Promise, ThresholdRule
from moderation.domain.traffic import Traffic
from moderation.domain.verdict import Verdict
from moderation.services.runtime import Runtime
from moderation.services.traffic import WINDOW_DAYS, Window, read_window
from moderation.storage import forums, policies

CANDIDATES: Mapping[Promise, tuple[float, ...]] = {
    Promise.PRECISION: (0.8, 0.85, 0.9, 0.95),
    Promise.RECALL: (0.5, 0.7, 0.8, 0.9),
    Promise.ITEMS_A_DAY: (20, 50, 150, 500),
}
"""The promises whose effect a page shows beside the one asked about."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What decides about a label now.

    Attributes
    ----------
    threshold : float
    why : str
        The rule behind it, in words.
    rule : ThresholdRule or None
    is_fixed : bool
        A number that somebody set by hand, whatever it means for the model of the day.
    note : str
        What the rule's number rests on, or why the model's own threshold stands in for it.
    """

    threshold: float
    why: str
    rule: ThresholdRule | None
    is_fixed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """A rule and what it gave."""

    rule: ThresholdRule
    choice: Choice


@dataclass(frozen=True, slots=True)
class LabelThreshold:
    """All about one label's threshold.

    Attributes
    ----------
    policy : Policy
        The version in force.
    model_version : str
    in_force : InForce
    effect : Effect
        Of the threshold in force on the window's traffic.
    forecasts : tuple[Forecast, ...]
        Of the candidate promises; the one asked about stands first.
    """

    forum: Forum
    label: Label
    policy: Policy
    model_version: str
    in_force: InForce
    effect: Effect
    forecasts: tuple[Forecast, ...]
    window: Window

    @property
    def traffic(self) -> Traffic:
        """The label's traffic."""
        return self.window.traffic[self.label]


def label_threshold(
    runtime: Runtime,
    slug: str,
    label: Label,
    *,
    asked: ThresholdRule | None = None,
    days: int = WINDOW_DAYS,
) -> LabelThreshold:
    """Return what decides about a label and what other promises would have meant.

    Parameters
    ----------
    asked : ThresholdRule or None
        A promise to show in front of the candidates of its kind.

    Raises
    ------
    NotFoundError
        If there is no such forum.
    ConflictError
        If no model could be loaded.
    """
    forum, policy = known_policy(runtime, slug)
    scorer = current_scorer(runtime)
    window = read_window(runtime, forum, days=days, scorer=scorer, labels=(label,))
    traffic = window.traffic[label]
    kinds = [asked.promise] if asked is not None else list(Promise)
    rules = [asked] if asked is not None else []
    for kind in kinds:
        rules += [
            rule
            for value in CANDIDATES[kind]
            if (rule := ThresholdRule(kind, float(value))) != asked
        ]
    now = in_force(policy.labels.get(label), scorer, label)
    return LabelThreshold(
        forum=forum,
        label=label,
        policy=policy,
        model_version=scorer.model_version,
        in_force=now,
        effect=effect_of(traffic, now.threshold),
        forecasts=tuple(Forecast(rule, choose(rule, traffic)) for rule in rules),
        window=window,
    )


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a policy's label would have done on the last traffic.

    Attributes
    ----------
    effect : Effect or None
        None when the label decides nothing.
    """

    in_force: InForce
    effect: Effect | None


def foreseen(
    runtime: Runtime, slug: str, versions: Sequence[Policy], *, days: int = WINDOW_DAYS
) -> tuple[Window, tuple[Mapping[Label, Foreseen], ...]]:
    """Return what each deciding label would have done under several policies.

    Raises as `label_threshold`. A rule in words is taken with its number for the model in force.
    """
    forum, _ = known_policy(runtime, slug)
    scorer = current_scorer(runtime)
    window = read_window(runtime, forum, days=days, scorer=scorer, labels=DECIDING_LABELS)

    def one(policy: Policy, label: Label) -> Foreseen:
        rule = policy.labels.get(label, LabelPolicy())
        now = in_force(rule, scorer, label)
        decides = rule.action is not Verdict.PUBLISH
        return Foreseen(now, effect_of(window.traffic[label], now.threshold) if decides else None)

    return window, tuple(
        {label: one(policy, label) for label in DECIDING_LABELS} for policy in versions
    )


def in_force(rule: LabelPolicy | None, scorer: Scorer, label: Label) -> InForce:
    """Return what decides about a label under a model."""
    own = scorer.thresholds.get(label)
    value, words = (own.value, own.rule) if own is not None else (1.0, "the model has no such head")
    if rule is None or (rule.threshold is None and rule.rule is None):
        return InForce(value, words, None, is_fixed=False, note="The model's own choice.")
    if rule.threshold is not None:
        note = "A number set by hand: with every new model it means something else."
        return InForce(rule.threshold, "set by hand", None, is_fixed=True, note=note)
    computed = rule.computed_for(scorer.model_version)
    if computed is None:
        note = "The rule has not been asked about this model yet; the model's own choice stands in."
        return InForce(value, words, rule.rule, is_fixed=False, note=note)
    if computed.threshold is None:
        note = f"{computed.why} The model's own choice stands in."
        return InForce(value, words, rule.rule, is_fixed=False, note=note)
    sentence = rule.rule.sentence() if rule.rule is not None else words
    return InForce(computed.threshold, sentence, rule.rule, is_fixed=False, note=computed.why)


def known_policy(runtime: Runtime, slug: str) -> tuple[Forum, Policy]:
    """Return a forum and its policy in force. Raises `NotFoundError`."""
    with runtime.database.read() as connection:
        forum = forums.forum_by_slug(connection, slug)
        if forum is None:
            raise NotFoundError(f"There is no forum {slug!r}.")
        return forum, policies.current_policy(connection, forum.id)


def current_scorer(runtime: Runtime) -> Scorer:
    """Return the model in force. Raises `ConflictError` if none could be loaded."""
    scorer = runtime.models.loaded().current
    if scorer is None:
        raise ConflictError("No model is loaded, so there are no scores to set a threshold on.")
    return scorer

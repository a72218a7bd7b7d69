"""Thresholds by rules in words: put a rule in force, keep it true when the model changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.scorer import Scorer
from moderation.domain.errors import ConflictError, InvalidInputError
from moderation.domain.forum import Forum
from moderation.domain.policy import LabelPolicy, Policy
from moderation.domain.threshold_choice import Choice, choose
from moderation.domain.threshold_rules import KEPT_MODELS, Computed, ThresholdRule, check_rule
from moderation.domain.verdict import Verdict
from moderation.services.messages import rfc3339
from moderation.services.runtime import Runtime
from moderation.services.thresholds import current_scorer, known_policy
from moderation.services.traffic import read_window
from moderation.storage import forums, policies
from moderation.storage.events import append_event

_log = logging.getLogger(__name__)

Change = Callable[[LabelPolicy], LabelPolicy]


def set_rule(
    runtime: Runtime, slug: str, label: Label, rule: ThresholdRule, *, by: str
) -> tuple[Policy, Choice]:
    """Put a rule in force as the policy's next version; its number is computed at once.

    When the data cannot support the promise, the rule is kept and the model's own threshold
    stands in until a later model, or more decisions, can.

    Raises
    ------
    InvalidInputError
        If the rule's number makes no sense.
    NotFoundError, ConflictError
        If there is no such forum, or no model.
    """
    problem = check_rule(rule.promise, rule.value)
    if problem is not None:
        raise InvalidInputError("That is no threshold rule.", fields={"value": problem})
    forum, _ = known_policy(runtime, slug)
    scorer = current_scorer(runtime)
    window = read_window(runtime, forum, scorer=scorer, labels=(label,))
    choice = choose(rule, window.traffic[label])
    made = _computed(runtime, choice, scorer)
    policy = _change(
        runtime,
        forum,
        {label: lambda old: replace(old, threshold=None, rule=rule, computed=(made,))},
        event=("threshold_rule_set", by),
        details={"label": label.value, "rule": rule.sentence(), "threshold": choice.threshold},
    )
    return policy, choice


def set_fixed(runtime: Runtime, slug: str, label: Label, value: float, *, by: str) -> Policy:
    """Put a number in force, as the policy's next version. Raises as `set_rule`."""
    if not 0 <= value <= 1:
        raise InvalidInputError(
            "That is no threshold.", fields={"value": "expected a number from 0 to 1"}
        )
    forum, _ = known_policy(runtime, slug)
    return _change(
        runtime,
        forum,
        {label: lambda old: replace(old, threshold=value, rule=None, computed=())},
        event=("threshold_fixed", by),
        details={"label": label.value, "threshold": value},
    )


def restore_default(runtime: Runtime, slug: str, label: Label, *, by: str) -> Policy:
    """Leave the label to the model's own threshold again. Raises `NotFoundError`."""
    forum, _ = known_policy(runtime, slug)
    return _change(
        runtime,
        forum,
        {label: lambda old: replace(old, threshold=None, rule=None, computed=())},
        event=("threshold_restored", by),
        details={"label": label.value},
    )


def recompute(runtime: Runtime, scorer: Scorer, *, by: str) -> list[Policy]:
    """Ask every rule that has no number for a model; returns the policies that changed.

    Called before a model is put in force, and by a worker for models that came in force by
    another door. A rule that this model cannot keep is written down as well.
    """
    with runtime.database.read() as connection:
        waiting = [
            (forum, rules)
            for forum in forums.list_forums(connection)
            if (
                rules := _unasked(
                    policies.current_policy(connection, forum.id), scorer.model_version
                )
            )
        ]
    changed = []
    for forum, rules in waiting:
        window = read_window(runtime, forum, scorer=scorer, labels=rules)
        made = {
            label: _computed(runtime, choose(rule, window.traffic[label]), scorer)
            for label, rule in rules.items()
        }
        try:
            changed.append(
                _change(
                    runtime,
                    forum,
                    {label: _adding(rules[label], one) for label, one in made.items()},
                    event=("thresholds_recomputed", by),
                    details={
                        "model_version": scorer.model_version,
                        "thresholds": {label.value: one.threshold for label, one in made.items()},
                    },
                )
            )
        except ConflictError:
            _log.info("another process has changed the policy of %s", forum.slug)
    return changed


def recompute_stale(runtime: Runtime) -> list[Policy]:
    """Ask every rule that has no number for the model in force."""
    scorer = runtime.models.loaded().current
    return recompute(runtime, scorer, by="model promotion") if scorer is not None else []


def _unasked(policy: Policy, model_version: str) -> dict[Label, ThresholdRule]:
    return {
        label: rule.rule
        for label, rule in policy.labels.items()
        if rule.rule is not None and rule.computed_for(model_version) is None
    }


def _adding(rule: ThresholdRule, one: Computed) -> Change:
    def added(old: LabelPolicy) -> LabelPolicy:
        # Somebody may have chosen another rule, or computed this one, while we were reading.
        if old.rule != rule or old.computed_for(one.model_version) is not None:
            return old
        return replace(old, computed=(one, *old.computed)[:KEPT_MODELS])

    return added


def _computed(runtime: Runtime, choice: Choice, scorer: Scorer) -> Computed:
    at = rfc3339(runtime.clock())
    return Computed(scorer.model_version, choice.threshold, at, choice.why)


def _change(
    runtime: Runtime,
    forum: Forum,
    changes: Mapping[Label, Change],
    *,
    event: tuple[str, str],
    details: dict[str, Any],
) -> Policy:
    kind, by = event
    with runtime.database.write() as connection:
        policy = policies.current_policy(connection, forum.id)
        labels = dict(policy.labels)
        for label, change in changes.items():
            action = Verdict.FLAG if label in DECIDING_LABELS else Verdict.PUBLISH
            labels[label] = change(labels.get(label, LabelPolicy(action=action)))
        if labels == dict(policy.labels):
            return policy
        changed = replace(policy, version=policy.version + 1, labels=labels)
        now = runtime.clock()
        policies.insert_policy(connection, forum.id, changed, at=now, by=by)
        append_event(
            connection,
            kind,
            at=now,
            actor=by,
            forum_id=forum.id,
            details={"version": changed.version, **details},
        )
        return changed

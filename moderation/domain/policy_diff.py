"""What differs between two versions of a policy, in the words of the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from classifiers.labels import Label
from moderation.domain.policy import LabelPolicy, Policy
from moderation.domain.policy_document import to_document
from moderation.domain.word_rule import WordRule


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; ``before`` or ``after`` is None where it is absent."""

    what: str
    before: str | None
    after: str | None


def differences(before: Policy, after: Policy) -> tuple[Change, ...]:
    """Return what differs, in the order of the policy page; empty when nothing does."""
    old, new = dict(_described(before)), dict(_described(after))
    return tuple(
        Change(what, old.get(what), new.get(what))
        for what in dict.fromkeys([*old, *new])
        if old.get(what) != new.get(what)
    )


def _described(policy: Policy) -> Iterator[tuple[str, str]]:
    for label in Label:
        yield from _label(label, policy.labels.get(label, LabelPolicy()))
    for rule in policy.word_rules:
        yield f"word rule “{rule.words}” ({rule.rule_id})", _word_rule(rule)
    for author in sorted(policy.trusted_authors):
        yield f"trusted author {author}", "published unseen"
    yield "the forum’s own trust", "counts" if policy.trusts_host_flag else "does not count"  # noqa: RUF001
    yield "audit sample", f"{100 * policy.audit_share:g}% of unflagged comments"
    yield "second opinions", f"{100 * policy.second_opinion_share:g}% of decided comments"
    yield "time target", _minutes(policy.time_target_minutes)
    yield "repeated texts", f"a decision answers for {policy.repeat_days} days"
    yield "repeated rejected text", policy.repeat_rejected_action.value
    for name, value in to_document(policy)["drop_in"].items():
        yield f"drop-in {name}", str(value)


def _label(label: Label, rule: LabelPolicy) -> Iterator[tuple[str, str]]:
    name = label.value.replace("_", " ")
    yield f"{name}: action", rule.action.value
    yield f"{name}: threshold", _threshold(rule)
    if rule.hold_threshold is not None:
        yield f"{name}: hold from", f"{rule.hold_threshold:g}"
    for computed in rule.computed:
        number = "none" if computed.threshold is None else f"{computed.threshold:.4f}"
        yield f"{name}: threshold with model {computed.model_version}", number


def _threshold(rule: LabelPolicy) -> str:
    if rule.rule is not None:
        return rule.rule.sentence()
    return "the model’s own" if rule.threshold is None else f"{rule.threshold:g}"  # noqa: RUF001


def _word_rule(rule: WordRule) -> str:
    label = f", as {rule.label}" if rule.label else ""
    note = f" ({rule.note})" if rule.note else ""
    return f"{rule.action}{label}{note}"


def _minutes(minutes: int) -> str:
    return f"{minutes} minutes" if minutes else "none"

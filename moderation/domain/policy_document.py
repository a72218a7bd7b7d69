"""The JSON form of a policy: what the database, the desk and ``moderation forums policy`` keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from classifiers.labels import Label
from moderation.domain import drop_in
from moderation.domain.drop_in import DropIn
from moderation.domain.errors import InvalidInputError
from moderation.domain.policy import LabelPolicy, Policy
from moderation.domain.threshold_rules import (
    computed_from_document,
    computed_to_document,
    rule_from_document,
)
from moderation.domain.verdict import Verdict
from moderation.domain.word_rule import WordRule

MOST_TIME_TARGET_MINUTES = 60 * 24 * 30


def to_document(policy: Policy) -> dict[str, Any]:
    """Return the JSON-ready document of a policy, without its version."""
    return {
        "labels": {label.value: _label_document(rule) for label, rule in policy.labels.items()},
        "word_rules": [
            {
                "rule_id": rule.rule_id,
                "words": rule.words,
                "action": rule.action,
                "label": rule.label,
                "note": rule.note,
            }
            for rule in policy.word_rules
        ],
        "trusted_authors": sorted(policy.trusted_authors),
        "trusts_host_flag": policy.trusts_host_flag,
        "audit_share": policy.audit_share,
        "second_opinion_share": policy.second_opinion_share,
        "repeat_days": policy.repeat_days,
        "repeat_rejected_action": policy.repeat_rejected_action.value,
        "time_target_minutes": policy.time_target_minutes,
        "drop_in": drop_in.to_document(policy.drop_in),
    }


def _label_document(rule: LabelPolicy) -> dict[str, Any]:
    document: dict[str, Any] = {
        "action": rule.action.value,
        "threshold": rule.threshold,
        "hold_threshold": rule.hold_threshold,
    }
    if rule.rule is not None:
        document["rule"] = rule.rule.to_document()
        document["computed"] = [computed_to_document(one) for one in rule.computed]
    return document


def from_document(document: Mapping[str, Any], *, version: int) -> Policy:
    """Read a policy.

    Raises
    ------
    InvalidInputError
        Naming every wrong field and what was expected.
    """
    reader = _Reader(document)
    reader.refuse_unknown(
        {
            "labels",
            "word_rules",
            "trusted_authors",
            "trusts_host_flag",
            "audit_share",
            "second_opinion_share",
            "repeat_days",
            "repeat_rejected_action",
            "time_target_minutes",
            "drop_in",
        }
    )
    defaults = Policy()
    policy = Policy(
        version=version,
        labels=reader.labels() if "labels" in document else defaults.labels,
        word_rules=reader.word_rules(),
        trusted_authors=frozenset(reader.texts("trusted_authors")),
        trusts_host_flag=reader.flag("trusts_host_flag", default=defaults.trusts_host_flag),
        audit_share=reader.share("audit_share", default=defaults.audit_share),
        second_opinion_share=reader.share(
            "second_opinion_share", default=defaults.second_opinion_share
        ),
        repeat_days=reader.whole("repeat_days", default=defaults.repeat_days, most=3650),
        repeat_rejected_action=reader.verdict(
            "repeat_rejected_action", document, default=defaults.repeat_rejected_action
        ),
        time_target_minutes=reader.whole(
            "time_target_minutes",
            default=defaults.time_target_minutes,
            most=MOST_TIME_TARGET_MINUTES,
        ),
        drop_in=reader.drop_in(),
    )
    if reader.errors:
        raise InvalidInputError("The policy has wrong fields.", fields=reader.errors)
    return policy


class _Reader:
    """Reads fields one by one and gathers what is wrong with them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.errors: dict[str, str] = {}

    def refuse_unknown(self, known: set[str]) -> None:
        self._refuse_unknown("", self._document, known)

    def _refuse_unknown(self, where: str, holder: Mapping[str, Any], known: set[str]) -> None:
        for name in set(holder) - known:
            self.errors[f"{where}{name}"] = "unknown field"

    def labels(self) -> dict[Label, LabelPolicy]:
        raw = self._document["labels"]
        if not isinstance(raw, Mapping):
            self.errors["labels"] = "expected an object"
            return {}
        rules: dict[Label, LabelPolicy] = {}
        for name, rule in raw.items():
            where = f"labels.{name}"
            if name not in {label.value for label in Label} or not isinstance(rule, Mapping):
                self.errors[where] = "expected a known label with an object"
                continue
            known = {"action", "threshold", "hold_threshold", "rule", "computed"}
            self._refuse_unknown(f"{where}.", rule, known)
            promise = rule_from_document(rule.get("rule"), f"{where}.rule", self.errors)
            if promise is not None and rule.get("threshold") is not None:
                self.errors[f"{where}.threshold"] = "expected null beside a rule"
            rules[Label(name)] = LabelPolicy(
                action=self.verdict(f"{where}.action", rule, default=Verdict.PUBLISH),
                threshold=self._probability(f"{where}.threshold", rule.get("threshold")),
                hold_threshold=self._probability(
                    f"{where}.hold_threshold", rule.get("hold_threshold")
                ),
                rule=promise,
                computed=computed_from_document(
                    rule.get("computed", []), f"{where}.computed", self.errors
                ),
            )
        return rules

    def word_rules(self) -> tuple[WordRule, ...]:
        raw = self._document.get("word_rules", [])
        if not isinstance(raw, list):
            self.errors["word_rules"] = "expected a list"
            return ()
        rules: dict[str, WordRule] = {}
        for n, entry in enumerate(raw):
            rule = self._word_rule(f"word_rules.{n}", entry)
            if rule is None:
                continue
            if rule.rule_id in rules:
                self.errors[f"word_rules.{n}.rule_id"] = "expected a name that no other rule has"
            rules[rule.rule_id] = rule
        return tuple(rules.values())

    def _word_rule(self, where: str, entry: object) -> WordRule | None:
        if not isinstance(entry, Mapping):
            self.errors[where] = "expected an object"
            return None
        known = {"rule_id", "words", "action", "label", "note"}
        self._refuse_unknown(f"{where}.", entry, known)
        texts = {name: entry[name] for name in known if entry.get(name) is not None}
        wrong = [name for name, value in texts.items() if not isinstance(value, str)]
        self.errors |= {f"{where}.{name}": "expected a string" for name in wrong}
        if "label" in texts and texts["label"] not in tuple(Label):
            self.errors[f"{where}.label"] = "expected a known label or null"
        if "words" not in texts:
            self.errors[f"{where}.words"] = "expected a word or phrase"
        if wrong or "words" not in texts:
            return None
        try:
            return WordRule(
                rule_id=texts.get("rule_id") or texts["words"],
                words=texts["words"],
                action=texts.get("action", Verdict.FLAG.value),
                label=texts.get("label"),
                note=texts.get("note", ""),
            )
        except InvalidInputError as error:
            self.errors |= {f"{where}.{name}": why for name, why in error.fields.items()}
            return None

    def drop_in(self) -> DropIn:
        found, wrong = drop_in.from_document(self._document.get("drop_in", {}))
        self.errors |= {f"drop_in.{name}".rstrip("."): why for name, why in wrong.items()}
        return found

    def texts(self, name: str) -> list[str]:
        raw = self._document.get(name, [])
        if not isinstance(raw, list) or not all(isinstance(entry, str) for entry in raw):
            self.errors[name] = "expected a list of strings"
            return []
        return raw

    def flag(self, name: str, *, default: bool) -> bool:
        raw = self._document.get(name, default)
        if not isinstance(raw, bool):
            self.errors[name] = "expected true or false"
            return default
        return raw

    def share(self, name: str, *, default: float) -> float:
        raw = self._document.get(name, default)
        value = self._probability(name, raw)
        return default if value is None else value

    def whole(self, name: str, *, default: int, most: int) -> int:
        raw = self._document.get(name, default)
        if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= most:
            self.errors[name] = f"expected a whole number from 0 to {most}"
            return default
        return raw

    def verdict(self, where: str, holder: Mapping[str, Any], *, default: Verdict) -> Verdict:
        raw = holder.get(where.rpartition(".")[2], default.value)
        if not isinstance(raw, str) or raw not in tuple(Verdict):
            self.errors[where] = "expected publish, flag or hold"
            return default
        return Verdict(raw)

    def _probability(self, where: str, raw: object) -> float | None:
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= 1:
            self.errors[where] = "expected a number from 0 to 1"
            return None
        return float(raw)

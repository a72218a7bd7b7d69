"""A forum's policy: what each label, rule and kind of author means for the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.verdict import Verdict
from moderation.domain.word_rule import WordRule


@dataclass(frozen=True, slots=True)
class LabelPolicy:
    """What one label does.

    Attributes
    ----------
    action : Verdict
        Verdict at or above the threshold; ``publish`` means the label decides nothing.
    threshold : float or None
        In [0, 1]; None takes the bundle's own, chosen by its rule.
    hold_threshold : float or None
        Score at or above which the comment is held whatever ``action`` says; None for never.
    """

    action: Verdict = Verdict.PUBLISH
    threshold: float | None = None
    hold_threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a forum's policy.

    Attributes
    ----------
    version : int
        Counts from 1 for each forum.
    labels : Mapping[Label, LabelPolicy]
        A label that is absent decides nothing.
    word_rules : tuple[WordRule, ...]
    trusted_authors : frozenset[str]
        The forum's ids of authors whose comments are published unseen.
    trusts_host_flag : bool
        Whether ``author.trusted`` of the webhook counts as well.
    audit_share : float
        Share in [0, 1] of unflagged comments that are queued at random.
    repeat_days : int
        How long a decision answers for the same text, in days; 0 for never.
    repeat_rejected_action : Verdict
        What a text does that was rejected before.
    """

    version: int = 1
    labels: Mapping[Label, LabelPolicy] = field(
        default_factory=lambda: {
            label: LabelPolicy(action=Verdict.FLAG) for label in DECIDING_LABELS
        }
    )
    word_rules: tuple[WordRule, ...] = ()
    trusted_authors: frozenset[str] = frozenset()
    trusts_host_flag: bool = True
    audit_share: float = 0.01
    repeat_days: int = 30
    repeat_rejected_action: Verdict = Verdict.HOLD


def to_document(policy: Policy) -> dict[str, Any]:
    """Return the JSON-ready document of a policy, without its version."""
    return {
        "labels": {
            label.value: {
                "action": rule.action.value,
                "threshold": rule.threshold,
                "hold_threshold": rule.hold_threshold,
            }
            for label, rule in policy.labels.items()
        },
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
        "repeat_days": policy.repeat_days,
        "repeat_rejected_action": policy.repeat_rejected_action.value,
    }


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
            "repeat_days",
            "repeat_rejected_action",
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
        repeat_days=reader.whole("repeat_days", default=defaults.repeat_days, most=3650),
        repeat_rejected_action=reader.verdict(
            "repeat_rejected_action", document, default=defaults.repeat_rejected_action
        ),
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
            self._refuse_unknown(f"{where}.", rule, {"action", "threshold", "hold_threshold"})
            rules[Label(name)] = LabelPolicy(
                action=self.verdict(f"{where}.action", rule, default=Verdict.PUBLISH),
                threshold=self._probability(f"{where}.threshold", rule.get("threshold")),
                hold_threshold=self._probability(
                    f"{where}.hold_threshold", rule.get("hold_threshold")
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

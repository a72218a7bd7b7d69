"""The policy page's form: a policy as fields, and the fields as a policy's document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.policy import LabelPolicy, Policy
from moderation.domain.policy_document import to_document
from moderation.domain.verdict import Verdict
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import gettext as _

EMPTY_RULES = 2
"""Rows for new word rules below those that are there."""

MINUTES_AN_HOUR = 60

Fields = Mapping[str, Any]


def to_fields(policy: Policy) -> MultiDict[str, str]:
    """Return a policy as the form's fields."""
    fields: MultiDict[str, str] = MultiDict()
    for label in Label:
        own = policy.labels.get(label, LabelPolicy())
        fields[f"action-{label}"] = own.action.value
        fields[f"from-{label}"] = _kind(own)
        fields[f"fixed-{label}"] = _number(own.threshold)
        fields[f"hold-{label}"] = _number(own.hold_threshold)
    for rule in policy.word_rules:
        for name in ("rule_id", "words", "action", "label", "note"):
            fields.add(f"rule-{name}", getattr(rule, name) or "")
    fields["trusted_authors"] = "\n".join(sorted(policy.trusted_authors))
    if policy.trusts_host_flag:
        fields["trusts_host_flag"] = "1"
    fields["audit_share"] = f"{100 * policy.audit_share:g}"
    fields["second_opinion_share"] = f"{100 * policy.second_opinion_share:g}"
    fields["repeat_days"] = str(policy.repeat_days)
    fields["repeat_rejected_action"] = policy.repeat_rejected_action.value
    fields["time_target_hours"] = f"{policy.time_target_minutes / MINUTES_AN_HOUR:g}"
    return fields


def to_policy_document(form: MultiDict[str, str], base: Policy) -> dict[str, Any]:
    """Return the document that the form asks for; what it does not hold stays as in ``base``.

    Raises
    ------
    InvalidInputError
        Naming every field that holds no number; the document's own rules are checked later.
    """
    reader = _Numbers(form)
    document = to_document(base)
    document["labels"] = {
        label.value: _label(label, form, reader, document["labels"].get(label.value, {}))
        for label in Label
        if f"action-{label}" in form
    }
    document["word_rules"] = _word_rules(form)
    document["trusted_authors"] = typed_text(form.get("trusted_authors")).split()
    document["trusts_host_flag"] = form.get("trusts_host_flag") == "1"
    for name in ("audit_share", "second_opinion_share"):
        document[name] = reader.number(name, whole=100)
    document["repeat_days"] = reader.count("repeat_days")
    document["repeat_rejected_action"] = form.get("repeat_rejected_action", Verdict.HOLD.value)
    document["time_target_minutes"] = reader.count("time_target_hours", factor=MINUTES_AN_HOUR)
    if reader.errors:
        raise InvalidInputError(_("The policy has wrong fields."), fields=reader.errors)
    return document


def field_of(name: str) -> str:
    """Return the form's name of a document's field, so that an error stands where it was typed."""
    parts = name.split(".")
    if parts[0] == "labels" and len(parts) == 3:  # noqa: PLR2004 - labels.<label>.<field>
        kind = {"threshold": "fixed", "hold_threshold": "hold"}.get(parts[2], parts[2])
        return f"{kind}-{parts[1]}"
    return "time_target_hours" if name == "time_target_minutes" else name


def word_rule_rows(fields: MultiDict[str, str]) -> list[dict[str, str]]:
    """Return the rows of the word rules' table, empty ones for new rules last."""
    rows = [row for row in _rows(fields) if row["words"]]
    empty = {"rule_id": "", "words": "", "action": Verdict.FLAG.value, "label": "", "note": ""}
    return [*rows, *({**empty} for _ in range(EMPTY_RULES))]


def _kind(rule: LabelPolicy) -> str:
    if rule.rule is not None:
        return "words"
    return "own" if rule.threshold is None else "fixed"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _label(
    label: Label, form: MultiDict[str, str], reader: _Numbers, old: dict[str, Any]
) -> dict[str, Any]:
    kept = {name: old[name] for name in ("rule", "computed") if name in old}
    kind = form.get(f"from-{label}", "own")
    made: dict[str, Any] = {
        "action": form.get(f"action-{label}"),
        "threshold": reader.number(f"fixed-{label}") if kind == "fixed" else None,
        "hold_threshold": reader.number(f"hold-{label}", is_needed=False),
    }
    return made | kept if kind == "words" else made


def _rows(form: MultiDict[str, str]) -> list[dict[str, str]]:
    names = ("rule_id", "words", "action", "label", "note")
    columns = [[typed_text(one).strip() for one in form.getlist(f"rule-{name}")] for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=False)]


def _word_rules(form: MultiDict[str, str]) -> list[dict[str, str | None]]:
    return [
        {
            **row,
            "rule_id": row["rule_id"] or row["words"],
            "label": row["label"] or None,
        }
        for row in _rows(form)
        if row["words"]
    ]


class _Numbers:
    """Reads numbers as people type them; what is none is written down by its field."""

    def __init__(self, form: MultiDict[str, str]) -> None:
        self._form = form
        self.errors: dict[str, str] = {}

    def number(self, name: str, *, whole: float = 1, is_needed: bool = True) -> float | None:
        """Return a field's number over ``whole``; None where nothing is typed and may be."""
        raw = typed_text(self._form.get(name)).strip().removesuffix("%").strip()
        if not raw and not is_needed:
            return None
        try:
            return round(float(raw.replace(",", ".")) / whole, 10)
        except ValueError:
            self.errors[name] = _("expected a number")
            return 0.0

    def count(self, name: str, *, factor: int = 1) -> int:
        """Return a field's number times a factor, as a whole number."""
        value = self.number(name)
        try:
            return round((value or 0.0) * factor)
        except (ValueError, OverflowError):
            self.errors[name] = _("expected a number")
            return 0

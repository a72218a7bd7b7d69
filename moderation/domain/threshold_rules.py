"""Thresholds in words: what an operator asks for, and the number that keeps the promise."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_ITEMS_A_DAY = 1_000_000
KEPT_MODELS = 4
"""Numbers of so many models are kept beside a rule, so that a rollback finds its own again."""


class Promise(StrEnum):
    """What a rule promises."""

    PRECISION = "precision"
    RECALL = "recall"
    ITEMS_A_DAY = "items_a_day"


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """A promise with its number.

    Attributes
    ----------
    promise : Promise
    value : float
        A share in (0, 1] for precision and recall, a number of items for ``items_a_day``.
    """

    promise: Promise
    value: float

    def sentence(self) -> str:
        """Return the rule in words."""
        if self.promise is Promise.PRECISION:
            return f"at least {percent(self.value)} of what we flag should deserve it"
        if self.promise is Promise.RECALL:
            return f"find at least {percent(self.value)} of what deserves it"
        return f"no more than {self.value:g} items a day"

    def to_document(self) -> dict[str, Any]:
        """Return the JSON-ready rule."""
        return {"promise": self.promise.value, "value": self.value}


@dataclass(frozen=True, slots=True)
class Computed:
    """What a rule gave for one model.

    Attributes
    ----------
    model_version : str
    threshold : float or None
        None when the data could not support the promise: the model's own threshold is kept.
    at : str
        RFC 3339 time in UTC.
    why : str
        What it rests on, or why there is no number, in a sentence.
    """

    model_version: str
    threshold: float | None
    at: str
    why: str


def percent(share: float) -> str:
    """Return a share as people write it: ``90%``, ``12.5%``."""
    return f"{100 * share:.4g}%"


def check_rule(promise: Promise, value: float) -> str | None:
    """Return what is wrong with a rule's number, or None."""
    if promise is Promise.ITEMS_A_DAY:
        is_right = 1 <= value <= MOST_ITEMS_A_DAY
        return None if is_right else f"expected 1 to {MOST_ITEMS_A_DAY} items a day"
    return None if 0.01 <= value <= 1 else "expected a share from 1% to 100%"  # noqa: PLR2004


def rule_from_document(
    raw: object, where: str, errors: MutableMapping[str, str]
) -> ThresholdRule | None:
    """Read a rule; what is wrong goes into ``errors`` under its field's name."""
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or set(raw) != {"promise", "value"}:
        errors[where] = "expected null or an object with promise and value"
        return None
    promise, value = raw["promise"], raw["value"]
    if not isinstance(promise, str) or promise not in tuple(Promise):
        errors[f"{where}.promise"] = "expected precision, recall or items_a_day"
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        errors[f"{where}.value"] = "expected a number"
        return None
    problem = check_rule(Promise(promise), value)
    if problem is not None:
        errors[f"{where}.value"] = problem
        return None
    return ThresholdRule(Promise(promise), float(value))


def computed_to_document(one: Computed) -> dict[str, Any]:
    """Return a computed threshold as JSON-ready values."""
    return {
        "model_version": one.model_version,
        "threshold": one.threshold,
        "at": one.at,
        "why": one.why,
    }


def computed_from_document(
    raw: object, where: str, errors: MutableMapping[str, str]
) -> tuple[Computed, ...]:
    """Read computed thresholds; what is wrong goes into ``errors``."""
    if not isinstance(raw, list):
        errors[where] = "expected a list"
        return ()
    found = []
    for number, entry in enumerate(raw):
        one = _computed(entry)
        if one is None:
            errors[f"{where}.{number}"] = (
                "expected model_version, at and why as strings, threshold null or from 0 to 1"
            )
        else:
            found.append(one)
    return tuple(found[:KEPT_MODELS])


def _computed(entry: object) -> Computed | None:
    if not isinstance(entry, Mapping):
        return None
    texts = [entry.get(name) for name in ("model_version", "at", "why")]
    threshold = entry.get("threshold")
    if not all(isinstance(text, str) for text in texts):
        return None
    if threshold is not None and (
        isinstance(threshold, bool)
        or not isinstance(threshold, int | float)
        or not 0 <= threshold <= 1
    ):
        return None
    return Computed(
        str(texts[0]), float(threshold) if threshold is not None else None, *map(str, texts[1:])
    )

"""What a forum wants of the formats that other services made known: Perspective, OpenAI, Akismet.

None of them knows a verdict or a review queue; here the forum says what they mean to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from classifiers.labels import Label
from moderation.domain.verdict import LabelScore, ReasonKind, Verdict, reason_kind


class DropInMode(StrEnum):
    """What becomes of a comment that comes in another service's format."""

    SCORE_ONLY = "score_only"
    STORE_AND_QUEUE = "store_and_queue"


class SpamMeaning(StrEnum):
    """What Akismet's ``true`` stands for."""

    HELD = "held"
    FLAGGED = "flagged"
    ABUSIVE = "abusive"


@dataclass(frozen=True, slots=True)
class DropIn:
    """A part of the forum's policy.

    Attributes
    ----------
    mode : DropInMode
        ``score_only`` leaves no trace of a comment; ``store_and_queue`` treats it like one that
        came by the native webhook.
    languages : tuple[str, ...]
        Base language tags that the forum vouches for; the bundled model knows English only.
    spam : SpamMeaning
        ``held``: the verdict is hold; ``flagged``: it is flag or hold; ``abusive``: the score
        reaches a threshold, whatever the verdict is.
    spam_threshold : float or None
        For ``abusive``, in [0, 1]; None takes the threshold in force.
    spam_teaches : tuple[Label, ...]
        Labels that Akismet's submit-spam calls true and submit-ham false; none: nothing is learnt.
    """

    mode: DropInMode = DropInMode.SCORE_ONLY
    languages: tuple[str, ...] = ("en",)
    spam: SpamMeaning = SpamMeaning.HELD
    spam_threshold: float | None = None
    spam_teaches: tuple[Label, ...] = (Label.ABUSIVE,)

    @property
    def stores(self) -> bool:
        """Whether comments are stored and queued."""
        return self.mode is DropInMode.STORE_AND_QUEUE


_ALWAYS_PUBLISHED = {ReasonKind.TRUSTED_AUTHOR, ReasonKind.REPEAT_APPROVED}


def is_spam(
    drop_in: DropIn, verdict: Verdict, reasons: Collection[str], scores: Sequence[LabelScore]
) -> bool:
    """Return what Akismet's clients are told of a verdict.

    Without scores (the scorer failed) what is held is spam in every meaning: nothing is published
    unscored.
    """
    if drop_in.spam is SpamMeaning.FLAGGED:
        return verdict is not Verdict.PUBLISH
    if drop_in.spam is SpamMeaning.HELD or not scores:
        return verdict is Verdict.HOLD
    if any(reason_kind(reason) in _ALWAYS_PUBLISHED for reason in reasons):
        return False
    return any(
        row.score >= (row.threshold if drop_in.spam_threshold is None else drop_in.spam_threshold)
        for row in scores
        if row.label is Label.ABUSIVE
    )


def to_document(drop_in: DropIn) -> dict[str, Any]:
    """Return the JSON-ready document."""
    return {
        "mode": drop_in.mode.value,
        "languages": list(drop_in.languages),
        "spam": drop_in.spam.value,
        "spam_threshold": drop_in.spam_threshold,
        "spam_teaches": [label.value for label in drop_in.spam_teaches],
    }


def from_document(document: object) -> tuple[DropIn, dict[str, str]]:
    """Read the document; returns also the wrong fields with what was expected of each."""
    if not isinstance(document, Mapping):
        return DropIn(), {"": "expected an object"}
    filled = to_document(DropIn()) | dict(document)
    wrong = {
        name: expected
        for name, (is_right, expected) in _RULES.items()
        if not is_right(filled[name])
    }
    wrong |= dict.fromkeys(set(filled) - set(_RULES), "unknown field")
    if wrong:
        return DropIn(), wrong
    return DropIn(
        mode=DropInMode(filled["mode"]),
        languages=tuple(filled["languages"]),
        spam=SpamMeaning(filled["spam"]),
        spam_threshold=filled["spam_threshold"],
        spam_teaches=tuple(Label(name) for name in filled["spam_teaches"]),
    ), {}


def _is_language(tag: object) -> bool:
    return (
        isinstance(tag, str)
        and tag.isascii()
        and tag.isalpha()
        and tag.islower()
        and 2 <= len(tag) <= 3  # noqa: PLR2004 - ISO 639
    )


def _is_choice(choices: type[StrEnum]) -> Any:
    return lambda value: isinstance(value, str) and value in set(choices)


def _is_probability(value: object) -> bool:
    if value is None:
        return True
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 <= value <= 1


_RULES: Mapping[str, tuple[Any, str]] = {
    "mode": (_is_choice(DropInMode), "expected score_only or store_and_queue"),
    "languages": (
        lambda value: isinstance(value, list) and bool(value) and all(map(_is_language, value)),
        "expected a list of base language tags such as en",
    ),
    "spam": (_is_choice(SpamMeaning), "expected held, flagged or abusive"),
    "spam_threshold": (_is_probability, "expected a number from 0 to 1 or null"),
    "spam_teaches": (
        lambda value: isinstance(value, list) and all(map(_is_choice(Label), value)),
        "expected a list of known labels",
    ),
}

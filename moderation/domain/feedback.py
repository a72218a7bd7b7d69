"""Feedback: what somebody judged a comment to be, from whichever door, and what it weighs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from moderation.domain.errors import InvalidInputError


class FeedbackSource(StrEnum):
    """Where a judged label comes from.

    The first ones say why the comment was in the desk's queue (`moderation.domain.verdict.Source`);
    the others are doors beside the desk. Imported labels may name any other source, such as the
    name of a data set.
    """

    MODEL = "model"
    WORD_RULE = "word_rule"
    REPORT = "report"
    AUDIT_SAMPLE = "audit_sample"
    SCORER_FAILED = "scorer_failed"
    REPEAT = "repeat"
    SECOND_OPINION = "second_opinion"
    HOST_CORRECTION = "host_correction"
    APPEAL = "appeal"
    SUGGEST_SCORE = "suggest_score"
    SUBMIT_HAM = "submit_ham"
    SUBMIT_SPAM = "submit_spam"
    IMPORT = "import"


HOST_SOURCES = (FeedbackSource.HOST_CORRECTION, FeedbackSource.APPEAL)
"""What a forum may call its own feedback."""

DEFAULT_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        # Decided on the desk, with our definitions in view.
        FeedbackSource.MODEL: 1.0,
        FeedbackSource.WORD_RULE: 1.0,
        FeedbackSource.REPORT: 1.0,
        FeedbackSource.AUDIT_SAMPLE: 1.0,
        FeedbackSource.SCORER_FAILED: 1.0,
        FeedbackSource.REPEAT: 1.0,
        # Two people said the same without knowing of each other, or a senior settled it.
        FeedbackSource.SECOND_OPINION: 2.0,
        # Looked at a second time, by somebody who knew what the first had decided.
        FeedbackSource.APPEAL: 2.0,
        # Decided elsewhere, by rules that need not be ours.
        FeedbackSource.HOST_CORRECTION: 0.5,
        FeedbackSource.SUGGEST_SCORE: 0.25,
        FeedbackSource.SUBMIT_HAM: 0.5,
        FeedbackSource.SUBMIT_SPAM: 0.25,
        FeedbackSource.IMPORT: 1.0,
    }
)
"""Weight in training by source. An appeal weighs twice: two people looked. What a host says
without our definitions weighs less than a decision on the desk. A source that is not named here
weighs as ``import``. ``docs/exporting.md`` holds the same table."""

LEAST_WEIGHT, MOST_WEIGHT = 0.01, 100.0
MAX_SOURCE_LENGTH = 40
_SOURCE = re.compile(rf"[a-z0-9][a-z0-9_./-]{{0,{MAX_SOURCE_LENGTH - 1}}}")


def is_source(name: str) -> bool:
    """Return whether a name may be a source: small letters, digits and ``_ . / -``."""
    return _SOURCE.fullmatch(name) is not None


def check_source(name: str) -> str:
    """Return the name of a source; raises `InvalidInputError` when it cannot be one."""
    if not is_source(name):
        raise InvalidInputError(
            "That is no source.",
            fields={
                "source": f"expected 1 to {MAX_SOURCE_LENGTH} small letters, digits and _ . / -"
            },
        )
    return name


@dataclass(frozen=True, slots=True)
class FeedbackWeights:
    """What each source weighs in training.

    Attributes
    ----------
    changes : Mapping[str, float]
        What the operator has set; the rest is `DEFAULT_WEIGHTS`.
    """

    changes: Mapping[str, float] = field(default_factory=dict)

    def of(self, source: str) -> float:
        """Return the weight of a source, positive."""
        for name in (source, FeedbackSource.IMPORT.value):
            if name in self.changes:
                return self.changes[name]
            if name in DEFAULT_WEIGHTS:
                return DEFAULT_WEIGHTS[name]
        raise AssertionError("the table has a weight for imports")

    def __iter__(self) -> Iterator[tuple[str, float]]:
        """Yield each source with its weight, the operator's own sources last."""
        for name in dict.fromkeys([*DEFAULT_WEIGHTS, *self.changes]):
            yield str(name), self.of(name)

    def __str__(self) -> str:
        """Return what an operator writes to get the same weights."""
        return ",".join(f"{name}={weight:g}" for name, weight in self)


def parse_weights(raw: str) -> FeedbackWeights:
    """Read ``source=weight,source=weight``.

    Raises
    ------
    ValueError
        When it is not that; the message says what was expected.
    """
    changes: dict[str, float] = {}
    for part in raw.split(","):
        name, _, number = (piece.strip() for piece in part.partition("="))
        try:
            weight = float(number)
        except ValueError:
            weight = 0.0
        if not is_source(name) or not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
            message = (
                "SOURCE=WEIGHT with weights from "
                f"{LEAST_WEIGHT:g} to {MOST_WEIGHT:g}, several with commas between them"
            )
            raise ValueError(message)
        changes[name] = weight
    return FeedbackWeights(MappingProxyType(changes))

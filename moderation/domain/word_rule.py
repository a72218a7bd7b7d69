"""A forum's own word list: deterministic, and independent of any model."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from moderation.domain.errors import InvalidInputError
from moderation.domain.verdict import Verdict

MAX_WORDS_LENGTH = 200
"""Code points. Longer phrases are sentences, and a rule on a sentence never matches twice."""

PREFIX_MARK = "*"


@dataclass(frozen=True, slots=True)
class WordRule:
    """One word or phrase, and what shall happen to a comment that holds it.

    Attributes
    ----------
    rule_id : str
        Stable within the forum; reasons name it.
    words : str
        A word or phrase. ``*`` at its end also matches longer words that begin so: ``idiot*``
        matches "idiots" and "idiotic".
    action : str
        ``flag`` or ``hold``: machines never reject.
    label : str or None
        The label that a match stands for, if any.
    note : str
        Why the forum has this rule; shown to moderators.

    Raises
    ------
    InvalidInputError
        When the words hold no visible character, are too long or have ``*`` elsewhere than at
        the end, or when the action is neither ``flag`` nor ``hold``.
    """

    rule_id: str
    words: str
    action: str = Verdict.FLAG.value
    label: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a rule that could match nothing, or not what its author meant."""
        fields = {}
        if self.action not in {Verdict.FLAG, Verdict.HOLD}:
            fields["action"] = "expected flag or hold"
        if not any(_is_visible(char) for char in self.stem):
            fields["words"] = "expected a word or phrase"
        elif len(self.words) > MAX_WORDS_LENGTH:
            fields["words"] = f"expected at most {MAX_WORDS_LENGTH} characters"
        elif PREFIX_MARK in self.stem:
            fields["words"] = f"expected {PREFIX_MARK} only at the end"
        if fields:
            message = "The word rule is not valid."
            raise InvalidInputError(message, fields=fields)

    @property
    def is_prefix(self) -> bool:
        """Whether longer words that begin with the words match too."""
        return self.words.rstrip().endswith(PREFIX_MARK)

    @property
    def stem(self) -> str:
        """The words without the mark of a prefix and without outer spaces."""
        return self.words.strip().removesuffix(PREFIX_MARK).rstrip()


@dataclass(frozen=True, slots=True)
class WordRuleMatch:
    """Where a rule matched; code-point offsets into the text that was searched."""

    rule_id: str
    start: int
    end: int
    matched: str


_VISIBLE_CATEGORIES = frozenset("LNSP")


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] in _VISIBLE_CATEGORIES

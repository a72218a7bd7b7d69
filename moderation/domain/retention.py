"""How long a forum keeps what is personal, and what becomes of an erased record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from moderation.domain.errors import InvalidInputError

MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Retention:
    """Days after which something is erased; None keeps it until it is erased on request.

    Attributes
    ----------
    text_days : int or None
        For a comment's text, its quotes, parent and title, from its arrival on.
    author_days : int or None
        For who wrote and who reported a comment, from its arrival on.
    decision_days : int or None
        For decisions with their labels, notes and history, from the newest one on.
    """

    text_days: int | None = None
    author_days: int | None = None
    decision_days: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be a number of days, with `InvalidInputError`."""
        wrong = {
            one.name: f"expected a whole number of days from 1 to {MOST_DAYS}"
            for one in fields(self)
            if getattr(self, one.name) is not None and not 1 <= getattr(self, one.name) <= MOST_DAYS
        }
        if wrong:
            raise InvalidInputError("That is no time to keep data for.", fields=wrong)

    @property
    def is_endless(self) -> bool:
        """Whether nothing is ever erased by age."""
        return self == Retention()


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased on request, and where copies may be left.

    Attributes
    ----------
    comments : int
        Revisions whose text and author are gone.
    reports : int
        Reports that the author had made, now without a name.
    labels : int
        Imported labels with the author's text, removed.
    exports : tuple[Mapping[str, Any], ...]
        Exports of labels that were made since the first of the comments arrived, newest first:
        whoever holds these files must erase the rows there.
    """

    comments: int
    reports: int = 0
    labels: int = 0
    exports: tuple[Mapping[str, Any], ...] = ()

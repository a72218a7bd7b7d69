"""What an operator says about the files of one import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from classifiers.labels import Label
from moderation.services.label_import.answers import Choices, Words

CATEGORY = "label"
"""The field of a column whose cells are names of choices."""

TEXT_FIELDS = (
    "text",
    "title",
    "parent",
    "forum",
    "comment_id",
    "revision",
    "thread_id",
    "author_id",
    "created_at",
    "decided_at",
    "decided_by",
    "decision",
    "reason_code",
    "source",
)
FIELDS = (*TEXT_FIELDS, "weight", CATEGORY, *(label.value for label in Label))
"""What a column can be mapped to."""


class ImportFormat(StrEnum):
    """Whose shape a file has."""

    EXPORT = "export"
    TABLE = "table"
    LABEL_STUDIO = "label-studio"
    ARGILLA = "argilla"


@dataclass(frozen=True, slots=True)
class ImportRules:
    """How the rows of the files are read.

    Attributes
    ----------
    format : ImportFormat or None
        None: told by the first row.
    columns : Mapping[str, str]
        A field of ours to the file's column or data field; others are looked for by our own name.
    words : Words
        What cells of label columns mean.
    choices : Choices
        What choices mean.
    question : str or None
        The control (Label Studio) or question (Argilla) whose answers count; None for the only one.
    source : str or None
        Where the labels come from, instead of what the file says.
    forum : str or None
        The forum that the labels belong to, instead of what the file says.
    weight : float or None
        Weight in training, instead of what the file says and of that of the source.
    """

    format: ImportFormat | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=Words)
    choices: Choices = field(default_factory=Choices)
    question: str | None = None
    source: str | None = None
    forum: str | None = None
    weight: float | None = None

    def column(self, name: str) -> str:
        """Return the file's name for a field of ours."""
        return self.columns.get(name, name)


def parse_columns(pairs: Sequence[str]) -> dict[str, str]:
    """Read ``FIELD=COLUMN`` pairs.

    Raises
    ------
    ValueError
        If one is not that; the message says which.
    """
    columns: dict[str, str] = {}
    for pair in pairs:
        name, separator, column = pair.partition("=")
        if name.strip() not in FIELDS or not separator or not column.strip():
            message = f"{pair!r}: expected FIELD=COLUMN with one of {', '.join(FIELDS)}"
            raise ValueError(message)
        columns[name.strip()] = column.strip()
    return columns

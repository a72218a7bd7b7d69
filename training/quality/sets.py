"""The sets that measure, with what their labels say about ours. Their rows are not shipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.labels import Label
from training.example import Example
from training.held_out import Part, part_of
from training.sources import read_gzip_rows
from training.split import bucket

MAX_ROWS = 5_000
"""Of a larger set a fixed sample is taken: intervals are narrow enough, and a run stays short."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MeasuredSet:
    """Rows of one set, and which labels are measured on them.

    Attributes
    ----------
    name : str
    rows : list[Example]
    is_held_out : bool
        Whether other rows of the set trained a model: then these are its held-out part.
    """

    name: str
    rows: list[Example]
    is_held_out: bool = False


def _coarse(*labels: Label) -> Callable[[Row], dict[Label, float]]:
    """Return a reading of the coarse columns that the sets were given."""

    def read(row: Row) -> dict[Label, float]:
        key = "partisan" if Label.PARTISAN in labels else "abusive"
        return {label: float(row[key]) for label in labels if key in row}

    return read


_ABUSIVE, _PARTISAN = _coarse(Label.ABUSIVE), _coarse(Label.PARTISAN)
ABUSIVE_SETS: tuple[tuple[str, str], ...] = (
    ("restricted", "unhealthy_conversations"),
    ("restricted", "sfu_ctc"),
    ("restricted", "olid"),
    ("restricted", "swad"),
    ("restricted", "toxicr"),
    ("open", "convabuse"),
    ("open", "davidson2017"),
)
"""Comment sets of which none trains: their mean is the figure for ``abusive``."""
PARTISAN_SETS: tuple[tuple[str, str], ...] = (
    ("restricted", "usvsthem_reddit"),
    ("restricted", "babe_news"),
)


def sampled(rows: Sequence[Example], count: int | None = MAX_ROWS) -> list[Example]:
    """Return at most so many rows, in their order; which ones goes by a hash of the text."""
    if count is None or len(rows) <= count:
        return list(rows)
    order = sorted(range(len(rows)), key=lambda index: bucket(rows[index].text, 0))
    return [rows[index] for index in sorted(order[:count])]


def read_set(
    data_dir: Path,
    folder: str,
    name: str,
    read: Callable[[Row], dict[Label, float]],
    *,
    category: str = "",
    count: int | None = MAX_ROWS,
) -> list[Example]:
    """Return the rows of a set that have labels, or none if the set is not at hand.

    Parameters
    ----------
    data_dir : Path
    folder, name : str
    read : callable
        From a row to its labels.
    category : str
        Name of a column that becomes the example's category.
    count : int or None
        At most so many.
    """
    path = data_dir / folder / f"{name}.jsonl.gz"
    if not path.exists():
        return []
    rows = []
    for row in read_gzip_rows(path):
        labels, text = read(row), row["text"].strip()
        if labels and text:
            group = f"{name}:{text[:80]}"
            kind = str(row.get(category, ""))
            rows.append(Example(text, labels, name, category=kind, group=group))
    return sampled(rows, count)


def abusive_sets(data_dir: Path) -> list[MeasuredSet]:
    """Return the development sets of ``abusive`` that are at hand."""
    found = [MeasuredSet(n, read_set(data_dir, f, n, _ABUSIVE)) for f, n in ABUSIVE_SETS]
    return [one for one in found if one.rows]


def partisan_sets(data_dir: Path) -> list[MeasuredSet]:
    """Return the development sets of ``partisan`` that never train and are at hand."""
    found = [MeasuredSet(n, read_set(data_dir, f, n, _PARTISAN)) for f, n in PARTISAN_SETS]
    return [one for one in found if one.rows]


def news_paragraphs(data_dir: Path) -> list[Example]:
    """Return news prose, neutral by its source."""

    def read(row: Row) -> dict[Label, float]:
        return {**_PARTISAN(row), Label.ABUSIVE: 0.0}

    return read_set(data_dir, "restricted", "bbc_paragraphs", read)


def hatecheck(data_dir: Path) -> list[Example]:
    """Return the functional tests of HateCheck; the category is the function."""
    read = _coarse(Label.ABUSIVE, Label.IDENTITY_ATTACK)
    return read_set(data_dir, "open", "hatecheck", read, category="label")


def madlibs(data_dir: Path) -> list[Example]:
    """Return the identity-term templates, all of them: they are short."""
    return read_set(data_dir, "open", "identity_madlibs", _ABUSIVE, count=None)


def kind_sets(data_dir: Path) -> list[MeasuredSet]:
    """Return sets that carry kinds of abuse and none of whose labels trained a kind.

    HateCheck, and news comments by whether annotators marked swear words in them: the model
    learned ``profanity`` from a word list, so this is what it is worth to people.
    """
    swearing = read_set(data_dir, "open", "civil_toxic_spans", _marked_swearing, count=None)
    held_out = [row for row in swearing if part_of(row) is Part.TEST]
    found = [
        MeasuredSet("hatecheck", hatecheck(data_dir)),
        MeasuredSet("civil_toxic_spans, swearing marked by people", held_out, is_held_out=True),
    ]
    return [one for one in found if one.rows]


def _marked_swearing(row: Row) -> dict[Label, float]:
    """Swear words where half of the annotators marked some, none where nobody did."""
    votes = row.get("span_types", {}).get("Profane/Obscene", 0)
    if 0 < 2 * votes < int(row["n_annot"]):
        return {}
    return {Label.PROFANITY: float(votes > 0)}

"""How a file says yes and no: words and numbers in columns, names of choices."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from classifiers.labelled import LabelledCommentError
from classifiers.labels import Label

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0"})
_UNKNOWN = frozenset({"", "null", "none", "nan"})
_NOT = ("not_", "no_", "non_")
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Words:
    """What the cells of a label's column mean.

    Attributes
    ----------
    true, false : Collection[str]
        In small letters.
    at_least : float or None
        A number counts as yes from here on and as no below; None: only 1 and 0 do.
    """

    true: Collection[str] = TRUE_WORDS
    false: Collection[str] = FALSE_WORDS
    at_least: float | None = None

    def answer(self, column: str, value: Any) -> bool | None:
        """Return what a cell says; None when it says nothing.

        Raises
        ------
        LabelledCommentError
            If it is neither yes nor no.
        """
        word = _word(value)
        if word in self.true:
            return True
        if word in self.false:
            return False
        if word in _UNKNOWN:
            return None
        if self.at_least is not None:
            number = _number(word)
            if number is not None:
                return number >= self.at_least
        raise LabelledCommentError(
            f"{column}: {word[:_LONGEST_SHOWN]!r} is neither yes nor no; say what it means with "
            "--true, --false or --at-least"
        )


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None:
        return ""
    word = str(value).strip().lower()
    return word.removesuffix(".0") if word in ("0.0", "1.0") else word


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the names of a labelling tool's choices mean.

    Attributes
    ----------
    by_label : Mapping[Label, Collection[str]]
        Choices that mean yes. A label that is named here is judged by everybody who answered: no
        of its choices is a no. Empty: choices named like our labels mean yes, and with ``not``
        in front no.
    """

    by_label: Mapping[Label, Collection[str]] = field(default_factory=dict)

    def answers(self, chosen: Sequence[str]) -> dict[Label, bool]:
        """Return what somebody who chose these says.

        Raises
        ------
        LabelledCommentError
            If that cannot be told.
        """
        names = [_plain(name) for name in chosen]
        if self.by_label:
            return {
                label: any(name in wanted for name in names)
                for label, wanted in self.by_label.items()
            }
        if not names:
            raise LabelledCommentError(
                "nothing was chosen; with --choice LABEL=CHOICE that counts as no"
            )
        return dict(_by_name(name) for name in names)


def _by_name(name: str) -> tuple[Label, bool]:
    bare = next((name.removeprefix(no) for no in _NOT if name.startswith(no)), None)
    if name in set(Label):
        return Label(name), True
    if bare in set(Label):
        return Label(str(bare)), False
    shown = name[:_LONGEST_SHOWN]
    raise LabelledCommentError(f"choice {shown!r}: say what it means with --choice LABEL={shown}")


def _plain(name: str) -> str:
    return "_".join(name.replace("-", " ").replace("_", " ").casefold().split())


def parse_choices(pairs: Sequence[str]) -> Choices:
    """Read ``LABEL=CHOICE[,CHOICE...]`` pairs.

    Raises
    ------
    ValueError
        If one is not that; the message says which.
    """
    found: dict[Label, set[str]] = {}
    for pair in pairs:
        name, _, wanted = pair.partition("=")
        chosen = {_plain(choice) for choice in wanted.split(",") if choice.strip()}
        if name.strip() not in set(Label) or not chosen:
            known = ", ".join(label.value for label in Label)
            message = f"{pair!r}: expected LABEL=CHOICE with one of {known}"
            raise ValueError(message)
        found.setdefault(Label(name.strip()), set()).update(chosen)
    return Choices(found)

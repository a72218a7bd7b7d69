"""Copies of training texts with names swapped: held together, they keep a model even-handed.

A head that is pulled towards equal log-odds on both texts of a pair cannot lean on who is meant:
counterfactual logit pairing (Garg et al., "Counterfactual fairness in text classification through
robustness", 2019), which for a linear head is a quadratic penalty.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "interchangeable.toml"


@cache
def _groups(kind: str) -> Mapping[str, tuple[str, ...]]:
    """From each expression to those that may stand in its place."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    others: dict[str, tuple[str, ...]] = {}
    if kind == "plain":
        for entry in tables["plain"].values():
            for group in entry["for"]:
                others |= dict.fromkeys(tables["groups"][group], tuple(entry["words"]))
        return others
    for members in tables[kind].values():
        for member in members:
            rest = tuple(other for other in members if other != member)
            others[member] = (*others.get(member, ()), *rest)
    return others


def plain_names(kind: str) -> list[str]:
    """Return a table of ``plain``: its words that name no group, and the groups they stand for."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    entry = tables["plain"][kind]
    members = (member for group in entry["for"] for member in tables["groups"][group])
    return list(dict.fromkeys((*entry["words"], *members)))


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    longest_first = sorted(_groups(kind), key=lambda name: (-len(name), name))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


def swap(text: str, kind: str, rng: random.Random) -> str | None:
    """Return a text with every named member of a group replaced by another, or None.

    Within one text the same expression is always replaced by the same other.

    Parameters
    ----------
    text : str
    kind : str
        ``sides`` (politicians, parties, camps, countries), ``groups`` (peoples, faiths, genders
        and other groups of persons) or ``plain`` (a group by words that name none, such as
        "teachers").
    rng : random.Random
    """
    groups = _groups(kind)
    chosen: dict[str, str] = {}

    def other(match: re.Match[str]) -> str:
        found = match[0]
        key = found.lower()
        if key not in chosen:
            chosen[key] = rng.choice(groups[key])
        return _cased(chosen[key], found)

    swapped = _pattern(kind).sub(other, text)
    return swapped if chosen else None


def _cased(name: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return name.upper()
    return name.title() if like[:1].isupper() else name


def swapped_pairs(
    texts: Iterable[str], kind: str, *, count: int, seed: int
) -> tuple[Sequence[str], Sequence[str]]:
    """Return up to ``count`` texts that name somebody, with their swapped copies.

    Before them stand the bare names, each beside each that may replace it.

    Parameters
    ----------
    texts : iterable of str
    kind : str
        See `swap`.
    count : int
        Most pairs of whole texts.
    seed : int
        Chooses texts and replacements.
    """
    rng = random.Random(seed)  # noqa: S311 (no secret)
    named = [text for text in texts if len(text) <= _LONGEST and _pattern(kind).search(text)]
    rng.shuffle(named)
    first, second = _bare(kind)
    for text in named[:count]:
        swapped = swap(text, kind, rng)
        if swapped is not None:
            first.append(text)
            second.append(swapped)
    return first, second


def _bare(kind: str) -> tuple[list[str], list[str]]:
    groups = _groups(kind)
    pairs = sorted(
        {
            (name, other)
            for name, others in groups.items()
            for other in others
            if name < other or other not in groups
        }
    )
    return [name for name, _ in pairs], [other for _, other in pairs]


_LONGEST = 600
"""Longer texts name many and cost more than they teach."""

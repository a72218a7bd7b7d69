"""Sentences that we wrote to measure with: neutral mentions of groups and of political sides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from classifiers.labels import Label
from training.example import Example

_FOLDER = Path(__file__).parent
_NEUTRAL = {Label.ABUSIVE: 0.0, Label.PARTISAN: 0.0, Label.IDENTITY_ATTACK: 0.0}


@dataclass(frozen=True, slots=True)
class Swap:
    """One neutral sentence about two sides.

    Attributes
    ----------
    kind : str
        ``politicians`` or ``parties``.
    pair : str
        The two names.
    first, second : str
        The sentence with the one and with the other name.
    """

    kind: str
    pair: str
    first: str
    second: str


def identity_sentences() -> list[Example]:
    """Return neutral sentences that name a group (as category), every sentence with each group."""
    record = json.loads((_FOLDER / "identity.json").read_text(encoding="utf-8"))
    rows = []
    for number, sentence in enumerate(record["sentences"], 1):
        for group in record["groups"]:
            text = sentence.format(
                people=group["people"],
                person=group["person"],
                People=_capital(group["people"]),
            )
            key = f"identity.json:{number}:{group['name']}"
            rows.append(Example(text, _NEUTRAL, "probes/identity", category=group["name"], key=key))
    return rows


def swapped_sentences() -> list[Swap]:
    """Return neutral sentences with the names or parties of two sides swapped."""
    record = json.loads((_FOLDER / "swaps.json").read_text(encoding="utf-8"))
    return [
        Swap(
            kind["name"],
            f"{one} / {other}",
            _capital(sentence.format(name=one)),
            _capital(sentence.format(name=other)),
        )
        for kind in record["kinds"]
        for one, other in kind["pairs"]
        for sentence in kind["sentences"]
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

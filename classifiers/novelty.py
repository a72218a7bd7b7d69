"""How much of a text a model has never met. Standard library only."""

from __future__ import annotations

from pathlib import Path

from classifiers.folding import fold
from classifiers.text import tokenize

_WORD = "="


def known_words(path: Path) -> frozenset[str]:
    """Return the words of a bundle's vocabulary.

    Parameters
    ----------
    path : Path
        The bundle's folder.
    """
    names = (path / "names.txt").read_text(encoding="utf-8").split("\n")
    return frozenset(name[1:] for name in names if name.startswith(_WORD))


def count_words(text: str, known: frozenset[str]) -> tuple[int, int]:
    """Return how many words of a text are in no reading a known one, and how many words it has."""
    unknown = total = 0
    for token in tokenize(text):
        folded = fold(token)
        if folded.is_word and folded.has_letters:
            total += 1
            unknown += known.isdisjoint(folded.readings)
    return unknown, total

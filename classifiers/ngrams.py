"""Names of features: how a token becomes entries of the vocabulary. Standard library only.

The trainer and the server call the same functions, so both see the same features. The first
character tells families apart: ``=`` a word, ``+`` two neighbours, ``!`` a signal, anything else a
character n-gram, which lies inside one word (a space marks the word's edge).
"""

from __future__ import annotations

from classifiers.text import Folded, Token

START = "<s>"
"""Stands before the first token in pairs: how a comment opens says much about its tone."""


def token_features(folded: Folded, shortest: int, longest: int) -> list[str]:
    """Return the names of all features that one token carries by itself.

    Parameters
    ----------
    folded : Folded
        The token after normalisation.
    shortest, longest : int
        Lengths of character n-grams, inclusive.

    Returns
    -------
    list[str]
        A name occurs as often as the feature does.
    """
    names = [f"={folded.form}"]
    names.extend(f"!{signal}" for signal in folded.signals)
    if not folded.has_letters:
        return names
    padded = f" {folded.form} "
    size = len(padded)
    for length in range(shortest, min(longest, size) + 1):
        names.extend(padded[i : i + length] for i in range(size - length + 1))
    return names


def pair_feature(first: str, second: str) -> str:
    """Return the name of the feature "these two forms stand side by side"."""
    return f"+{first} {second}"


def unit_key(token: Token) -> tuple[str, str]:
    """Return what a token's features depend on: a key for caches."""
    return (token.kind, token.surface)

"""Names of features: how a token becomes entries of the vocabulary. Standard library only.

The trainer and the server call the same functions, so both see the same features. The first
character tells families apart: ``=`` a word, ``+`` two neighbours, ``!`` a signal, ``@`` a word of
the context (thread title and parent), anything else a character n-gram, which lies inside one word
(a space marks the word's edge).
"""

from __future__ import annotations

from collections.abc import Callable

from classifiers.folding import Folded
from classifiers.scorer import ScoringInput
from classifiers.text import tokenize

TEXT_RULES = 2
"""Number of the rules that turn a text into features: this module, `classifiers.text`,
`classifiers.folding`, `classifiers.telling`, `classifiers.lookalikes` and `classifiers.censored`.
Raise it with every change that gives some text other features: weights that were fitted under
other rules would silently give other scores, so a bundle names the number, and one of another
number is refused. A test pins the number to what the rules give."""

START = "<s>"
"""Stands before the first token in pairs: how a comment opens says much about its tone."""

CONTEXT_TOKENS = 64
CONTEXT_CHARS = 400
"""How much of the title, and of the parent, is read: a bound on what context may cost. What a
reply answers to is mostly said at the start."""

MARKS = "=+!@"
"""First characters of the families that are no character n-grams."""


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
    names = [f"={reading}" for reading in folded.readings]
    names.extend(f"!{signal}" for signal in folded.signals)
    if not folded.has_letters:
        return names
    own = len(names)
    padded = f" {folded.form} "
    size = len(padded)
    for length in range(shortest, min(longest, size) + 1):
        names.extend(padded[i : i + length] for i in range(size - length + 1))
    if not folded.form.isalnum():  # a sign inside a word must not make another family's name
        return names[:own] + [name for name in names[own:] if name[0] not in MARKS]
    return names


def is_gram(name: str) -> bool:
    """Whether a feature is a character n-gram."""
    return name[0] not in MARKS


def context_features(comment: ScoringInput, fold_token: Callable[[str], Folded]) -> list[str]:
    """Return the names of the context's features: its distinct words, in order.

    Parameters
    ----------
    comment : ScoringInput
        Without title and parent there are none.
    fold_token : callable
        `classifiers.folding.fold` or a cache of it.
    """
    names: dict[str, None] = {}
    for text in (comment.title, comment.parent):
        for token in tokenize(text, CONTEXT_CHARS)[:CONTEXT_TOKENS] if text else ():
            folded = fold_token(token)
            if folded.has_letters:
                names[f"@{folded.form}"] = None
    return list(names)


def pair_feature(first: str, second: str) -> str:
    """Return the name of the feature "these two forms stand side by side"."""
    return f"+{first} {second}"

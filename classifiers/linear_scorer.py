"""The fast exact scorer: the fitted pipeline compiled into arrays. Needs numpy alone.

A comment's log-odds are ``intercept + sum(parts) / sqrt(sum(masses))`` where each token, each known
pair of neighbours and each known word of the title and the parent has one part for each label and
one mass (see `classifiers.features`). Parts of tokens are remembered by their spelling, so most
comments cost a look-up a word, and the explanation is the same sum before it is added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from classifiers.explain import explain
from classifiers.labels import Label
from classifiers.lexicon import Lexicon, LinearModel
from classifiers.ngrams import CONTEXT_CHARS, CONTEXT_TOKENS
from classifiers.scorer import Scored, ScoringInput, Span, Threshold
from classifiers.text import tokenize
from classifiers.token_table import CAPACITY, Generation, TokenTable

Floats = npt.NDArray[np.float64]
Forms = npt.NDArray[np.int64]

WORTH_EXPLAINING = 0.5
"""A label is explained when its score reaches this share of its threshold."""

_LARGEST = 700.0  # beyond this log-odds a float64 exponential overflows

_ALONE = np.zeros(1, dtype=np.intp)  # where a comment begins that is scored by itself

_TITLES = 1024
"""Titles whose words are remembered, each of 1,000 characters at most."""

CHUNK = 512
"""Comments that are scored in one go: enough to share the cost of each step, small in memory."""


class LinearScorer:
    """Scores comments from compiled arrays; implements `classifiers.scorer.Scorer`.

    Parameters
    ----------
    model : LinearModel
        Compiled arrays.
    thresholds : mapping of Label to Threshold
        Where each label flags.
    model_version : str
        Stamped on every answer.
    capacity : int
        Tokens that are remembered, see `classifiers.token_table`.
    """

    def __init__(
        self,
        model: LinearModel,
        thresholds: Mapping[Label, Threshold],
        model_version: str,
        *,
        capacity: int = CAPACITY,
    ) -> None:
        self._lexicon = Lexicon(model)
        self._labels = model.labels
        self._intercepts = model.intercepts
        self._thresholds = MappingProxyType(dict(thresholds))
        self._bars = [
            (column, label, WORTH_EXPLAINING * thresholds[label].value)
            for column, label in enumerate(model.labels)
            if label in thresholds
        ]
        self._version = model_version
        self._tokens = TokenTable(self._lexicon.fixed, self._lexicon.start, capacity)
        self._titles: dict[str, Floats] = {}

    @property
    def model_version(self) -> str:
        """Name of the bundle, unique by its content."""
        return self._version

    @property
    def thresholds(self) -> Mapping[Label, Threshold]:
        """The bundle's threshold for each label."""
        return self._thresholds

    def score(self, comment: ScoringInput, *, with_spans: bool = True) -> Scored:
        """Score one comment. Spans point into its text, never into title or parent."""
        generation = self._tokens.young
        tokens = ["", *tokenize(comment.text)]
        by_token, by_pair = self._parts(generation, tokens)
        sums = np.add.reduceat(by_token + by_pair, _ALONE, axis=0)
        if comment.title or comment.parent:
            sums[0] += self._context(generation, comment)
        (scores,), (norm,) = self._probabilities(sums)
        spans: tuple[Span, ...] = ()
        if with_spans:
            spans = self._spans(comment.text, scores, tokens[1:], by_token[1:], by_pair[1:], norm)
        return self._scored(scores, spans)

    def score_many(
        self, comments: Sequence[ScoringInput], *, with_spans: bool = False
    ) -> list[Scored]:
        """Score many comments; same numbers as `score`, in order."""
        return [
            one
            for begin in range(0, len(comments), CHUNK)
            for one in self._score_chunk(comments[begin : begin + CHUNK], with_spans=with_spans)
        ]

    def _score_chunk(self, comments: Sequence[ScoringInput], *, with_spans: bool) -> list[Scored]:
        generation = self._tokens.young
        tokens: list[str] = []
        begins: list[int] = []
        for comment in comments:
            begins.append(len(tokens))
            tokens.append("")
            tokens += tokenize(comment.text)
        by_token, by_pair = self._parts(generation, tokens)
        sums = np.add.reduceat(by_token + by_pair, begins, axis=0)
        for place, comment in enumerate(comments):
            if comment.title or comment.parent:
                sums[place] += self._context(generation, comment)
        rows, norms = self._probabilities(sums)
        spans: Iterable[tuple[Span, ...]] = repeat((), len(rows))
        if with_spans:
            own = map(slice, (begin + 1 for begin in begins), [*begins[1:], len(tokens)])
            spans = (
                self._spans(comment.text, scores, tokens[part], by_token[part], by_pair[part], norm)
                for comment, scores, norm, part in zip(comments, rows, norms, own, strict=True)
            )
        return [self._scored(scores, found) for scores, found in zip(rows, spans, strict=True)]

    def _scored(self, scores: Sequence[float], spans: tuple[Span, ...]) -> Scored:
        probabilities = dict(zip(self._labels, scores, strict=True))
        return Scored(MappingProxyType(probabilities), spans, self._version)

    def _spans(
        self,
        text: str,
        scores: Sequence[float],
        tokens: Sequence[str],
        by_token: Floats,
        by_pair: Floats,
        norm: float,
    ) -> tuple[Span, ...]:
        """Return what pushed the scores of one comment, of those that are worth explaining."""
        worth = [(column, label) for column, label, bar in self._bars if scores[column] >= bar]
        if not worth or not tokens:
            return ()
        pushes = _pushes(by_token, by_pair) / norm
        columns = [pushes[:, column].tolist() for column, _ in worth]
        return explain(text, tokens, columns, [label for _, label in worth])

    def _probabilities(self, sums: Floats) -> tuple[list[list[float]], list[float]]:
        """Return each comment's probabilities, and what its sums were divided by.

        The same steps for one comment as for many: a score does not depend on its company, to the
        last bit.
        """
        norms = np.sqrt(sums[:, -1:])
        norms[norms == 0] = 1.0
        log_odds = self._intercepts + sums[:, :-1] / norms
        np.clip(log_odds, -_LARGEST, _LARGEST, out=log_odds)
        return (1.0 / (1.0 + np.exp(-log_odds))).tolist(), norms[:, 0].tolist()

    def _parts(self, generation: Generation, tokens: Sequence[str]) -> tuple[Floats, Floats]:
        """Return the part of each token, and of each token's pair with the one before it.

        Comments follow each other; before each one's first token stands ``""``.
        """
        find = generation.slots.get
        slots = np.fromiter(map(find, tokens, repeat(-1)), np.int64, len(tokens))
        by_token, forms = generation.rows.take(slots, axis=0), generation.forms.take(slots)
        if slots.min() < 0:  # not seen before
            unknown = np.flatnonzero(slots < 0)
            learnt = self._learn([tokens[place] for place in unknown.tolist()])
            by_token[unknown], forms[unknown] = learnt
        keys = forms[:-1] << 32
        keys |= forms[1:]
        places, is_known = self._lexicon.pairs.find(keys)
        pairs = np.zeros_like(slots)
        np.multiply(places + generation.behind, is_known, out=pairs[1:])
        return by_token, generation.rows.take(pairs, axis=0)

    def _learn(self, tokens: Sequence[str]) -> tuple[Floats, Forms]:
        """Return parts and forms of tokens that the young generation lacks; remember them."""
        distinct = list(dict.fromkeys(tokens))
        names, parts, forms = self._tokens.recall(distinct)
        if not names:  # the common case of words that nobody has written before
            names = distinct
            parts, forms = self._lexicon.read(distinct)
        elif len(names) < len(distinct):
            recalled = set(names)
            unread = [token for token in distinct if token not in recalled]
            new_parts, new_forms = self._lexicon.read(unread)
            names += unread
            parts = np.concatenate([parts, new_parts])
            forms = np.concatenate([forms, new_forms])
        self._tokens.keep(names, parts, forms)
        if names == tokens:  # nothing twice, nothing recalled: they stand in order
            return parts, forms
        place = {token: index for index, token in enumerate(names)}
        which = [place[token] for token in tokens]
        return parts[which], forms[which]

    def _context(self, generation: Generation, comment: ScoringInput) -> Floats:
        """Return the sum of the parts of the known distinct words of title and parent.

        That of a title alone is remembered: a thread has many comments.
        """
        title, parent = comment.title or "", comment.parent or ""
        if parent:
            return self._sum_of_words(generation, (title, parent))
        known = self._titles.get(title)
        if known is None:
            known = self._sum_of_words(generation, (title,))
            if len(self._titles) >= _TITLES:
                self._titles = {}
            self._titles[title] = known
        return known

    def _sum_of_words(self, generation: Generation, texts: Iterable[str]) -> Floats:
        tokens = [
            token for text in texts for token in tokenize(text, CONTEXT_CHARS)[:CONTEXT_TOKENS]
        ]
        slots = list(map(generation.slots.get, tokens, repeat(-1)))
        forms = generation.forms.take(slots) if slots else generation.forms[:0]
        for place, slot in enumerate(slots):
            if slot < 0:
                forms[place] = self._lexicon.form(tokens[place])
        places = set(self._lexicon.context.take(forms).tolist()) - {-1}
        rows = np.array(sorted(places), dtype=np.intp) + generation.behind
        return np.asarray(np.add.reduce(generation.rows.take(rows, axis=0), axis=0))


def _pushes(by_token: Floats, by_pair: Floats) -> Floats:
    """Give half of a pair's push to each of its two tokens; all of it where a comment opens."""
    halves = 0.5 * by_pair
    pushes = by_token + halves
    pushes[:-1] += halves[1:]
    pushes[0] += halves[0]
    return pushes

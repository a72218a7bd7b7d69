"""Scores of one comment and of its sentences, by one model or several."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from classifiers.labels import Label
from classifiers.scorer import Scorer, ScoringInput
from moderation.domain.comment import Comment
from moderation.domain.errors import ScorerUnavailableError
from moderation.domain.forum import Forum
from moderation.pipeline.sentences import sentences
from moderation.services.drop_in import DropInAnswer, answer_comments
from moderation.services.judging import (
    ReducedComment,
    reduce_comment,
    score_or_none,
    scoring_input,
)
from moderation.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """One sentence's scores.

    Attributes
    ----------
    start, end : int
        Code-point offsets into the text as sent, end exclusive.
    """

    start: int
    end: int
    scores: Mapping[Label, float]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one model makes of a comment.

    Attributes
    ----------
    scores : Mapping[Label, float]
        Of the whole comment.
    sentences : tuple[SentenceScores, ...]
        Empty if not asked for.
    """

    scores: Mapping[Label, float]
    sentences: tuple[SentenceScores, ...]


def labels_of(runtime: Runtime, version: str | None) -> frozenset[Label]:
    """Return the labels that a model scores.

    Parameters
    ----------
    version : str or None
        None: the current one.

    Raises
    ------
    InvalidInputError
        If no such model is installed.
    ScorerUnavailableError
        If there is no current one.
    """
    return frozenset(_scorer(runtime, version).thresholds)


def analyse(  # noqa: PLR0913 - what a caller may choose
    runtime: Runtime,
    forum: Forum,
    comment: Comment,
    *,
    request_id: str,
    versions: Collection[str | None],
    wants_sentences: bool,
    may_store: bool,
) -> tuple[dict[str | None, Analysis], DropInAnswer]:
    """Score a comment by each model that is named, None being the one in force.

    The comment is stored and queued if the forum's policy and the caller want it, whatever models
    are named: the verdict is always that of the model in force.

    Raises
    ------
    InvalidInputError
        If a version is not installed.
    ScorerUnavailableError
        If a model fails on the comment. A comment that was to be stored is stored, and held.
    """
    scorers = {version: _scorer(runtime, version) for version in versions if version is not None}
    (answer,) = answer_comments(
        runtime, forum, [comment], request_id=request_id, may_store=may_store
    )
    reduced = reduce_comment(comment)
    found: dict[str | None, Analysis] = {
        version: _analysis(scorer, reduced, wants_sentences=wants_sentences)
        for version, scorer in scorers.items()
    }
    if None in versions:
        if not answer.scores:
            raise ScorerUnavailableError("The scorer failed.")
        # A stored answer may rest on an earlier model; its sentences must too.
        by_sentence = (
            _sentence_scores(_scorer(runtime, answer.model_version), reduced)
            if wants_sentences
            else ()
        )
        scores = {label: row.score for label, row in answer.scores.items()}
        found[None] = Analysis(scores, by_sentence)
    return found, answer


def _scorer(runtime: Runtime, version: str | None) -> Scorer:
    if version is not None:
        return runtime.models.of_version(version)
    current = runtime.models.loaded().current
    if current is None:
        raise ScorerUnavailableError("There is no model.")
    return current


def _analysis(scorer: Scorer, comment: ReducedComment, *, wants_sentences: bool) -> Analysis:
    scores = _probabilities(scorer, comment, scoring_input(comment))
    return Analysis(scores, _sentence_scores(scorer, comment) if wants_sentences else ())


def _sentence_scores(scorer: Scorer, comment: ReducedComment) -> tuple[SentenceScores, ...]:
    whole = scoring_input(comment)
    return tuple(
        SentenceScores(
            *comment.reduced.source_range(start, end),
            _probabilities(scorer, comment, replace(whole, text=whole.text[start:end])),
        )
        for start, end in sentences(whole.text)
    )


def _probabilities(
    scorer: Scorer, comment: ReducedComment, wanted: ScoringInput
) -> Mapping[Label, float]:
    scored = score_or_none(scorer, wanted, comment.comment.external_id, with_spans=False)
    if scored is None:
        raise ScorerUnavailableError("The scorer failed.")
    return scored.probabilities

"""Judge texts with the current model and the built-in policy; needs no database."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.domain.comment import Comment
from moderation.domain.policy import Policy
from moderation.services.judging import (
    JudgedComment,
    judge_comment,
    reduce_comment,
    score_comments,
)
from moderation.services.live_models import LiveModels
from moderation.services.live_policies import LivePolicy

_POLICY = Policy(version=0, audit_share=0.0)


def judge_offline(models: LiveModels, batch: Sequence[Comment]) -> list[JudgedComment]:
    """Return each comment's outcome, in order."""
    live = LivePolicy(_POLICY)
    scorer = models.loaded().current
    reduced = [reduce_comment(comment) for comment in batch]
    return [
        judge_comment(comment, scored, live=live, scorer=scorer, forum_slug="")
        for comment, scored in zip(reduced, score_comments(scorer, reduced), strict=True)
    ]

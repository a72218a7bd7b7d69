"""What word rules would have matched: the last month's comments, looked through again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from moderation.domain.review import DecisionAction
from moderation.domain.word_rule import WordRule, WordRuleMatch
from moderation.pipeline.word_rules import WordRuleMatcher
from moderation.services.runtime import Runtime
from moderation.services.thresholds import known_policy
from moderation.storage.traffic import CommentText, recent_texts

TRIAL_DAYS = 30
MOST_COMMENTS = 20_000
MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A comment that a rule matches, and where."""

    comment: CommentText
    matches: tuple[WordRuleMatch, ...]


@dataclass(slots=True)
class RuleTrial:
    """What one rule would have matched.

    Attributes
    ----------
    hits : int
        Comments, not places.
    rejected, approved : int
        Of them, as moderators decided; the others were never in the queue, or still wait.
    unflagged : int
        Of them, published without being queued: what the rule would have added.
    examples : list[Example]
        The newest ones, at most `MOST_EXAMPLES`.
    """

    rule: WordRule
    hits: int = 0
    rejected: int = 0
    approved: int = 0
    unflagged: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trial:
    """What several rules would have matched.

    Attributes
    ----------
    comments : int
        Comments that were looked through, at most `MOST_COMMENTS`, the newest first.
    """

    days: int
    comments: int
    rules: tuple[RuleTrial, ...]


def try_word_rules(
    runtime: Runtime, slug: str, rules: Sequence[WordRule], *, days: int = TRIAL_DAYS
) -> Trial:
    """Look through a forum's last comments with some rules. Raises `NotFoundError`."""
    forum, _ = known_policy(runtime, slug)
    trials = {rule.rule_id: RuleTrial(rule) for rule in rules}
    matcher = WordRuleMatcher(rules)
    since = runtime.clock() - timedelta(days=days)
    seen = 0
    with runtime.database.read() as connection:
        for comment in recent_texts(connection, forum.id, since, limit=MOST_COMMENTS):
            seen += 1
            matches = matcher.find(comment.body)
            for rule_id in {match.rule_id for match in matches}:
                own = tuple(match for match in matches if match.rule_id == rule_id)
                _count(trials[rule_id], Example(comment, own))
    return Trial(days, seen, tuple(trials.values()))


def _count(trial: RuleTrial, example: Example) -> None:
    trial.hits += 1
    trial.rejected += example.comment.action is DecisionAction.REJECT
    trial.approved += example.comment.action is DecisionAction.APPROVE
    trial.unflagged += example.comment.item_id is None
    if len(trial.examples) < MOST_EXAMPLES:
        trial.examples.append(example)

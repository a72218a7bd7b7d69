"""Policies in force with their compiled word rules."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.domain.policy import Policy
from moderation.pipeline.word_rules import WordRuleMatcher
from moderation.storage import policies
from moderation.storage.database import Connection


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """A policy and its matcher."""

    policy: Policy
    matcher: WordRuleMatcher


class LivePolicies:
    """Keeps each forum's newest policy compiled.

    The version is asked of the database each time, so that every process follows a change at
    once; only reading and compiling the document is saved.
    """

    def __init__(self) -> None:
        self._kept: dict[int, LivePolicy] = {}

    def of(self, connection: Connection, forum_id: int) -> LivePolicy:
        """Return the policy in force."""
        return self.of_version(connection, forum_id, policies.current_version(connection, forum_id))

    def of_version(self, connection: Connection, forum_id: int, version: int) -> LivePolicy:
        """Return the policy in force, of which the caller knows the version."""
        kept = self._kept.get(forum_id)
        if kept is None or kept.policy.version != version:
            policy = policies.current_policy(connection, forum_id)
            kept = LivePolicy(policy, WordRuleMatcher(policy.word_rules))
            self._kept[forum_id] = kept  # one assignment: readers see the old or the new one
        return kept

"""Policies in force with their compiled word rules."""

from __future__ import annotations

from collections.abc import Mapping

from classifiers.labels import Label
from classifiers.scorer import Scorer, Threshold
from moderation.domain.policy import Policy
from moderation.pipeline.thresholds_in_force import ThresholdInForce, thresholds_in_force
from moderation.pipeline.word_rules import WordRuleMatcher
from moderation.storage import policies
from moderation.storage.database import Connection

_Own = Mapping[Label, Threshold]
_InForce = Mapping[Label, ThresholdInForce]


class LivePolicy:
    """A policy, ready to judge by: its word rules compiled, its thresholds worked out.

    Parameters
    ----------
    policy : Policy
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.matcher = WordRuleMatcher(policy.word_rules)
        self._thresholds: dict[str, tuple[_Own, _InForce]] = {}

    def thresholds(self, scorer: Scorer) -> _InForce:
        """Return what decides about each label under a model."""
        version, own = scorer.model_version, scorer.thresholds
        kept = self._thresholds.get(version)
        if kept is None or kept[0] is not own:
            kept = own, thresholds_in_force(self.policy, own, version)
            self._thresholds = {**self._thresholds, version: kept}
        return kept[1]


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
            kept = LivePolicy(policy)
            self._kept[forum_id] = kept  # one assignment: readers see the old or the new one
        return kept

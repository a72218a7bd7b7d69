"""A forum's policy: what each label, rule and kind of author means for the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.drop_in import DropIn
from moderation.domain.threshold_rules import Computed, ThresholdRule
from moderation.domain.verdict import Verdict
from moderation.domain.word_rule import WordRule


@dataclass(frozen=True, slots=True)
class LabelPolicy:
    """What one label does.

    Attributes
    ----------
    action : Verdict
        Verdict at or above the threshold; ``publish`` means the label decides nothing.
    threshold : float or None
        A fixed number in [0, 1]; None takes the one computed for the rule, or the bundle's own.
    hold_threshold : float or None
        Score at or above which the comment is held whatever ``action`` says; None for never.
    rule : ThresholdRule or None
        What the operator was promised, in words; the threshold follows from it for each model.
    computed : tuple[Computed, ...]
        What the rule gave, the newest first, one entry a model: a number is only ever used for
        the model that it was computed for.
    """

    action: Verdict = Verdict.PUBLISH
    threshold: float | None = None
    hold_threshold: float | None = None
    rule: ThresholdRule | None = None
    computed: tuple[Computed, ...] = ()

    def computed_for(self, model_version: str) -> Computed | None:
        """Return what the rule gave for a model, if it was asked."""
        return next((one for one in self.computed if one.model_version == model_version), None)


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a forum's policy.

    Attributes
    ----------
    version : int
        Counts from 1 for each forum.
    labels : Mapping[Label, LabelPolicy]
        A label that is absent decides nothing.
    word_rules : tuple[WordRule, ...]
    trusted_authors : frozenset[str]
        The forum's ids of authors whose comments are published unseen.
    trusts_host_flag : bool
        Whether ``author.trusted`` of the webhook counts as well.
    audit_share : float
        Share in [0, 1] of unflagged comments that are queued at random.
    second_opinion_share : float
        Share in [0, 1] of decided items that another moderator judges too, without seeing how.
    repeat_days : int
        How long a decision answers for the same text, in days; 0 for never.
    repeat_rejected_action : Verdict
        What a text does that was rejected before.
    time_target_minutes : int
        Within how many minutes a queued comment should be decided; 0 for no target.
    drop_in : DropIn
        What the formats of other scoring services mean to the forum.
    """

    version: int = 1
    labels: Mapping[Label, LabelPolicy] = field(
        default_factory=lambda: {
            label: LabelPolicy(action=Verdict.FLAG) for label in DECIDING_LABELS
        }
    )
    word_rules: tuple[WordRule, ...] = ()
    trusted_authors: frozenset[str] = frozenset()
    trusts_host_flag: bool = True
    audit_share: float = 0.01
    second_opinion_share: float = 0.05
    repeat_days: int = 30
    repeat_rejected_action: Verdict = Verdict.HOLD
    time_target_minutes: int = 1440
    drop_in: DropIn = field(default_factory=DropIn)

"""What decides about each label: worked out once for a policy and a model, not for each comment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from classifiers.labels import Label
from classifiers.scorer import Threshold
from moderation.domain.policy import LabelPolicy, Policy
from moderation.domain.verdict import Verdict


class ThresholdInForce(NamedTuple):
    """What decides about one label.

    Attributes
    ----------
    value : float or None
        Score in [0, 1] at or above which the label asks for ``action``; None where neither the
        policy nor the model has one.
    rule : str
        The sentence that chose it.
    action : Verdict
        ``publish`` for a label of which the policy says nothing.
    hold_value : float or None
        Score at or above which the comment is held whatever ``action`` says.
    flags_from : float
        Lowest score whose verdict is not ``publish``; infinite where there is none.
    """

    value: float | None
    rule: str
    action: Verdict
    hold_value: float | None
    flags_from: float

    def verdict(self, score: float) -> Verdict:
        """Return what the label asks for at a score in [0, 1]."""
        if self.hold_value is not None and score >= self.hold_value:
            return Verdict.HOLD
        if self.value is not None and score >= self.value:
            return self.action
        return Verdict.PUBLISH


def thresholds_in_force(
    policy: Policy, own: Mapping[Label, Threshold], model_version: str
) -> dict[Label, ThresholdInForce]:
    """Return what decides about each label, in the order of `Label`.

    A number that a rule gave counts only for the model it was computed for: scores of another
    model mean something else, so that model's own threshold stands in until the rule is asked.

    Parameters
    ----------
    own : Mapping[Label, Threshold]
        The model's own, for labels whose threshold the policy leaves open.
    """
    return {
        label: _in_force(policy.labels.get(label), own.get(label), model_version) for label in Label
    }


def _in_force(
    said: LabelPolicy | None, own: Threshold | None, model_version: str
) -> ThresholdInForce:
    value, rule = (own.value, own.rule) if own is not None else (None, "")
    action, hold_value = Verdict.PUBLISH, None
    if said is not None:
        action, hold_value = said.action, said.hold_threshold
        computed = said.computed_for(model_version)
        if said.threshold is not None:
            value, rule = said.threshold, "set by the policy"
        elif said.rule is not None and computed is not None and computed.threshold is not None:
            value, rule = computed.threshold, said.rule.sentence()
    decides = [hold_value, value if action is not Verdict.PUBLISH else None]
    flags_from = min((one for one in decides if one is not None), default=math.inf)
    return ThresholdInForce(value, rule, action, hold_value, flags_from)

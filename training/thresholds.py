"""Choose thresholds from a rule that is a sentence, at the label's real prevalence."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from classifiers.scorer import Threshold
from training.example import Floats

_RULE = re.compile(
    r"maximum (?P<goal>recall|precision) at "
    r"(?P<bound>precision|recall|false positive rate) (?P<sign>>=|<=) (?P<value>0?\.\d+|1(?:\.0*)?)"
)
_SMALLEST_RECALL = 0.02
"""A bound that is kept only by flagging next to nothing is not kept in earnest."""
_FALLBACK_RECALL = 0.2


class RuleError(ValueError):
    """A sentence that is no threshold rule; the message gives the accepted forms."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed rule.

    Attributes
    ----------
    bound : str
        ``precision``, ``recall`` or ``false positive rate``.
    value : float
        Its limit in [0, 1].
    """

    bound: str
    value: float

    def sentence(self) -> str:
        """Return the rule in words."""
        goal = "precision" if self.bound == "recall" else "recall"
        sign = "<=" if self.bound == "false positive rate" else ">="
        return f"maximum {goal} at {self.bound} {sign} {self.value:g}"


def parse_rule(sentence: str) -> Rule:
    """Read a rule such as ``maximum recall at precision >= 0.9``.

    Raises
    ------
    RuleError
        If the sentence has another form.
    """
    match = _RULE.fullmatch(sentence.strip().lower())
    if match:
        rule = Rule(match["bound"], float(match["value"]))
        if rule.sentence().split()[1] == match["goal"] and match["sign"] in rule.sentence():
            return rule
    message = (
        "rule: expected 'maximum recall at precision >= 0.9', 'maximum precision at recall >= "
        "0.8' or 'maximum recall at false positive rate <= 0.02'"
    )
    raise RuleError(message)


def operating_points(
    scores: Floats, y: Floats, prevalence: float, weight: Floats | None = None
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return thresholds with recall, false positive rate and precision at each.

    Parameters
    ----------
    scores, y : ndarray of shape (n_samples,)
        Probabilities and labels (0 or 1).
    prevalence : float
        Share of real traffic that carries the label; precision is computed for it, whatever the
        share in the sample.
    weight : ndarray of shape (n_samples,), optional

    Returns
    -------
    thresholds, recall, false_positive_rate, precision : ndarray
        Thresholds descend.
    """
    weights = np.ones_like(y) if weight is None else weight
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.append(ranked[1:] != ranked[:-1], True)
    hits = np.cumsum((weights * y)[order])[last]
    alarms = np.cumsum((weights * (1 - y))[order])[last]
    recall = hits / max(hits[-1], 1e-12)
    false_positive_rate = alarms / max(alarms[-1], 1e-12)
    flagged = prevalence * recall + (1 - prevalence) * false_positive_rate
    precision = np.divide(
        prevalence * recall, flagged, out=np.ones_like(flagged), where=flagged > 0
    )
    return ranked[last], recall, false_positive_rate, precision


def choose(
    sentence: str, scores: Floats, y: Floats, prevalence: float, weight: Floats | None = None
) -> Threshold:
    """Return the threshold that a rule chooses on held-out rows.

    If no threshold keeps the bound, the one with the best precision among those that find at least
    a fifth of the label is taken: an unreachable promise must neither flood nor silence a queue.

    Parameters
    ----------
    sentence : str
        The rule.
    scores, y : ndarray of shape (n_samples,)
    prevalence : float
        In (0, 1).
    weight : ndarray of shape (n_samples,), optional
    """
    rule = parse_rule(sentence)
    words = rule.sentence()
    if not len(y) or not y.any():
        return Threshold(1.0, words)
    thresholds, recall, false_positive_rate, precision = operating_points(
        scores, y, prevalence, weight
    )
    if rule.bound == "recall":
        good = np.flatnonzero(recall >= rule.value)
        best = good[np.argmax(precision[good])] if good.size else len(thresholds) - 1
        return Threshold(_rounded(float(thresholds[best])), words)
    keeps = (
        precision >= rule.value if rule.bound == "precision" else false_positive_rate <= rule.value
    )
    good = np.flatnonzero(keeps & (recall >= _SMALLEST_RECALL))
    if not good.size:
        enough = np.flatnonzero(recall >= _FALLBACK_RECALL)
        best = enough[np.argmax(precision[enough])]
        return Threshold(_rounded(float(thresholds[best])), words)
    best = good[np.argmax(recall[good])]
    return Threshold(_rounded(float(thresholds[best])), words)


def _rounded(value: float) -> float:
    """Three decimals are enough for a person; rounding down keeps the chosen row flagged."""
    return float(np.floor(value * 1000.0) / 1000.0)

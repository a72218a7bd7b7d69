"""Harmless sentences that name every group: counterfactual rows of our own for the heads of abuse.

A frame is repeated with each group's name, so what is learnt from it is that the name tells
nothing (counterfactual augmentation; Dixon et al., "Measuring and mitigating unintended bias in
text classification", 2018, add harmless mentions for the same end).
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from classifiers.labels import Label
from training import settings
from training.example import Example
from training.swaps import plain_names

_FILE = Path(__file__).parent / "neutral_mentions.toml"
SOURCE = "neutral_mentions"


def neutral_mentions() -> list[Example]:
    """Return every frame with every name that fits into it; neither abuse, insult nor threat.

    What ``identity_attack`` should make of them is left open: that head needs the names.
    """
    frames = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    labels = dict.fromkeys((Label.ABUSIVE, Label.INSULT, Label.THREAT), 0.0)
    weights = dict.fromkeys(labels, settings.MENTION_WEIGHT)
    return [
        Example(frame.format(**{slot: name}), labels, SOURCE, label_weights=weights, group=frame)
        for slot, kind in (("one", "trait"), ("people", "people"))
        for frame in frames[slot]
        for name in plain_names(kind)
    ]

"""What other services call our labels: the one place where their words and ours meet.

A name stands here only if it means the same as our label. Where nothing of ours stands behind a
name, no number is made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from classifiers.labels import Label

_PERSPECTIVE = {
    "TOXICITY": Label.ABUSIVE,
    "INSULT": Label.INSULT,
    "PROFANITY": Label.PROFANITY,
    "THREAT": Label.THREAT,
    "IDENTITY_ATTACK": Label.IDENTITY_ATTACK,
}

PERSPECTIVE: Mapping[str, Label] = MappingProxyType(
    {
        **_PERSPECTIVE,
        **{f"{name}_EXPERIMENTAL": label for name, label in _PERSPECTIVE.items()},
        "PARTISAN": Label.PARTISAN,
    }
)
"""Perspective's attributes. ``PARTISAN`` is ours: they never had one."""

OPENAI: Mapping[str, Label | None] = MappingProxyType(
    {
        "harassment": Label.ABUSIVE,
        "harassment/threatening": Label.THREAT,
        "hate": Label.IDENTITY_ATTACK,
        "hate/threatening": None,
        "illicit": None,
        "illicit/violent": None,
        "self-harm": None,
        "self-harm/instructions": None,
        "self-harm/intent": None,
        "sexual": None,
        "sexual/minors": None,
        "violence": None,
        "violence/graphic": None,
    }
)
"""OpenAI's moderation categories; None: no model of ours stands behind it."""

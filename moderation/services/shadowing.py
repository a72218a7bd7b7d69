"""How a shadow model compares with the one that decides."""

from __future__ import annotations

from moderation.services.runtime import Runtime
from moderation.storage.shadow_scores import ShadowReport, shadow_report


def compare_shadow(runtime: Runtime, model_version: str) -> ShadowReport:
    """Return on how many comments the two models agree."""
    with runtime.database.read() as connection:
        return shadow_report(connection, model_version)

"""How a shadow model compares with the one that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.intervals import Share, share
from moderation.services.runtime import Runtime
from moderation.storage import shadow_scores
from moderation.storage.shadow_scores import Flip, ShadowReport

EXAMPLES = 8
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class ShadowComparison:
    """What a shadow would have changed.

    Attributes
    ----------
    counts : ShadowReport
    days : float
        How long it has scored; at least an hour's worth, so that rates stay sane.
    shadow_a_day, current_a_day : float
        Comments that each flags on a mean day: the size of the queue that it causes.
    shadow_precision, current_precision : Share
        How many decided comments of those that it flags deserved it.
    new_flags, lost_flags : Sequence[Flip]
        Comments that only the shadow, or only the current model flags.
    """

    version: str
    counts: ShadowReport
    days: float
    shadow_a_day: float
    current_a_day: float
    shadow_precision: Share
    current_precision: Share
    new_flags: Sequence[Flip]
    lost_flags: Sequence[Flip]


def compare_shadow(
    runtime: Runtime, model_version: str, *, examples: int = EXAMPLES
) -> ShadowComparison:
    """Compare a shadow with what decided meanwhile."""
    with runtime.database.read() as connection:
        counts = shadow_scores.shadow_report(connection, model_version)
        judged = shadow_scores.judged_meanwhile(connection, model_version)
        new, lost = (
            shadow_scores.flips(connection, model_version, by_shadow=by_shadow, limit=examples)
            for by_shadow in (True, False)
        )
    seconds = (runtime.clock() - counts.since).total_seconds() if counts.since is not None else 0.0
    days = max(seconds, 3600.0) / _DAY_S
    return ShadowComparison(
        version=model_version,
        counts=counts,
        days=days,
        shadow_a_day=(counts.both + counts.only_shadow) / days,
        current_a_day=(counts.both + counts.only_current) / days,
        shadow_precision=share(judged.shadow_deserved, judged.shadow),
        current_precision=share(judged.current_deserved, judged.current),
        new_flags=new,
        lost_flags=lost,
    )

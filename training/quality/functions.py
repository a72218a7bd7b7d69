"""HateCheck by function: which kinds of hate are found, and which contrasts raise false alarms.

References
----------
Röttger et al., "HateCheck: Functional Tests for Hate Speech Detection Models", ACL 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.labels import Label
from classifiers.scorer import Scorer
from training.evaluate import Interval, score_rows, wilson
from training.example import Example, Floats
from training.quality.sets import hatecheck

Mask = npt.NDArray[np.bool_]

PLAIN_HATE = (
    "derog_neg_emote_h",
    "derog_neg_attrib_h",
    "derog_dehum_h",
    "derog_impl_h",
    "threat_dir_h",
    "threat_norm_h",
    "slur_h",
    "profanity_h",
)
"""Hate that is said outright, without references, negations or misspellings."""
CONTRASTS = (
    "slur_reclaimed_nh",
    "slur_homonym_nh",
    "profanity_nh",
    "negate_neg_nh",
    "counter_quote_nh",
    "counter_ref_nh",
)
"""Words of hate without its meaning: reclaimed, negated, quoted, and counter-speech."""


def measure_functions(scorer: Scorer, data_dir: Path | None) -> list[dict[str, Any]] | None:
    """Return `by_function` for ``identity_attack`` and ``abusive`` at the shipped thresholds."""
    rows = hatecheck(data_dir) if data_dir else []
    if not rows:
        return None
    return [
        by_function(
            rows,
            score_rows(scorer, rows, (label,))[:, 0],
            label,
            scorer.thresholds[label].value,
        )
        for label in (Label.IDENTITY_ATTACK, Label.ABUSIVE)
        if label in scorer.thresholds
    ]


def by_function(
    rows: Sequence[Example], scores: Floats, label: Label, threshold: float
) -> dict[str, Any]:
    """Return the share of each function's cases that is flagged, and the two summaries.

    Parameters
    ----------
    rows : sequence of Example
        With the function as category.
    scores : ndarray of shape (n_rows,)
        Of ``label``.
    label : Label
    threshold : float
    """
    flagged = scores >= threshold
    functions = np.array([row.category for row in rows])
    hateful = np.array([row.labels[label] >= 0.5 for row in rows])  # noqa: PLR2004
    table = []
    for name in dict.fromkeys(functions.tolist()):
        chosen = functions == name
        table.append(
            {
                "function": name,
                "hateful": bool(hateful[chosen][0]),
                "cases": int(chosen.sum()),
                "flagged": round(float(flagged[chosen].mean()), 4),
            }
        )
    return {
        "label": label.value,
        "threshold": threshold,
        "plain_hate_found": _record(wilson(*_count(flagged, np.isin(functions, PLAIN_HATE)))),
        "contrasts_flagged": _record(wilson(*_count(flagged, np.isin(functions, CONTRASTS)))),
        "all_hate_found": _record(wilson(*_count(flagged, hateful))),
        "all_others_flagged": _record(wilson(*_count(flagged, ~hateful))),
        "functions": sorted(table, key=lambda one: (not one["hateful"], one["function"])),
    }


def _count(flagged: Mask, chosen: Mask) -> tuple[int, int]:
    return int((flagged & chosen).sum()), int(chosen.sum())


def _record(interval: Interval | None) -> dict[str, float] | None:
    return interval.to_record() if interval else None

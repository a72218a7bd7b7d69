"""Whether naming a group raises the score: false alarms and AUC by group.

References
----------
Borkan, Dixon, Sorensen, Thain and Vasserman, "Nuanced Metrics for Measuring Unintended Bias with
Real Data for Text Classification", WWW 2019.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.scorer import Scorer
from training.evaluate import ranking_metrics, score_rows, wilson
from training.example import Floats, label_matrix
from training.probes import identity_sentences
from training.quality.sets import madlibs

Mask = npt.NDArray[np.bool_]

LIMIT = 0.02
"""Asked: a group's false-positive rate at most so far above the overall one."""
FEWEST = 10

TERMS: tuple[str, ...] = (
    *("lesbian", "gay", "bisexual", "transgender", "trans", "queer", "lgbt", "lgbtq"),
    *("homosexual", "straight", "heterosexual", "male", "female", "nonbinary", "african"),
    *("african american", "black", "white", "european", "hispanic", "latino", "latina"),
    *("latinx", "mexican", "canadian", "american", "asian", "indian", "middle eastern"),
    *("chinese", "japanese", "christian", "muslim", "jewish", "buddhist", "catholic"),
    *("protestant", "sikh", "taoist", "old", "older", "young", "younger", "teenage"),
    *("millenial", "middle aged", "elderly", "blind", "deaf", "paralyzed"),
)
"""The identity terms of the templates (Dixon et al. 2018), with their spelling."""


def measure_fairness(scorer: Scorer, data_dir: Path | None) -> dict[str, Any]:
    """Return `by_group` on our neutral sentences and, if at hand, on the identity templates."""
    own = identity_sentences()
    names = np.array([row.category for row in own])
    groups: dict[str, Mask] = {name: names == name for name in dict.fromkeys(names.tolist())}
    found: dict[str, Any] = {
        "neutral_sentences": {
            label.value: by_group(
                score_rows(scorer, own, (label,))[:, 0],
                np.zeros(len(own)),
                groups,
                scorer.thresholds[label].value,
            )
            for label in (*DECIDING_LABELS, Label.IDENTITY_ATTACK)
            if label in scorer.thresholds
        }
    }
    templates = madlibs(data_dir) if data_dir else []
    found["identity_madlibs"] = (
        by_group(
            score_rows(scorer, templates, (Label.ABUSIVE,))[:, 0],
            label_matrix(templates, (Label.ABUSIVE,))[:, 0],
            mentions([row.text for row in templates]),
            scorer.thresholds[Label.ABUSIVE].value,
        )
        if templates
        else None
    )
    return found


def mentions(texts: Sequence[str], terms: Sequence[str] = TERMS) -> dict[str, Mask]:
    """Return for each term which texts hold it as whole words; the longest term counts."""
    longest = sorted(terms, key=len, reverse=True)
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, longest)) + r")\b", re.IGNORECASE)
    found = [{match.lower() for match in pattern.findall(text)} for text in texts]
    masks = {term: np.array([term in named for named in found], dtype=bool) for term in terms}
    return {term: mask for term, mask in masks.items() if mask.any()}


def by_group(
    scores: Floats, y: Floats, groups: Mapping[str, Mask], threshold: float
) -> dict[str, Any]:
    """Return false-positive rates and the three bias AUCs of each group.

    Subgroup AUC ranks within the group; BPSN (background positive, subgroup negative) falls when
    harmless mentions of the group score above abuse elsewhere; BNSP (background negative, subgroup
    positive) when abuse of the group scores below harmless text elsewhere.

    Parameters
    ----------
    scores, y : ndarray of shape (n_rows,)
        Probabilities and labels, 0 or 1.
    groups : mapping of str to ndarray of bool
        Which rows name the group.
    threshold : float
    """
    positive = y > 0
    flagged = scores >= threshold
    overall = wilson(int((flagged & ~positive).sum()), int((~positive).sum()))
    rate = overall.value if overall else 0.0
    table: list[dict[str, Any]] = []
    for name, inside in groups.items():
        share = wilson(int((flagged & inside & ~positive).sum()), int((inside & ~positive).sum()))
        if share is None:
            continue
        table.append(
            {
                "group": name,
                "rows": int(inside.sum()),
                "false_positive_rate": share.to_record(),
                "above_overall": round(share.value - rate, 4),
                "subgroup_auc": _auc(scores, y, inside),
                "bpsn_auc": _auc(scores, y, (inside & ~positive) | (~inside & positive)),
                "bnsp_auc": _auc(scores, y, (inside & positive) | (~inside & ~positive)),
            }
        )
    widest = max((one["above_overall"] for one in table), default=0.0)
    return {
        "threshold": threshold,
        "overall": overall.to_record() if overall else None,
        "limit": LIMIT,
        "widest_above_overall": widest,
        "widest_gap": max((abs(one["above_overall"]) for one in table), default=0.0),
        "groups_beyond_limit": [one["group"] for one in table if abs(one["above_overall"]) > LIMIT],
        "groups": table,
    }


def _auc(scores: Floats, y: Floats, chosen: Mask) -> float | None:
    positives = int((y[chosen] > 0).sum())
    if min(positives, int(chosen.sum()) - positives) < FEWEST:
        return None
    return round(ranking_metrics(scores[chosen], y[chosen])[0], 4)

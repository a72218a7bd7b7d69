"""How much a disguise costs: recall lost on abuse, false alarms won on everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from classifiers.labels import KIND_LABELS, Label
from classifiers.scorer import Scorer
from training.evaluate import score_rows, wilson
from training.example import Example, scoring_inputs
from training.quality.attacks import ATTACKS, disguise, joined
from training.quality.sets import sampled

ATTACKED_SETS = ("corpus", "jigsaw_wikipedia_balanced")
ATTACKED_ROWS = 600
"""Rows of each class: every one is scored three times for each attack."""

Ranges = Sequence[tuple[int, int]]


def measure_robustness(scorer: Scorer, held_out: Sequence[Example]) -> dict[str, Any] | None:
    """Return `robustness` for ``abusive`` on held-out comments of our corpus and of Wikipedia."""
    rows = [row for row in held_out if row.source.split("/")[0] in ATTACKED_SETS]
    abusive = [row for row in rows if row.labels.get(Label.ABUSIVE, 0.0) >= 0.5]  # noqa: PLR2004
    benign = [row for row in rows if row.labels.get(Label.ABUSIVE) == 0]
    chosen = [*sampled(abusive, ATTACKED_ROWS), *sampled(benign, ATTACKED_ROWS)]
    return robustness(scorer, chosen, Label.ABUSIVE)


def robustness(scorer: Scorer, rows: Sequence[Example], label: Label) -> dict[str, Any] | None:
    """Return recall and false alarms at the shipped threshold, plain and under each attack.

    Two attackers are measured. One knows the filter: of each comment that was flagged, the words
    that pushed its score (the model's own spans) are disguised. The other disguises every word
    of four letters or more, also of comments that do not carry the label, so that a disguise
    alone can be seen to raise no alarm.

    Parameters
    ----------
    scorer : Scorer
    rows : sequence of Example
        Held out. Rows whose label is unknown are left out.
    label : Label
    """
    positive = [row for row in rows if row.labels.get(label, 0.0) >= 0.5]  # noqa: PLR2004
    negative = [row for row in rows if row.labels.get(label) == 0]
    if not positive or not negative:
        return None
    telling = telling_words(scorer, positive, label)
    attacks: list[dict[str, Any]] = []
    for name, change in _changes().items():
        some = [
            replace(row, text=change(row.text, ranges))
            for row, ranges in zip(positive, telling, strict=True)
        ]
        every = [replace(row, text=change(row.text, None)) for row in positive]
        clean = [replace(row, text=change(row.text, None)) for row in negative]
        attacks.append(
            {
                "attack": name,
                "recall_telling_words": _share(scorer, some, label),
                "recall_every_word": _share(scorer, every, label),
                "false_alarms_every_word": _share(scorer, clean, label),
            }
        )
    return {
        "label": label.value,
        "positives": len(positive),
        "negatives": len(negative),
        "recall": _share(scorer, positive, label),
        "false_alarms": _share(scorer, negative, label),
        "attacks": attacks,
    }


def telling_words(scorer: Scorer, rows: Sequence[Example], label: Label) -> list[Ranges]:
    """Return the spans that pushed a label's score, or a kind's that explains it."""
    wanted = {label, *KIND_LABELS} if label is Label.ABUSIVE else {label}
    scored = scorer.score_many(scoring_inputs(rows), with_spans=True)
    return [
        [(span.start, span.end) for span in answer.spans if span.label in wanted]
        for answer in scored
    ]


def _changes() -> dict[str, Callable[[str, Ranges | None], str]]:
    changes: dict[str, Callable[[str, Ranges | None], str]] = {
        name: lambda text, ranges, attack=attack: disguise(text, attack, ranges)  # type: ignore[misc]
        for name, attack in ATTACKS.items()
    }
    return {**changes, "joined": joined}


def _share(scorer: Scorer, rows: Sequence[Example], label: Label) -> dict[str, float]:
    scores = score_rows(scorer, rows, (label,))[:, 0]
    share = wilson(int((scores >= scorer.thresholds[label].value).sum()), len(rows))
    return share.to_record() if share else {}

"""What the card of the default bundle says: figures of the manifest, sides, sets and limits."""

from __future__ import annotations

from collections.abc import Sequence

from classifiers.labels import Label
from classifiers.linear_scorer import LinearScorer
from classifiers.manifest import Manifest
from training import settings
from training.evaluate import score_rows, sides
from training.example import Example, label_matrix
from training.report import card, metric_table, pictures, table

NOTES = (
    "English only; other languages score low rather than right.",
    "Scores are calibrated for the prevalences in the manifest; a forum whose traffic differs "
    "should retrain on its own decisions, which re-calibrates.",
    "`partisan` rests mostly on our own corpus: no public set shares its definition. Irony "
    "without a telling word is often missed.",
    'The sets under "away from home" never trained, but weights, penalties and rules were chosen '
    "with an eye on some of them and on the held-out rows: all figures are development figures.",
    "`identity_attack` finds plain hate better than it tells it from counter-speech or reclaimed "
    "words.",
    "Thread title and parent are accepted by the scorer and do not change scores yet.",
    "`profanity` was taught by a word list; quoted or foreign swearing may be missed.",
    "A machine score queues a comment for a person; it is no judgement of its author.",
)


def default_documents(
    manifest: Manifest, scorer: LinearScorer, test: Sequence[Example]
) -> dict[str, bytes]:
    """Return the card and its pictures, by file name.

    Parameters
    ----------
    manifest : Manifest
        With its metrics.
    scorer : LinearScorer
        The model that the card describes.
    test : sequence of Example
        Held-out rows.
    """
    facts = {
        "made": manifest.created_at,
        "kind": "linear model on words, word pairs and in-word character n-grams, Platt-calibrated",
        "data terms": manifest.data_terms,
        "seed": str(manifest.seed),
        "pictures": "`abusive.png`, `partisan.png` (held-out rows of our own corpus)",
    }
    sets = table(
        ("set", "terms", "rows", "SHA-256"),
        [(d["name"], d["terms"], d["rows"], f"`{d['sha256'][:16]}`") for d in manifest.data],
    )
    own = [row for row in test if row.source.startswith("corpus/")]
    text = card(
        "Model card of the default bundle",
        facts,
        manifest.thresholds,
        {
            "Held-out rows (never trained on)": metric_table(manifest.metrics["test"]),
            "Away from home (sets that never train)": metric_table(manifest.metrics["outside"])
            if manifest.metrics["outside"]
            else "Not measured: the sets were not at hand.",
            "Political sides, held-out rows of our own corpus": _sides_table(scorer, own),
            "What it was trained on": sets,
        },
        NOTES,
    )
    probabilities = score_rows(scorer, own, tuple(Label))
    drawn = pictures(probabilities, label_matrix(own, tuple(Label)), settings.PREVALENCE)
    return {"CARD.md": text.encode(), **drawn}


def _sides_table(scorer: LinearScorer, rows: Sequence[Example]) -> str:
    found = sides(scorer, rows)
    return metric_table({f"{side} jabs": {"partisan": m.to_record()} for side, m in found.items()})

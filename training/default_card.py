"""What the card of the default bundle says: figures of the manifest, sides, sets and limits."""

from __future__ import annotations

from collections.abc import Sequence

from classifiers.linear_scorer import LinearScorer
from classifiers.manifest import Manifest
from training import settings
from training.example import Example
from training.pictures import pictures
from training.quality.tables import quality_tables
from training.report import card, gallery, table

NOTES = (
    "English only; other languages score low rather than right.",
    "Scores are calibrated for the prevalences in the manifest; a forum whose traffic differs "
    "should retrain on its own decisions, which re-calibrates.",
    "`partisan` rests mostly on our own corpus: no public set shares its definition. Irony "
    "without a telling word is often missed.",
    "Weights, penalties and rules were chosen with an eye on some of the sets that never train and "
    "on the held-out rows: all figures are development figures.",
    "`identity_attack` finds plain hate better than it tells it from counter-speech or reclaimed "
    "words.",
    "`profanity` was taught by a word list; quoted or foreign swearing may be missed.",
    "A machine score queues a comment for a person; it is no judgement of its author.",
)


def default_documents(
    manifest: Manifest, scorer: LinearScorer, test: Sequence[Example], beside: Manifest | None
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
    beside : Manifest or None
        Another bundle; its main figures get a column of their own.
    """
    drawn = pictures(scorer, test, settings.PREVALENCE)
    facts = {
        "made": manifest.created_at,
        "kind": "linear model on words, word pairs and in-word character n-grams, Platt-calibrated",
        "data terms": manifest.data_terms,
        "seed": str(manifest.seed),
    }
    if beside:
        facts["second model"] = f"{beside.model_version}, {beside.metrics['quality']['title']}"
    sets = table(
        ("set", "terms", "rows", "SHA-256"),
        [(d["name"], d["terms"], d["rows"], f"`{d['sha256'][:16]}`") for d in manifest.data],
    )
    tables = quality_tables(
        manifest.metrics["quality"], beside.metrics["quality"] if beside else None
    )
    text = card(
        "Model card of the default bundle",
        facts,
        manifest.thresholds,
        {**tables, "Curves": gallery(drawn), "What it was trained on": sets},
        NOTES,
    )
    return {"CARD.md": text.encode(), **drawn}

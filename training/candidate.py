"""The candidate of a retraining run as a bundle with its card, and the forum's prevalence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.bundle import compile_scorer, save_bundle
from classifiers.labels import Label
from classifiers.manifest import Manifest
from classifiers.registry import BundleRef, Registry
from classifiers.scorer import Threshold
from training import settings
from training.evaluate import evaluate, records
from training.example import Example, scoring_inputs
from training.exports import Exports
from training.pictures import pictures
from training.quality import measure_quality
from training.quality.tables import quality_tables
from training.refine import Refined
from training.report import card, gallery, metric_table, table

MIN_AUDIT_ROWS = 100


def prevalence_of(rows: Sequence[Example]) -> dict[Label, float]:
    """Return how frequent each label is in the forum's traffic.

    The audit sample is unbiased, so with 100 or more of its rows it is the estimate (smoothed
    by the assumption as if that were 50 rows); else the assumption stands.
    """
    found = dict(settings.PREVALENCE)
    audit = [row for row in rows if row.source == "export/audit_sample"]
    for label, assumed in settings.PREVALENCE.items():
        known = [row.labels[label] for row in audit if label in row.labels]
        if len(known) >= MIN_AUDIT_ROWS:
            found[label] = (sum(known) + 50 * assumed) / (len(known) + 50)
    return found


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Rows that the candidate never saw: the newest decisions, and a part of our corpus."""

    decisions: Sequence[Example]
    corpus: Sequence[Example]


Run = tuple[Exports, HeldOut, str, int]


def save_candidate(
    refined: Refined,
    registry: Registry,
    base: BundleRef,
    thresholds: Mapping[Label, Threshold],
    run: Run,
) -> BundleRef:
    """Write a refined pipeline as a bundle into the models folder.

    Parameters
    ----------
    refined : Refined
        Calibrated.
    registry : Registry
    base : BundleRef
        What was refined.
    thresholds : mapping of Label to Threshold
    run : (exports, held-out rows, time, seed)

    Returns
    -------
    BundleRef
    """
    exports, held_out, at, seed = run
    rows = exports.rows
    from_base = registry.manifest(base.version)
    prevalence = prevalence_of(rows)
    scorer = compile_scorer(refined.pipeline, thresholds)
    measured_on = [*held_out.decisions, *held_out.corpus]
    quality = measure_quality(
        scorer, measured_on, None, disguised=False, prevalence=prevalence, seed=seed
    )
    drawn = pictures(scorer, held_out.decisions, prevalence)
    manifest = Manifest(
        created_at=at,
        labels=from_base.labels,
        thresholds=thresholds,
        params=from_base.params,
        seed=seed,
        data_terms=from_base.data_terms,
        data=(*from_base.data, *exports.files),
        metrics={
            "refined": [label.value for label in refined.refined],
            "prevalence": {k.value: round(v, 4) for k, v in prevalence.items()},
            "test": {"decisions": records(evaluate(scorer, held_out.decisions, seed=seed))},
            "quality": {"title": "refined", **quality},
        },
        libraries={},
        base_version=base.version,
    )
    version = save_bundle(
        registry.models_dir,
        refined.pipeline,
        manifest,
        documents={"CARD.md": _card(manifest, len(rows), drawn).encode(), **drawn},
        probes=scoring_inputs(rows[:500]),
        named_by_version=True,
    )
    return BundleRef(version, registry.path_for(version), is_default=False)


def _card(manifest: Manifest, rows: int, drawn: Mapping[str, bytes]) -> str:
    sets = table(
        ("file or set", "terms", "SHA-256"),
        [(d["name"], d["terms"], f"`{d['sha256'][:16]}`") for d in manifest.data],
    )
    return card(
        "Model card of a refined bundle",
        {
            "made": manifest.created_at,
            "refines": str(manifest.base_version),
            "labelled comments": str(rows),
            "heads that changed": ", ".join(manifest.metrics["refined"]) or "none",
            "seed": str(manifest.seed),
        },
        manifest.thresholds,
        {
            "Held-out decisions": metric_table(manifest.metrics["test"]),
            **quality_tables(manifest.metrics["quality"]),
            **({"Curves on held-out decisions": gallery(drawn)} if drawn else {}),
            "What it was trained on": sets,
        },
        (
            "Held-out decisions are the newest quarter, grouped by author and near-equal text.",
            "Decisions on comments that the model itself queued say little of what it misses; "
            "the audit sample does.",
        ),
    )

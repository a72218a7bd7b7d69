"""The figures that a bundle is judged by, each with what was asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from training.quality.systems import ALT_PROFANITY_CHECK, MODEL, PLAIN

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MainFigure:
    """One line of the table that tells two models apart.

    Attributes
    ----------
    name : str
    asked : str
        The aim, in words; empty if none was set.
    text : str
        What was measured.
    """

    name: str
    asked: str
    text: str


def main_figures(record: Record) -> list[MainFigure]:
    """Return the main figures of a record of `training.quality.measure_quality`."""
    return [
        *_abusive(record),
        *_partisan(record),
        *_alarms(record),
        *_hatecheck(record),
        *_explanations(record),
        *_robustness(record),
        *_fairness(record),
        *_parity(record),
        *_calibration(record),
    ]


def _abusive(record: Record) -> Iterator[MainFigure]:
    mean = record["ranking"]["abusive_mean"]
    sets = len(record["ranking"]["abusive"])
    if MODEL not in mean:
        return
    ours = mean[MODEL]["value"]
    name = f"abusive: mean ROC AUC on {sets} sets that never train"
    yield MainFigure(name, "", f"{ours:.3f}")
    for other, asked in ((PLAIN, "at least +0.030"), (ALT_PROFANITY_CHECK, "ahead on every set")):
        if other in mean:
            ahead = sum(
                entry["auc"][MODEL]["value"] > entry["auc"][other]["value"]
                for entry in record["ranking"]["abusive"]
            )
            text = f"{ours - mean[other]['value']:+.3f}, ahead on {ahead} of {sets}"
            yield MainFigure(f"abusive: against {other}", asked, text)


_PARTISAN = (
    ("usvsthem_reddit", "at least 0.70"),
    ("babe_news", "at least 0.70"),
    ("polar_political", "at least 0.85"),
    ("corpus", "at least 0.90"),
)


def _partisan(record: Record) -> Iterator[MainFigure]:
    found = {entry["set"]: entry for entry in record["ranking"]["partisan"]}
    for name, asked in _PARTISAN:
        if name in found:
            title = "own topics held out" if name == "corpus" else name
            value = found[name]["auc"][MODEL]["value"]
            yield MainFigure(f"partisan: ROC AUC, {title}", asked, f"{value:.3f}")


def _alarms(record: Record) -> Iterator[MainFigure]:
    asked = {"bbc_paragraphs": "at most 3%", "non-political comments, held out": "at most 2%"}
    for one in record["false_alarms"]:
        if one["label"] == "partisan" and one["rows_from"] in asked and MODEL in one["flagged"]:
            text = f"{one['flagged'][MODEL]['value']:.1%}"
            title = f"partisan: flagged of {one['rows_from']}"
            yield MainFigure(title, asked[one["rows_from"]], text)


def _hatecheck(record: Record) -> Iterator[MainFigure]:
    for entry in record["ranking"]["kinds"]:
        if entry["set"] == "hatecheck":
            value = entry["auc"][MODEL]["value"]
            title = "identity_attack: ROC AUC on HateCheck"
            yield MainFigure(title, "at least 0.75", f"{value:.3f}")
    for one in (record["hatecheck"] or [])[:1]:
        at = f"at {one['threshold']:.3f}"
        found, alarms = one["plain_hate_found"]["value"], one["contrasts_flagged"]["value"]
        yield MainFigure(f"identity_attack {at}: plain hate found", "", f"{found:.0%}")
        title = f"identity_attack {at}: non-hateful contrasts flagged"
        yield MainFigure(title, "at most 50%", f"{alarms:.0%}")


def _explanations(record: Record) -> Iterator[MainFigure]:
    if record["explanations"]:
        f1 = record["explanations"]["all"]["f1"]
        ours, words = f1["spans of abusive"]["value"], f1["word list"]["value"]
        asked = f"above the word list's {words:.3f}"
        yield MainFigure("spans: character F1", asked, f"{ours:.3f}")


def _robustness(record: Record) -> Iterator[MainFigure]:
    found = record["robustness"]
    if found:
        attacks, recall = found["attacks"], found["recall"]["value"]
        lost = [recall - one["recall_telling_words"]["value"] for one in attacks]
        title = f"disguised telling words: recall lost, mean of {len(attacks)} attacks"
        yield MainFigure(
            title, "", f"{100 * sum(lost) / len(lost):.1f} of {100 * recall:.1f} points"
        )


def _fairness(record: Record) -> Iterator[MainFigure]:
    for name, found in (
        ("neutral sentences, abusive", record["fairness"]["neutral_sentences"].get("abusive")),
        ("identity templates, abusive", record["fairness"]["identity_madlibs"]),
    ):
        if found:
            gap = f"{100 * found['widest_gap']:.1f} points"
            beyond = f"{len(found['groups_beyond_limit'])} of {len(found['groups'])} groups beyond"
            title = f"fairness: widest gap of a group's false positives, {name}"
            yield MainFigure(title, "within 2 points", f"{gap}, {beyond}")


def _parity(record: Record) -> Iterator[MainFigure]:
    twins = record["parity"]["twins"]
    if twins:
        text = f"{twins['left_minus_right']:+.3f}"
        yield MainFigure("parity: left minus right twins", "within 0.02", text)
        gap = twins["left_flagged"]["value"] - twins["right_flagged"]["value"]
        title = "parity: left minus right flag rates"
        yield MainFigure(title, "within 3 points", f"{100 * gap:+.1f} points")
    for kind, one in record["parity"]["swaps"].items():
        title = f"parity: {kind} swapped in neutral sentences, mean move"
        yield MainFigure(title, "below 0.05", f"{one['mean_move']:.3f}")


def _calibration(record: Record) -> Iterator[MainFigure]:
    for label, one in record["calibration"].items():
        yield MainFigure(f"{label}: expected calibration error", "", f"{one['error']:.3f}")

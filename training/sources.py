"""The public sets: what each one's own labels say about ours, and how far to trust it.

A set is used only for the labels that its own labels define; everything else stays unknown. Which
sets train which label is shown by the ablation in the model card.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classifiers.labels import Label
from training.example import Example
from training.settings import EASY_WEIGHT, NEWS_WEIGHT
from training.wordlists import is_political, is_profane

A, P = Label.ABUSIVE, Label.PARTISAN
INSULT, PROFANITY = Label.INSULT, Label.PROFANITY
THREAT, IDENTITY = Label.THREAT, Label.IDENTITY_ATTACK

Labels = dict[Label, float]
Row = Mapping[str, Any]
BENIGN_KINDS: Labels = {INSULT: 0.0, THREAT: 0.0, IDENTITY: 0.0}


@dataclass(frozen=True, slots=True)
class Source:
    """One public set.

    Attributes
    ----------
    name : str
        File name without its endings.
    terms : str
        ``open``, ``unstated`` or ``restricted``: the folder it lies in.
    read : callable
        From a row to its labels; no labels: the row is left out.
    label_weights : Mapping[Label, float]
        How far to trust the set for a label.
    """

    name: str
    terms: str
    read: Callable[[Row], Labels]
    label_weights: Mapping[Label, float] = field(default_factory=dict)

    def path(self, data_dir: Path) -> Path:
        """Return where the set lies under a data folder."""
        return data_dir / self.terms / f"{self.name}.jsonl.gz"


def _votes(row: Row, kind: str) -> float:
    return min(1.0, float(row.get("span_types", {}).get(kind, 0)) / max(1, int(row["n_annot"])))


def _civil(row: Row) -> Labels:
    """Share of annotators that marked the comment, and kinds by the share that named them."""
    return {
        A: 1.0 - float(row["not_toxic_votes"]) / max(1, int(row["n_annot"])),
        INSULT: _votes(row, "Insult"),
        THREAT: _votes(row, "Threat"),
        IDENTITY: _votes(row, "Identity based Attack"),
        PROFANITY: float(is_profane(row["text"])),
    }


def _takes_no_side(text: str) -> Labels:
    """Small talk takes no side; one line in four says so, their number teaches nothing more."""
    sampled = zlib.crc32(text.encode("utf-8", "replace")) % 4 == 0
    return {P: 0.0} if sampled and not is_political(text) else {}


def _wikipedia(row: Row) -> Labels:
    """Talk pages: abusive as stated; what is not abusive carries no kind and takes no side."""
    known: Labels = {A: float(row["abusive"]), PROFANITY: float(is_profane(row["text"]))}
    if not row["abusive"]:
        known |= {**BENIGN_KINDS, **_takes_no_side(row["text"])}
    return known


def _wiki_context(row: Row) -> Labels:
    """As `_wikipedia`, with the share of annotators that found the comment abusive."""
    return _wikipedia(row) | {A: float(row.get("label", row["abusive"]))}


_HEATED = {"anger", "annoyance", "disgust", "disapproval"}


def _goemotions(row: Row) -> Labels:
    """Benign for abuse unless an angry emotion was marked; never known to be abusive."""
    known: Labels = {PROFANITY: float(is_profane(row["text"]))}
    if not _HEATED & set(row["emotions"]):
        known |= {A: 0.0, **BENIGN_KINDS, **_takes_no_side(row["text"])}
    return known


def _impermium(row: Row) -> Labels:
    """Only insults at a participant count: no word on other abuse."""
    return {INSULT: float(row["abusive"]), PROFANITY: float(is_profane(row["text"]))}


def _partisan(row: Row) -> Labels:
    return {P: float(row["partisan"])} if "partisan" in row else {}


def _news(row: Row) -> Labels:
    """News sentences without bias: neither partisan nor abusive."""
    return {P: 0.0, A: 0.0, **BENIGN_KINDS} if row.get("partisan") == 0 else {}


def _cad(row: Row) -> Labels:
    label = row["label"]
    known: Labels = {IDENTITY: float("Identity" in label)}
    if "AffiliationDirected" in label:
        known[P] = 1.0
    if label == "Neutral" and is_political(row["text"]):
        known[P] = 0.0
    if label == "CounterSpeech":
        known = {IDENTITY: 0.0}
    return known


def _hatexplain(row: Row) -> Labels:
    return {"hatespeech": {IDENTITY: 1.0}, "normal": {IDENTITY: 0.0}}.get(row["label"], {})


def _gab(row: Row) -> Labels:
    parts = set(row["label"].split("|"))
    return {A: float(row["abusive"]), IDENTITY: float("hd" in parts), THREAT: float("cv" in parts)}


def _hatemoji(row: Row) -> Labels:
    """Leave out the functional tests (``hatemojicheck``): they only measure."""
    if row.get("split") == "hatemojicheck":
        return {}
    known: Labels = {IDENTITY: float(row["abusive"])}
    if row["label"] == "threateninglanguage":
        known[THREAT] = 1.0
    elif row["label"] in {"none", "derogation", "animosity"}:
        known[THREAT] = 0.0
    return known


def _implicit(row: Row) -> Labels:
    return {IDENTITY: float(row["abusive"])}


def _edos(row: Row) -> Labels:
    """Sexism only: other abuse is labelled 0, so only 1 says something."""
    if not row["abusive"]:
        return {}
    return {IDENTITY: 1.0, THREAT: float(str(row["label"]).startswith("1."))}


def _openai(row: Row) -> Labels:
    parts = set(row["label"].split("|"))
    return {
        IDENTITY: float(bool(parts & {"H", "H2"})),
        THREAT: float(bool(parts & {"V", "H2"})),
    }


SOURCES: tuple[Source, ...] = (
    Source("civil_toxic_spans", "open", _civil),
    Source("jigsaw_wikipedia_balanced", "open", _wikipedia, {P: EASY_WEIGHT}),
    Source("wiki_context", "open", _wiki_context, {P: EASY_WEIGHT}),
    Source("goemotions", "open", _goemotions, {A: 0.2, P: EASY_WEIGHT}),
    Source("basil_sentences", "open", _news, {A: 0.5, P: NEWS_WEIGHT}),
    Source("cad_reddit", "open", _cad, {P: 0.4}),
    Source("hatexplain", "open", _hatexplain),
    Source("gab_hate_corpus", "open", _gab, {A: 0.5}),
    Source("hatemoji", "open", _hatemoji),
    Source("implicit_hate", "open", _implicit, {IDENTITY: 0.5}),
    Source("edos_sexism", "open", _edos),
    Source("openai_moderation", "open", _openai),
    Source("impermium_insults", "unstated", _impermium, {INSULT: 0.7}),
    Source("polar_political", "unstated", _partisan, {P: 3.0}),
    Source("mupid_incivility", "unstated", _partisan, {P: 0.3}),
)
"""Sets that may train, with their terms. ``restricted/`` is never among them."""


def read_gzip_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a gzipped JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_source(source: Source, data_dir: Path) -> list[Example]:
    """Return the usable rows of a set, exact duplicates dropped."""
    seen: set[str] = set()
    rows: list[Example] = []
    for row in read_gzip_rows(source.path(data_dir)):
        text = row["text"].strip()
        labels = source.read(row)
        if text and labels and text not in seen:
            seen.add(text)
            rows.append(
                Example(
                    text,
                    labels,
                    source.name,
                    label_weights=source.label_weights,
                    group=f"{source.name}:{text[:80]}",
                )
            )
    return rows


def describe_source(source: Source, data_dir: Path, rows: int) -> dict[str, Any]:
    """Return name, terms, rows used and digest of a set, for the manifest."""
    digest = hashlib.sha256(source.path(data_dir).read_bytes()).hexdigest()
    return {"name": source.name, "terms": source.terms, "rows": rows, "sha256": digest}

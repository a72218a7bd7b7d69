"""The manifest of a bundle: what it holds, what made it and how well it does. Stdlib only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from classifiers.labels import Label
from classifiers.scorer import Threshold

FORMAT = 1
"""Version of the bundle layout; another one is refused."""


class BundleError(Exception):
    """A bundle that cannot be used; the message says what is wrong with which file."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Size in bytes and SHA-256 of one file of a bundle."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``manifest.json`` says.

    Attributes
    ----------
    created_at : str
        RFC 3339 time in UTC, given by the caller.
    labels : tuple[Label, ...]
        Heads, in column order.
    thresholds : Mapping[Label, Threshold]
        Where each label flags and the rule that chose it.
    params : Mapping[str, Any]
        Parameters of the pipeline.
    seed : int
        Seed of the run.
    data_terms : str
        ``open`` or ``unstated``: the loosest terms of a set that was trained on.
    data : tuple[Mapping[str, Any], ...]
        Name, rows, terms and digest of each set that was trained on.
    metrics : Mapping[str, Any]
        Figures with intervals.
    libraries : Mapping[str, str]
        Versions that fitted the pipeline.
    base_version : str or None
        The bundle that was refined, if any.
    text_rules : int or None
        `classifiers.ngrams.TEXT_RULES` when it was made; None where the manifest is older than the
        field, which means 1.
    files : Mapping[str, FileEntry]
        Every file but the manifest.
    """

    created_at: str
    labels: tuple[Label, ...]
    thresholds: Mapping[Label, Threshold]
    params: Mapping[str, Any]
    seed: int
    data_terms: str
    data: tuple[Mapping[str, Any], ...]
    metrics: Mapping[str, Any]
    libraries: Mapping[str, str]
    base_version: str | None = None
    text_rules: int | None = None
    files: Mapping[str, FileEntry] = field(default_factory=dict)

    @property
    def model_version(self) -> str:
        """Date of creation and the first ten hex digits of the manifest's digest.

        The manifest holds the digests of all other files, so equal versions mean equal bytes.
        """
        body = json.dumps(self.to_record(), sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(body.encode()).hexdigest()
        return f"{self.created_at[:10]}-{digest[:10]}"

    def to_record(self) -> dict[str, Any]:
        """Return the JSON-ready mapping, without the version."""
        rules = {} if self.text_rules is None else {"text_rules": self.text_rules}
        return rules | {
            "format": FORMAT,
            "created_at": self.created_at,
            "base_version": self.base_version,
            "labels": [label.value for label in self.labels],
            "thresholds": {
                label.value: {"value": threshold.value, "rule": threshold.rule}
                for label, threshold in self.thresholds.items()
            },
            "params": dict(self.params),
            "seed": self.seed,
            "data_terms": self.data_terms,
            "data": [dict(entry) for entry in self.data],
            "metrics": dict(self.metrics),
            "libraries": dict(self.libraries),
            "files": {
                name: {"size": entry.size, "sha256": entry.sha256}
                for name, entry in sorted(self.files.items())
            },
        }

    def to_json(self) -> str:
        """Return the text of ``manifest.json``."""
        record = {"model_version": self.model_version, **self.to_record()}
        return json.dumps(record, indent=1, ensure_ascii=True) + "\n"


def read_manifest(text: str) -> Manifest:
    """Read the text of ``manifest.json``.

    Raises
    ------
    BundleError
        If it is no manifest, of another format, or was changed after it was written.
    """
    try:
        record = json.loads(text)
        if record["format"] != FORMAT:
            message = f"manifest.json: format {record['format']!r}, this version reads {FORMAT}"
            raise BundleError(message)
        manifest = _from_record(record)
        stated = record["model_version"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = "manifest.json: not a bundle's manifest, or cut short"
        raise BundleError(message) from error
    if stated != manifest.model_version:
        message = "manifest.json: content does not match its model_version (changed or damaged)"
        raise BundleError(message)
    return manifest


def _from_record(record: Mapping[str, Any]) -> Manifest:
    return Manifest(
        created_at=str(record["created_at"]),
        base_version=record["base_version"],
        text_rules=None if "text_rules" not in record else int(record["text_rules"]),
        labels=tuple(Label(name) for name in record["labels"]),
        thresholds={
            Label(name): Threshold(float(entry["value"]), str(entry["rule"]))
            for name, entry in record["thresholds"].items()
        },
        params=dict(record["params"]),
        seed=int(record["seed"]),
        data_terms=str(record["data_terms"]),
        data=tuple(record["data"]),
        metrics=dict(record["metrics"]),
        libraries=dict(record["libraries"]),
        files={
            str(name): FileEntry(int(entry["size"]), str(entry["sha256"]))
            for name, entry in record["files"].items()
        },
    )

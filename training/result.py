"""What a retraining run made, for people, programs and the folder of results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.suspicious import SuspiciousLabel, to_record
from training.dataset import Dropped
from training.gates import Gate

MAX_DROPPED = 100
"""Dropped lines that a record names; it counts the others."""

MAX_SUSPICIOUS = 50
"""Suspicious labels that a record names: as many as a person looks through. It counts all."""


@dataclass(frozen=True, slots=True)
class RetrainResult:
    """What a run made.

    Attributes
    ----------
    version : str
        The candidate's model version.
    path : Path
        Its folder.
    base_version, current_version : str
        What it refines, and what it was compared with.
    gates : tuple[Gate, ...]
        Each check's result.
    metrics : Mapping[str, Any]
        Candidate and current on the same held-out rows, by label.
    promoted : bool
    rows : int
        Labelled comments used, held-out ones included.
    dropped : tuple[Dropped, ...]
        The first lines that were left out, with reasons.
    n_dropped, n_passed_over : int
        All lines that were left out, and good ones beyond the sample that is learnt from.
    suspicious : tuple[SuspiciousLabel, ...]
        Labels that fits on the other rows contradict, the surest first.
    message : str
        The outcome in one sentence.
    """

    version: str
    path: Path
    base_version: str
    current_version: str
    gates: tuple[Gate, ...]
    metrics: Mapping[str, Any]
    promoted: bool
    rows: int
    dropped: tuple[Dropped, ...]
    n_dropped: int
    n_passed_over: int
    suspicious: tuple[SuspiciousLabel, ...]
    message: str

    @property
    def failed_gates(self) -> tuple[Gate, ...]:
        """Gates that did not pass."""
        return tuple(gate for gate in self.gates if not gate.passed)

    def to_record(self) -> dict[str, Any]:
        """Return the JSON-ready result; it names the forum's comments and holds no text of them."""
        return {
            "candidate_version": self.version,
            "path": str(self.path),
            "base_version": self.base_version,
            "current_version": self.current_version,
            "promoted": self.promoted,
            "gates": [_gate_record(gate) for gate in self.gates],
            "failed_gates": [gate.name for gate in self.failed_gates],
            "blocking": [gate.name for gate in self.failed_gates],
            "metrics": dict(self.metrics),
            "rows": self.rows,
            "n_dropped": self.n_dropped,
            "n_passed_over": self.n_passed_over,
            "dropped": [
                {"file": d.file, "line": d.line, "reason": d.reason}
                for d in self.dropped[:MAX_DROPPED]
            ],
            "suspicious": [to_record(row) for row in self.suspicious[:MAX_SUSPICIOUS]],
            "n_suspicious": len(self.suspicious),
            "message": self.message,
        }


def _gate_record(gate: Gate) -> dict[str, Any]:
    record = gate.to_record()
    for example in record["examples"]:
        if not example["key"].partition(":")[0].endswith(".jsonl"):
            del example["text"]  # a comment of the forum: its text stays in the database
    return record

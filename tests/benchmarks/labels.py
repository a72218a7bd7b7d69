"""Export and import many labels on SQLite or PostgreSQL, and measure time and peak memory.

Run it as ``python -m tests.benchmarks.labels [ROWS] [--postgresql URL]``; the database that the URL
names must be empty. Each step is a process of its own, so its peak is its own. Prints figures and
judges nothing.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from moderation.services.export_files import write_export
from moderation.services.exporting import ExportFormat, LabelExport
from moderation.services.label_import.rules import ImportRules
from moderation.services.label_import.run import ImportOptions, import_labels
from moderation.services.runtime import Runtime
from moderation.storage import schema
from moderation.storage.database import open_database
from moderation.storage.labelled import ExportFilter
from moderation.storage.tables import comments, feedback, forums, verdicts
from tests.fakes import START, FakeModels, FakeScorer, FixedClock

_TEXT = "the council put off its vote on the harbour bridge again and nobody asked why"
_BATCH = 5000
_SCORES = [["abusive", 0.1, 0.5, "rule", False], ["partisan", 0.2, 0.5, "rule", False]]


def main() -> None:
    """Fill a database, then export it in each format and import what was exported."""
    arguments = _arguments()
    if arguments.step is not None:
        _run_step(arguments)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.postgresql or f"sqlite:///{folder}/labels.sqlite3"
        empty = f"sqlite:///{folder}/empty.sqlite3"
        steps = [("fill", url, "-")]
        steps += [("export", url, f"{folder}/labels.{kind.value}") for kind in ExportFormat]
        steps += [("import", empty, f"{folder}/labels.{kind.value}") for kind in ExportFormat]
        for step, where, file in steps:
            command = [sys.executable, "-m", "tests.benchmarks.labels", str(arguments.rows)]
            command += ["--step", step, "--database", where, "--file", file]
            subprocess.run(command, check=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=200_000)
    parser.add_argument("--postgresql", help="postgresql+psycopg://... of an empty database")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--database", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run_step(arguments: argparse.Namespace) -> None:
    database = open_database(arguments.database)
    schema.upgrade(database)
    runtime = Runtime(database=database, models=FakeModels(FakeScorer()), clock=FixedClock())
    before, begin, cpu = _peak_mb(), time.perf_counter(), time.process_time()
    rows = _STEPS[arguments.step](runtime, arguments)
    took = time.perf_counter() - begin
    size = arguments.file.stat().st_size / 1e6 if arguments.file.exists() else 0.0
    record = {
        "step": arguments.step,
        "file": arguments.file.name,
        "rows": rows,
        "seconds": round(took, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "file_mb": round(size, 1),
        "peak_mb_before": round(before),
        "peak_mb": round(_peak_mb()),
    }
    print(json.dumps(record))  # noqa: T201 - a report


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _fill(runtime: Runtime, arguments: argparse.Namespace) -> int:
    with runtime.database.write() as connection:
        connection.execute(insert(forums).values(id=1, slug="f", name="F", created_at=START))
    for keys in _batches(arguments.rows):
        with runtime.database.write() as connection:
            connection.execute(insert(comments), [_comment(key) for key in keys])
            connection.execute(insert(verdicts), [_verdict(key) for key in keys])
            connection.execute(insert(feedback), [_feedback(key) for key in keys])
    return int(arguments.rows)


def _batches(rows: int) -> Iterator[range]:
    for start in range(1, rows + 1, _BATCH):
        yield range(start, min(start + _BATCH, rows + 1))


def _comment(key: int) -> dict[str, object]:
    words = _TEXT.split()
    text = " ".join(words[key * step % len(words)] for step in range(1, 40)) + f" {key}"
    return {
        "id": key,
        "forum_id": 1,
        "external_id": f"c{key}",
        "revision": "r",
        "is_latest": True,
        "source": text,
        "text_format": "plain",
        "body": text,
        "quotes": [],
        "received_at": START,
    }


def _verdict(key: int) -> dict[str, object]:
    return {
        "comment_id": key,
        "verdict": "flag",
        "reasons": [],
        "scores": _SCORES,
        "spans": [],
        "rule_spans": [],
        "model_version": "2026-01-01-0000000001",
        "policy_version": 1,
        "request_id": "r",
        "created_at": START,
    }


def _feedback(key: int) -> dict[str, object]:
    return {
        "forum_id": 1,
        "comment_id": key,
        "source": "model",
        "labels": {"abusive": key % 3 == 0, "partisan": key % 5 == 0},
        "decision": "approve",
        "decided_by": f"m{key % 7}",
        "decided_at": START + timedelta(seconds=key),
        "created_at": START,
    }


def _export(runtime: Runtime, arguments: argparse.Namespace) -> int:
    kind = ExportFormat(arguments.file.suffix.removeprefix("."))
    manifest = write_export(LabelExport(runtime, ExportFilter(), kind), arguments.file)
    return int(manifest["rows"])


def _import(runtime: Runtime, arguments: argparse.Namespace) -> int:
    report = import_labels(runtime, [arguments.file], ImportRules(), ImportOptions())
    print(f"added {report.added}, known {report.known}, rejected {report.rejected}")  # noqa: T201
    return report.rows


_STEPS = {"fill": _fill, "export": _export, "import": _import}

if __name__ == "__main__":
    main()

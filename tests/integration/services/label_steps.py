"""Steps of importing labels that several tests take."""

from __future__ import annotations

import io
from pathlib import Path

from classifiers.labelled import LabelledComment, from_json_line
from moderation.services.exporting import ExportFormat, export_labels
from moderation.services.label_import.rules import ImportRules
from moderation.services.label_import.run import (
    ImportOptions,
    ImportReport,
    Rejected,
    import_labels,
)
from moderation.services.runtime import Runtime
from moderation.storage.labelled import ExportFilter

OURS = ImportRules()


def rows(runtime: Runtime, wanted: ExportFilter | None = None) -> list[LabelledComment]:
    target = io.BytesIO()
    export_labels(runtime, wanted or ExportFilter(), target, ExportFormat.JSONL)
    lines = target.getvalue().decode().split("\n")
    return [from_json_line(line) for line in lines if line]


def taken(
    runtime: Runtime, *files: Path, rules: ImportRules = OURS, is_dry_run: bool = False
) -> tuple[ImportReport, list[Rejected]]:
    rejected: list[Rejected] = []
    options = ImportOptions(is_dry_run=is_dry_run, on_rejected=rejected.append)
    return import_labels(runtime, files, rules, options), rejected


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.added, report.known, report.rejected


def csv_file(folder: Path, text: str, name: str = "old.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path

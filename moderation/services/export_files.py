"""An export as a file with its manifest beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from moderation.domain.errors import InvalidInputError
from moderation.services.exporting import LabelExport


def write_export(export: LabelExport, file: Path) -> dict[str, Any]:
    """Write an export and its manifest; the file appears only when it is whole.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    InvalidInputError
        If the file cannot stand there.
    """
    check_target(file)
    partial = file.with_name(file.name + ".partial")
    try:
        with partial.open("wb") as target:
            for chunk in export.chunks():
                target.write(chunk)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    manifest = export.manifest(file.name)
    beside = file.with_name(manifest_name(file.name))
    beside.write_text(manifest_text(manifest), encoding="utf-8")
    return manifest


def manifest_name(file_name: str) -> str:
    """Return the name of the manifest beside a file."""
    return f"{file_name}.manifest.json"


def manifest_text(manifest: dict[str, Any]) -> str:
    """Return a manifest as it is written."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def check_target(file: Path) -> None:
    """Refuse a place where no file can be written.

    Raises
    ------
    InvalidInputError
    """
    if file.is_dir():
        raise InvalidInputError(f"{file} is a folder.", fields={"file": "expected a file's name"})
    if file.exists() and not file.is_file():
        raise InvalidInputError(
            f"{file} is no ordinary file.", fields={"file": "expected a file's name"}
        )
    if not file.parent.is_dir():
        raise InvalidInputError(
            f"{file} cannot be written.",
            fields={"file": f"expected a folder that exists, found {file.parent}"},
        )

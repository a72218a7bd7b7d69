"""What the gates said of each candidate, kept beside the bundles. Stdlib only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifiers.durable import replace_text


class Results:
    """A folder with one JSON file for each candidate.

    Parameters
    ----------
    folder : Path
        Made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, version: str) -> dict[str, Any] | None:
        """Return what was kept of a version, if anything."""
        try:
            record = json.loads(self._path(version).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) else None

    def write(self, version: str, record: Mapping[str, Any]) -> None:
        """Keep what the gates said.

        Parameters
        ----------
        version : str
            Of the candidate.
        record : mapping
            ``blocking`` names the gates that forbid promotion, ``current_version`` the model that
            the candidate was compared with; the rest is for people.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        replace_text(self._path(version), json.dumps(record))

    def raw(self, version: str) -> bytes | None:
        """Return what is kept of a version as it lies on the disk."""
        try:
            return self._path(version).read_bytes()
        except OSError:
            return None

    def take(self, version: str, raw: bytes) -> None:
        """Keep what another machine kept of a version, if it can be read."""
        try:
            record = json.loads(raw)
        except ValueError:
            return
        if isinstance(record, dict):
            self.write(version, record)

    def remove(self, version: str) -> None:
        """Forget a version."""
        self._path(version).unlink(missing_ok=True)

    def _path(self, version: str) -> Path:
        return self._folder / f"{version}.json"

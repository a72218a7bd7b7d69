"""Which bundle decides and which one is the shadow, as ``pointers.json`` says it. Stdlib only."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pointers:
    """What ``pointers.json`` says; None: the packaged default (``current``), none (``shadow``)."""

    current: str | None = None
    shadow: str | None = None
    previous: tuple[str | None, ...] = ()

    def to_text(self) -> str:
        """Return the file's content."""
        record = {
            "current": self.current,
            "shadow": self.shadow,
            "previous": list(self.previous),
        }
        return json.dumps(record)


def read_pointers(text: str) -> Pointers:
    """Read the file's content; what is damaged names nothing."""
    try:
        record = json.loads(text)
        return Pointers(record["current"], record["shadow"], tuple(record["previous"]))
    except (ValueError, KeyError, TypeError):
        return Pointers()


@dataclass(frozen=True, slots=True)
class SharedState:
    """What machines that share models must agree on.

    Attributes
    ----------
    pointers, history : str
        Contents of ``pointers.json`` and ``promotions.jsonl``.
    """

    pointers: str
    history: str

    def versions(self) -> list[str]:
        """Return the versions to have at hand: current, shadow, and where a rollback goes."""
        found = read_pointers(self.pointers)
        named = (found.current, found.shadow, *found.previous[-1:])
        return [version for version in dict.fromkeys(named) if version is not None]

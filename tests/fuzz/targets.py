"""Every parser that reads what strangers write."""

from __future__ import annotations

from tests.fuzz import bodies, files, texts
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {
    target.name: target for target in (*texts.TARGETS, *files.TARGETS, *bodies.TARGETS)
}

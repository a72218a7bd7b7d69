"""The sentences of inner rooms that the catalogues know are those that the code says."""

from __future__ import annotations

import ast
from pathlib import Path

import moderation
from moderation.web.desk.phrases import PHRASES

ROOMS = ("services", "domain", "hosts")


def test_every_phrase_is_said_somewhere() -> None:
    root = Path(moderation.__file__).parent
    said = {
        node.value
        for room in ROOMS
        for path in (root / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    assert [phrase for phrase in PHRASES if phrase not in said] == []

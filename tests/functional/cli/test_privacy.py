"""Personal data from the command line."""

from __future__ import annotations

import json

from tests.functional.cli.conftest import Cli


def test_retention_pseudonyms_access_and_erasure(installed: Cli) -> None:
    line = {"id": "c1", "text": "You idiot.", "author": {"id": "u7", "name": "Petronella"}}
    (installed.folder / "old.jsonl").write_text(json.dumps(line) + "\n")
    installed.ok("import", "old.jsonl", "--forum", "main")

    rules = installed.lines("privacy", "retention", "main", "--text-days", "30", "--json")
    assert (rules[0]["text_days"], rules[0]["author_days"]) == (30, None)
    rules = installed.lines("privacy", "retention", "main", "--text-days", "0", "--json")
    assert rules[0]["text_days"] is None

    assert "1 stored authors renamed" in installed.ok("privacy", "pseudonyms", "main", "on")
    shown = json.loads(installed.ok("privacy", "show-author", "main", "u7"))
    assert [comment["text"] for comment in shown["comments"]] == ["You idiot."]
    assert shown["name"] is None

    (erased,) = installed.lines("privacy", "erase-author", "main", "u7", "--yes", "--json")
    assert erased["comments"] == 1
    assert "No such author" in installed.error("privacy", "show-author", "main", "u7")

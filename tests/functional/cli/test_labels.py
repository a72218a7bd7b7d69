"""Labels out and in, by command."""

from __future__ import annotations

import json
from pathlib import Path

from tests.functional.cli.conftest import Cli

TABLE = "comment,verdict,who\nYou fool.,toxic,ada\nWell said.,ok,bob\n,toxic,ada\nHm.,perhaps,ada\n"
MAPPED = ("--map", "text=comment", "--map", "abusive=verdict", "--map", "author_id=who")
WORDS = ("--true", "toxic", "--false", "ok")


def table(cli: Cli, name: str = "old.csv") -> Path:
    path = cli.folder / name
    path.write_text(TABLE)
    return path


def test_a_dry_run_tells_what_and_why_and_leaves_nothing(installed: Cli) -> None:
    table(installed)
    said = installed.ok("import-labels", "old.csv", "--dry-run", *MAPPED, *WORDS)
    assert "4 rows read, 4 judgements in them: 2 would be added, 0 known already" in said
    assert "abusive: 1 yes, 1 no" in said
    assert "1  comment: expected a text" in said
    assert "1  verdict: 'perhaps' is neither yes nor no" in said
    assert [path.name for path in installed.folder.glob("old.csv*")] == ["old.csv"]
    installed.ok("export", "none.jsonl")
    assert (installed.folder / "none.jsonl").read_bytes() == b""


def test_labels_come_in_once_and_go_out_again(installed: Cli) -> None:
    table(installed)
    arguments = ("import-labels", "old.csv", *MAPPED, *WORDS, "--source", "old-desk")
    first, second = (installed.lines(*arguments, "--json")[-1] for _ in range(2))
    assert (first["added"], first["known"], first["rejected"]) == (2, 0, 2)
    assert (second["added"], second["known"], second["rejected"]) == (0, 2, 2)
    rejects = (installed.folder / "old.csv.rejects.jsonl").read_text().splitlines()
    assert json.loads(rejects[0]) == {
        "file": "old.csv",
        "row": 3,
        "line": 4,
        "reason": "comment: expected a text",
        "raw": {"comment": "", "verdict": "toxic", "who": "ada"},
    }
    installed.ok("export", "out.csv", "--source", "old-desk", "--label", "abusive=true")
    manifest = json.loads((installed.folder / "out.csv.manifest.json").read_text())
    assert (manifest["format"], manifest["rows"]) == ("csv", 1)
    assert manifest["sources"] == {"old-desk": 1}
    assert manifest["labels"]["abusive"] == {"true": 1, "false": 0}


def test_an_import_can_be_taken_back(installed: Cli) -> None:
    table(installed)
    installed.ok("import-labels", "old.csv", *MAPPED, *WORDS)
    said = installed.ok("withdraw-labels", "--source", "import", "--dry-run")
    assert said == "2 labels would be withdrawn.\n"
    assert installed.ok("withdraw-labels", "--source", "import") == "2 labels are withdrawn.\n"
    assert installed.lines("export", "none.jsonl", "--json")[-1]["rows"] == 0


def test_pseudonyms_and_hashes_come_with_the_installations_own_key(installed: Cli) -> None:
    table(installed)
    installed.ok("import-labels", "old.csv", *MAPPED, *WORDS)
    names = []
    for name in ("one.jsonl", "two.jsonl"):
        installed.ok("export", name, "--pseudonymise", "--drop-text")
        text = (installed.folder / name).read_text()
        assert "fool" not in text
        names.append([json.loads(line)["author_id"] for line in text.splitlines()])
    assert names[0] == names[1]
    assert all(name.startswith("p-") for name in names[0])
    refused = installed.run("train", "one.jsonl")
    assert refused.returncode == 2
    assert "made without texts" in refused.stderr
    # The texts are here: the rows are taken, as somebody else's judgements.
    assert installed.lines("import-labels", "one.jsonl", "--json")[-1]["added"] == 2


def test_wrong_options_say_what_was_expected(installed: Cli) -> None:
    table(installed)
    for arguments, expected in (
        (("old.csv",), "the columns are 'comment', 'verdict', 'who'"),
        (("old.csv", "--map", "text"), "expected FIELD=COLUMN"),
        (("old.csv", "--map", "rude=verdict"), "expected FIELD=COLUMN with one of text"),
        (("old.csv", *MAPPED, "--choice", "rude=x"), "expected LABEL=CHOICE"),
        (("old.csv", *MAPPED, "--true", "a", "--false", "a"), "'a' means yes already"),
        (("old.csv", *MAPPED, "--rejects", "old.csv"), "is one of the files to read"),
        (("old.csv", *MAPPED, "--rejects", "no/where"), "expected a folder that exists"),
        (("old.csv", *MAPPED, "--forum", "nobody"), "no forum 'nobody'"),
        (("missing.csv",), "does not exist"),
        ((".",), "is a directory"),
    ):
        assert expected in installed.error("import-labels", *arguments), arguments
    assert "expected one of abusive" in installed.error("export", "x", "--label", "rude")
    assert table(installed).read_text() == TABLE


def test_the_help_shows_examples_a_line_each(cli: Cli) -> None:
    for command in ("export", "import-labels"):
        said = cli.ok(command, "--help")
        assert "\\b" not in said
        examples = [
            line for line in said.splitlines() if line.startswith(f"    moderation {command}")
        ]
        assert len(examples) >= 4


def test_nothing_usable_is_a_failure(installed: Cli) -> None:
    table(installed)
    done = installed.run("import-labels", "old.csv", *MAPPED)
    assert done.returncode == 1
    assert "neither yes nor no" in done.stdout

"""From an export to a measured candidate, by command."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.labelled import LabelledComment, to_json_line
from classifiers.labels import Label
from tests.functional.cli.conftest import Cli


@pytest.fixture
def export(cli: Cli) -> Path:
    """Forty decisions, half of them on insults."""
    rows = []
    for number in range(40):
        is_rude = number % 2 == 0
        rows.append(
            LabelledComment(
                f"You complete idiot {number}" if is_rude else f"Train {number} leaves at nine",
                {Label.ABUSIVE: is_rude, Label.PARTISAN: False},
                comment_id=str(number),
                author_id=f"u{number}",
                decided_at=f"2026-03-{1 + number % 28:02d}T00:00:00Z",
                decision="reject" if is_rude else "approve",
            )
        )
    file = cli.folder / "labels.jsonl"
    file.write_text("".join(to_json_line(row) + "\n" for row in rows))
    return file


def test_evaluate_measures_the_current_model(cli: Cli, export: Path) -> None:
    result = cli.lines("evaluate", str(export), "--json")[-1]
    assert (result["event"], result["rows"], result["dropped"]) == ("result", 40, 0)
    assert result["metrics"]["abusive"]["positives"] == 20
    assert "Name at least one export" in cli.error("evaluate")


@pytest.mark.slow
def test_train_makes_a_candidate_beside_the_current_model(cli: Cli, export: Path) -> None:
    done = cli.run("train", str(export), "--no-promote", "--json")
    assert done.returncode in {0, 3}, done.stderr
    result = cli.lines("models", "list", "--json")
    (packaged,), (candidate,) = (
        [row for row in result if ("packaged" in row["roles"]) is wanted]
        for wanted in (True, False)
    )
    assert "current" in packaged["roles"]
    assert candidate["version"] in done.stdout
    shown = cli.ok("models", "show", candidate["version"])
    assert shown.split()[:2] == ["version", candidate["version"]]
    assert "\n# " in shown  # the card follows what made the bundle


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_a_file_that_is_no_export_is_refused_in_a_sentence(cli: Cli, command: str) -> None:
    (cli.folder / "other.jsonl").write_text('{"id": 1}\n')
    done = cli.run(command, "other.jsonl")
    assert done.returncode == 2
    assert "other.jsonl: no labelled comment in it" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert "does not exist" in cli.error(command, "missing.jsonl")

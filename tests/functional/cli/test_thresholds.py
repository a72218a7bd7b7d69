"""Thresholds and suspicious labels on the command line."""

from __future__ import annotations

import json

from classifiers.labels import Label
from classifiers.suspicious import SuspiciousLabel, to_json_line
from tests.functional.cli.conftest import Cli


def test_a_rule_is_set_shown_and_taken_back(installed: Cli) -> None:
    cli = installed
    cli.ok("forums", "add", "gazette")
    (made,) = cli.lines("thresholds", "set", "gazette", "abusive", "--precision", "90%", "--json")
    assert made["rule"] == "at least 90% of what we flag should deserve it"
    assert (made["threshold"], made["why"].split(";")[0]) == (None, "Only 0 comments were judged")

    (shown,) = cli.lines("thresholds", "show", "gazette", "abusive", "--json")
    assert "stands in" in shown["note"]
    assert shown["policy_version"] == made["policy_version"]
    assert {forecast["threshold"] for forecast in shown["forecasts"]} == {None}
    assert "The model's own choice stands in." in cli.ok("thresholds", "show", "gazette", "abusive")

    policy = json.loads(cli.ok("forums", "policy", "gazette"))
    assert policy["labels"]["abusive"]["rule"] == {"promise": "precision", "value": 0.9}
    cli.ok("thresholds", "restore", "gazette", "abusive")
    policy = json.loads(cli.ok("forums", "policy", "gazette"))
    assert "rule" not in policy["labels"]["abusive"]


def test_a_wrong_rule_is_refused_in_a_sentence(installed: Cli) -> None:
    cli = installed
    cli.ok("forums", "add", "gazette")
    begin = ("thresholds", "set", "gazette", "abusive")
    assert "Give one of" in cli.error(*begin)
    assert "Give one of" in cli.error(*begin, "--precision", "0.9", "--recall", "0.8")
    assert "a share such as 90%" in cli.error(*begin, "--precision", "much")
    assert "a share from 1% to 100%" in cli.error(*begin, "--precision", "90")
    assert "a number from 0 to 1" in cli.error(*begin, "--score", "7")
    assert "no forum" in cli.error("thresholds", "show", "nowhere", "abusive")


def test_a_list_of_suspicious_labels_is_read_and_bad_lines_are_named(installed: Cli) -> None:
    cli = installed
    row = SuspiciousLabel("gazette", "c1", "r1", Label.ABUSIVE, True, 0.02, "Because.")
    file = cli.folder / "list.jsonl"
    file.write_text(to_json_line(row) + "\n", encoding="utf-8")
    assert cli.ok("suspicious", str(file)) == "gazette  c1: Because.\n"
    assert cli.ok("suspicious", str(file), "--ask").splitlines()[-1] == (
        "0 asked, 0 asked before, 1 not decided here."
    )
    file.write_text("{}\n", encoding="utf-8")
    assert "line 1: schema" in cli.error("suspicious", str(file))

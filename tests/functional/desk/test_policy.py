"""The policy page: written, foreseen, put in force, compared, taken back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from classifiers.labels import Label
from moderation.domain.review import Role
from moderation.domain.verdict import Verdict
from moderation.domain.word_rule import WordRule
from moderation.services.policy_changes import change_policy, policy_versions, read_policy
from moderation.services.runtime import Runtime
from tests.builders import sqlite_only
from tests.fakes import START, FakeModels, FixedClock
from tests.functional.desk.conftest import Enter
from tests.functional.desk.visitor import Visitor
from tests.integration.services.traffic import DAYS, WrittenScorer, filled_file

pytestmark = sqlite_only
FORM = "form[aria-label=Policy]"


@pytest.fixture
def models() -> FakeModels:
    return FakeModels(WrittenScorer())


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START + timedelta(days=DAYS))


@pytest.fixture(scope="module")
def migrated_file(migrated_file: Path) -> Path:
    return filled_file(migrated_file)


@pytest.fixture
def sena(enter: Enter) -> Visitor:
    return enter("sena", Role.SENIOR).open("/desk/policy")


def test_a_version_is_foreseen_then_put_in_force(sena: Visitor, runtime: Runtime) -> None:
    assert "items a week" in sena.texts(".effect .sum")[0]

    changed = {
        "action-abusive": "hold",
        "from-abusive": "fixed",
        "fixed-abusive": "0,9",
        "rule-words": ["cheap tickets", ""],
        "trusted_authors": "u1\nu2",
        "time_target_hours": "2",
        "because": "a wave of spam",
    }
    sena.send(FORM, "See what", **changed)
    assert sena.status == 200
    assert read_policy(runtime, "gazette").version == 2
    assert "That makes the threshold 0.90" in sena.texts(".effect .sum")[0]
    assert "fewer" in sena.texts(".effect .small")[0]
    assert "abusive: threshold" in sena.texts(".diff p")

    sena.send(FORM, "Put version")
    made = read_policy(runtime, "gazette")
    assert (made.version, made.labels[Label.ABUSIVE].action) == (3, Verdict.HOLD)
    assert made.labels[Label.ABUSIVE].threshold == 0.9
    assert made.word_rules == (WordRule("cheap tickets", "cheap tickets"),)
    assert made.trusted_authors == {"u1", "u2"}
    assert made.time_target_minutes == 120
    assert made.audit_share == 0.5
    assert policy_versions(runtime, "gazette")[0].because == "a wave of spam"


def test_an_old_version_comes_back_as_a_new_one(sena: Visitor, runtime: Runtime) -> None:
    sena.send(FORM, "Put version", **{"action-partisan": "publish"})
    sena.open("/desk/policy/versions/2?forum=gazette")
    assert sena.texts("[aria-labelledby=back-h] .diff :is(del, ins)") == [
        "before: publish",
        "after: flag",
    ]

    sena.send("form[action$='restore']")
    now = read_policy(runtime, "gazette")
    assert (now.version, now.labels[Label.PARTISAN].action) == (4, Verdict.FLAG)
    assert policy_versions(runtime, "gazette")[0].because == "back to version 2"


@pytest.mark.parametrize(
    ("field", "typed"),
    [("audit_share", "many"), ("fixed-abusive", "7"), ("time_target_hours", "inf")],
)
def test_a_wrong_field_is_named_and_kept(sena: Visitor, field: str, typed: str) -> None:
    sena.send(
        FORM, "Put version", **{"from-abusive": "fixed", "fixed-abusive": "0.5", field: typed}
    )
    assert sena.status == 422
    assert sena.has(f"[name='{field}'][aria-invalid]")
    assert sena.one(f"[name='{field}']").attributes["value"] == typed


def test_a_version_made_from_an_old_one_is_refused_and_kept(
    sena: Visitor, runtime: Runtime
) -> None:
    change_policy(runtime, "gazette", {"audit_share": 0.25}, by="jo")
    sena.send(FORM, "Put version", repeat_days="7")
    assert sena.status == 409
    assert "Version 3 came in force meanwhile" in sena.texts("[role=alert]")[0]
    assert sena.one("[name=repeat_days]").attributes["value"] == "7"
    sena.send(FORM, "Put version")  # they have seen how it differs
    assert read_policy(runtime, "gazette").repeat_days == 7


def test_words_are_tried_on_last_month(sena: Visitor) -> None:
    sena.open("/desk/policy/words?forum=gazette")
    assert "has no word rules" in sena.texts(".empty b")[0]
    sena.send("form[aria-label='Try words']", words="score 0.95")
    (said,) = sena.texts("[aria-labelledby=r-1] > p b")
    assert "matched: of" in said
    assert "0 had not been queued" in said
    assert sena.texts(".probe mark")[0] == "score 0.95"
    sena.open("/desk/policy/words?forum=gazette&words=a*b")
    assert sena.status == 422


def test_a_moderator_reads_but_cannot_write(mira: Visitor) -> None:
    mira.open("/desk/policy")
    assert mira.has(f"{FORM} fieldset[disabled]")
    assert not mira.has("button[value=save]")
    token = mira.one("[name=csrf_token]").attributes["value"]
    answer = mira.client.post("/desk/policy", data={"csrf_token": token, "forum": "gazette"})
    assert answer.status_code == 403
    assert mira.open("/desk/policy?forum=nowhere").status == 404

"""Training at the desk: asking, watching, reading what came out, and acting on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from classifiers.labels import Label
from classifiers.registry import Registry
from classifiers.suspicious import SuspiciousLabel, to_record
from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.domain.training import JobProgress, JobState
from moderation.services import training
from moderation.services.runtime import Runtime
from moderation.services.training import TakenJob
from tests.builders import a_comment, a_user, decided, sqlite_only, submitted
from tests.fakes import FakeModels
from tests.functional.desk.conftest import Enter
from tests.functional.desk.visitor import Visitor
from tests.unit.classifiers.toy import saved

pytestmark = sqlite_only


@pytest.fixture
def registry(models: FakeModels, tmp_path: Path) -> Registry:
    """A real models folder behind the desk."""
    saved(tmp_path / "default", seed=100)
    models.registry = Registry(tmp_path / "models", tmp_path / "default")
    return models.registry


@pytest.fixture
def ada(enter: Enter) -> Visitor:
    return enter("ada", Role.ADMIN)


def ask(ada: Visitor) -> int:
    ada.open("/desk/training").send("form[action='/desk/training']")
    return int(ada.path.rpartition("/")[2])


def take(runtime: Runtime) -> TakenJob:
    taken = training.take_training(runtime)
    assert taken is not None
    return taken


def finished(runtime: Runtime, registry: Registry, forum: Forum, *, failed: list[str]) -> str:
    """A job whose candidate has these gates against it; returns the candidate."""
    base = registry.packaged().version
    version = saved(registry.models_dir, 1, named_by_version=True, base_version=base)
    result: dict[str, Any] = {
        "candidate_version": version,
        "current_version": base,
        "gates": [
            {
                "name": "not_worse_on_decisions:abusive",
                "passed": not failed,
                "detail": "average precision 0.7, current 0.8",
                "figures": {},
                "examples": [{"key": f"{forum.slug}:c1", "candidate": 0.1, "current": 0.9}],
            }
        ],
        "failed_gates": failed,
        "blocking": failed,
        "metrics": {
            "candidate": {"decisions": {"abusive": {"recall": figure(0.8)}}},
            "current": {"decisions": {"abusive": {"recall": figure(0.6)}}},
        },
        "rows": 40,
        "suspicious": [doubt(forum, "c1"), doubt(forum, "c2")],
        "n_suspicious": 60,
        "message": f"Candidate {version} made.",
    }
    registry.results.write(version, result)
    training.end_training(runtime, take(runtime), JobState.DONE, result=result)
    return version


def doubt(forum: Forum, comment_id: str) -> dict[str, Any]:
    revision = a_comment(text="You idiot.").revision
    return to_record(
        SuspiciousLabel(
            forum.slug, comment_id, revision, Label.ABUSIVE, given=True, probability=0.02, reason=""
        )
    )


def figure(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


def test_a_training_is_asked_for_watched_and_cancelled(ada: Visitor, runtime: Runtime) -> None:
    job_id = ask(ada)
    assert ada.texts("h1") == [f"Training {job_id}"]
    taken = take(runtime)
    training.note_progress(runtime, taken, JobProgress("fitting", 2, 6, "fitting\n"))
    ada.open(f"/desk/training/{job_id}")
    assert "step 3 of 6: fitting" in ada.one("#progress").text()
    part = Visitor.open(ada, ada.one("#progress").attributes["data-renew"] or "")
    assert part.one("[data-state]").attributes["data-state"] == "running"
    ada.open("/desk/training")
    assert not ada.has("form[action='/desk/training']")
    ada.open(f"/desk/training/{job_id}").send("form[action$='/cancel']")
    assert ada.texts(".chip")[:1] == ["Stops"]
    assert not training.note_progress(runtime, taken, JobProgress())


def test_only_an_admin_starts_or_cancels(enter: Enter) -> None:
    senior = enter("sena", Role.SENIOR)
    senior.open("/desk/training")
    assert senior.status == 200
    assert not senior.has("form[action='/desk/training']")


def test_the_result_names_what_failed_and_a_candidate_is_tried_in_the_shadow(
    ada: Visitor, runtime: Runtime, registry: Registry, forum: Forum
) -> None:
    submitted(runtime, forum, a_comment("c1", "You idiot."))
    job_id = ask(ada)
    version = finished(runtime, registry, forum, failed=[])
    ada.open(f"/desk/training/{job_id}")
    assert "Nothing is against the candidate" in ada.texts("h2")
    assert ada.texts(".gates blockquote") == ["You idiot."]
    assert "60% (50% to 70%)" in ada.one("section[aria-label='On your held-out decisions']").text()

    ada.send("form[action$='/models/shadow']")
    shadow = registry.shadow()
    assert shadow is not None
    assert shadow.version == version
    ada.open(f"/desk/training/{job_id}").send("form[action$='/promote']", reason="it finds more")
    assert registry.current().version == version
    ada.send("form[action$='/rollback']", reason="on second thoughts")
    assert registry.current().is_default


def test_against_a_failed_gate_promotion_takes_force_and_a_reason(
    ada: Visitor, runtime: Runtime, registry: Registry, forum: Forum
) -> None:
    job_id = ask(ada)
    version = finished(runtime, registry, forum, failed=["not_worse_on_decisions:abusive"])
    page = f"/desk/training/{job_id}"
    ada.open(page).send("form[action$='/promote']", reason="we know better")
    assert ada.status == 409
    assert registry.current().is_default
    ada.open(page).send("form[action$='/promote']", reason="we know better", force="yes")
    assert registry.current().version == version
    last = registry.history()[-1]
    assert "we know better" in last["reason"]
    assert "not_worse_on_decisions:abusive" in last["reason"]


def test_a_candidate_is_discarded(
    ada: Visitor, runtime: Runtime, registry: Registry, forum: Forum
) -> None:
    job_id = ask(ada)
    version = finished(runtime, registry, forum, failed=[])
    ada.open(f"/desk/training/{job_id}").send("form[action$='/discard']")
    assert [ref.version for ref in registry.bundles()] == [registry.packaged().version]
    ada.open(f"/desk/training/{job_id}")
    assert f"The candidate {version} was removed" in ada.one("main").text()


def test_labels_worth_another_look_go_blind_to_another_moderator(
    ada: Visitor, runtime: Runtime, registry: Registry, forum: Forum, enter: Enter
) -> None:
    mira = a_user(runtime, "decider")
    decided(runtime, mira, submitted(runtime, forum, a_comment("c1", "You idiot.")))
    job_id = ask(ada)
    finished(runtime, registry, forum, failed=[])
    page = f"/desk/training/{job_id}"
    ada.open(page)
    listed = ada.one("section[aria-labelledby='doubts-h']")
    assert "You idiot." in listed.text()
    assert "The surest 2 of 60 are listed" in listed.text()
    assert "0.02" in listed.text()

    ada.send("form[action$='/doubts']", doubt=["0", "1", "7"])
    assert ada.texts(".toast > span") == [
        "1 of 2 go to another moderator. 1 are no longer decided here."
    ]
    senior = enter("sena", Role.SENIOR)
    assert not senior.open(page).has("input[name='doubt']")

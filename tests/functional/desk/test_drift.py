"""The drift page on stored comments, with a real model's vocabulary."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from classifiers.novelty import count_words, known_words
from classifiers.registry import Registry
from moderation.domain.errors import NotFoundError
from moderation.domain.forum import Forum
from moderation.services.drift import drift_view
from moderation.services.runtime import Runtime
from tests.builders import a_comment, a_user, decided, register_forum, submitted
from tests.fakes import FakeModels, FakeScorer, FixedClock
from tests.functional.desk.conftest import Enter
from tests.unit.classifiers.toy import saved


@pytest.fixture
def model(models: FakeModels, tmp_path: Path) -> str:
    """A real bundle whose name the fake scorer bears."""
    version = saved(tmp_path / "default", seed=100)
    models.registry = Registry(tmp_path / "models", tmp_path / "default")
    models.current = FakeScorer(version)
    return version


def test_unknown_words_are_counted_by_any_reading(tmp_path: Path) -> None:
    saved(tmp_path / "b")
    known = known_words(tmp_path / "b")
    assert count_words("the council meets", known) == (0, 3)
    assert count_words("THE zorblax meets! 42", known) == (1, 3)


def test_weeks_are_measured_and_shown(
    enter: Enter, runtime: Runtime, forum: Forum, clock: FixedClock, model: str
) -> None:
    mira = a_user(runtime, "decider")
    sampled = register_forum(runtime, "sampled", audit_share=1).forum
    for number in range(12):
        flagged = submitted(runtime, forum, a_comment(f"a{number}", f"idiot council {number}"))
        submitted(runtime, forum, a_comment(f"b{number}", f"the council meets {number}"))
        unflagged = submitted(runtime, sampled, a_comment(f"c{number}", f"zorblax week {number}"))
        decided(runtime, mira, flagged, reason=None) if number % 2 else decided(
            runtime, mira, flagged
        )
        decided(runtime, mira, unflagged, reason=None)
        clock.advance(timedelta(days=3).total_seconds())

    view = drift_view(runtime)
    assert (view.is_weekly, view.model_version) == (True, model)
    assert sum(p.comments for p in view.periods) == 36
    assert sum(p.flagged for p in view.periods) == 12
    assert (view.periods[-1].is_current, sum(view.periods[-1].histogram)) == (True, 6)
    assert sum(p.flagged_judged for p in view.periods) == 12
    assert sum(p.flagged_deserved for p in view.periods) == 6
    assert (sum(p.audited for p in view.periods), view.new_labels) == (12, 24)
    assert 0 < (view.periods[-1].novelty.value or 0) < 0.5
    own = drift_view(runtime, forum="sampled")
    assert sum(p.comments for p in own.periods) == 12
    with pytest.raises(NotFoundError):
        drift_view(runtime, forum="nowhere")

    person = enter().open("/desk/drift")
    assert person.texts(".notice b") == ["Too few comments so far to say anything."]
    assert len(person.page.css("tbody tr")) == len(view.periods)
    assert person.texts(".chart h2") == [
        "Flagged",
        "Words new to the model",
        "Of what is flagged, deserved",
        "Of what deserves it, found",
    ]
    person.send("form[action='/desk/drift']", forum="gazette")
    assert "forum=gazette" in person.path
    assert person.open("/desk/drift?forum=nowhere").status == 404

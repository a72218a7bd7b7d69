"""The shadow's page: flips with examples, the queue it would cause, how often it was right."""

from __future__ import annotations

from pathlib import Path

from classifiers.registry import Registry
from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from moderation.services.shadowing import compare_shadow
from tests.builders import a_comment, a_user, decided, sqlite_only, submitted
from tests.fakes import FakeModels, FakeScorer, FixedClock
from tests.functional.desk.conftest import Enter
from tests.unit.classifiers.toy import saved

pytestmark = sqlite_only


def shadowed(models: FakeModels, folder: Path) -> str:
    """Let a real bundle be the shadow, and a fake one score for it."""
    saved(folder / "default", seed=100)
    models.registry = Registry(folder / "models", folder / "default")
    version = saved(models.registry.models_dir, 1, named_by_version=True)
    models.registry.set_shadow(version, actor="ann", reason="try", at="2026-03-02T09:00:00Z")
    models.shadow = FakeScorer(version, threshold=0.96)
    return version


def test_the_page_shows_flips_rates_and_precision(
    enter: Enter,
    runtime: Runtime,
    forum: Forum,
    models: FakeModels,
    clock: FixedClock,
    tmp_path: Path,
) -> None:
    version = shadowed(models, tmp_path)
    mira = a_user(runtime, "decider")
    both = submitted(runtime, forum, a_comment("c1", "idiot"))
    lost = submitted(runtime, forum, a_comment("c2", "moron"))
    submitted(runtime, forum, a_comment("c3", "moron again"))
    submitted(runtime, forum, a_comment("c4", "fine"))
    decided(runtime, mira, both)
    decided(runtime, mira, lost, reason=None)
    clock.advance(2 * 86_400)

    found = compare_shadow(runtime, version)
    assert (found.counts.comments, found.counts.both, found.counts.only_current) == (4, 1, 2)
    assert (round(found.current_a_day, 2), round(found.shadow_a_day, 2)) == (1.5, 0.5)
    assert (found.current_precision.hits, found.current_precision.total) == (1, 2)
    assert (found.shadow_precision.hits, found.shadow_precision.total) == (1, 1)
    assert [(flip.body, flip.is_deserved) for flip in found.lost_flags] == [
        ("moron", False),
        ("moron again", None),
    ]

    ada = enter("ada", Role.ADMIN).open("/desk/models/shadow")
    assert ada.texts("section[aria-label^='Flagged now'] blockquote") == ["moron", "moron again"]
    assert "4 comments in 2.0 days" in ada.texts("h2")
    ada.send("form[action$='/shadow/stop']")
    assert models.registry.shadow() is None
    ada.open("/desk/models/shadow")
    assert "No model runs in the shadow." in ada.texts("b")

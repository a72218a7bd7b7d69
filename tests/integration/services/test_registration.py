"""Forums and their credentials."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from moderation.domain.errors import ConflictError, InvalidInputError, NotFoundError
from moderation.domain.forum import Forum
from moderation.services import policy_changes, registration, reporting, review
from moderation.services.reporting import Report
from moderation.services.runtime import Runtime
from moderation.storage.tables import credentials, metadata
from tests.builders import (
    RegisteredForum,
    a_comment,
    a_user,
    decided,
    register_forum,
    submitted,
)
from tests.fakes import FixedClock
from tests.integration.racing import race

KEPT_FOR_EVER = {"users", "events"}


def test_a_forum_is_recognised_by_its_key(runtime: Runtime, registered: RegisteredForum) -> None:
    key = registered.credentials.bearer_key
    assert registration.forum_by_key(runtime, key) == registered.forum
    for wrong in ("", key[:-1], key.upper(), "\x00", "\ud800", "ä"):
        assert registration.forum_by_key(runtime, wrong) is None


def test_the_key_is_kept_as_a_digest(runtime: Runtime, registered: RegisteredForum) -> None:
    with runtime.database.read() as connection:
        rows = connection.execute(select(credentials.c.key_digest, credentials.c.secret)).all()
    kept = {value for row in rows for value in row if value is not None}
    assert registered.credentials.bearer_key not in kept


def test_rotation_keeps_the_old_credentials_for_the_overlap(
    runtime: Runtime, registered: RegisteredForum, clock: FixedClock
) -> None:
    old = registered.credentials
    clock.advance(1)
    new = registration.rotate_secret(runtime, "gazette", overlap=timedelta(hours=2))
    for made in (old, new):
        assert registration.forum_by_key(runtime, made.bearer_key) == registered.forum
    found = registration.forum_with_secrets(runtime, "gazette")
    assert found is not None
    assert list(found[1]) == [new.signing_secret, old.signing_secret]  # newest first

    clock.advance(2 * 3600)

    assert registration.forum_by_key(runtime, old.bearer_key) is None
    assert registration.forum_by_key(runtime, new.bearer_key) == registered.forum
    found = registration.forum_with_secrets(runtime, "gazette")
    assert found is not None
    assert list(found[1]) == [new.signing_secret]


def test_rotation_without_overlap_ends_the_old_credentials_at_once(
    runtime: Runtime, registered: RegisteredForum
) -> None:
    registration.rotate_secret(runtime, "gazette", overlap=timedelta(0))
    assert registration.forum_by_key(runtime, registered.credentials.bearer_key) is None


def test_a_second_rotation_does_not_lengthen_the_life_of_the_first(
    runtime: Runtime, registered: RegisteredForum, clock: FixedClock
) -> None:
    registration.rotate_secret(runtime, "gazette", overlap=timedelta(hours=1))
    registration.rotate_secret(runtime, "gazette", overlap=timedelta(hours=24))
    clock.advance(3600)
    assert registration.forum_by_key(runtime, registered.credentials.bearer_key) is None


def test_rotation_leaves_other_forums_alone(runtime: Runtime, registered: RegisteredForum) -> None:
    other = register_forum(runtime, "tribune")
    registration.rotate_secret(runtime, "gazette", overlap=timedelta(0))
    assert registration.forum_by_key(runtime, other.credentials.bearer_key) == other.forum


@pytest.mark.parametrize("slug", ["nobody", "", "\x00", "\ud800", "x" * 5000, "../etc"])
def test_an_unknown_forum_has_no_secrets(runtime: Runtime, slug: str) -> None:
    assert registration.forum_with_secrets(runtime, slug) is None


def test_a_name_is_given_once_also_at_the_same_moment(runtime: Runtime) -> None:
    answers = race(
        lambda _: registration.add_forum(runtime, Forum(0, "gazette", "Gazette")), range(4)
    )
    assert [type(answer) for answer in answers].count(ConflictError) == 3, answers
    assert [forum.slug for forum in registration.list_forums(runtime)] == ["gazette"]


@pytest.mark.parametrize(
    ("forum", "field"),
    [
        (Forum(0, "No Slug", "x"), "slug"),
        (Forum(0, "a", ""), "name"),
        (Forum(0, "a", "x" * 201), "name"),
        (Forum(0, "a", "a\nb"), "name"),
        (Forum(0, "a", "x", callback_url="ftp://h"), "callback_url"),
    ],
)
def test_a_wrong_field_is_named(runtime: Runtime, forum: Forum, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        registration.add_forum(runtime, forum)
    assert set(caught.value.fields) == {field}
    assert registration.list_forums(runtime) == []


def test_the_callback_can_be_changed_and_taken_away(runtime: Runtime, forum: Forum) -> None:
    registration.set_callback(runtime, "gazette", "https://f.example/hook", allows_private=False)
    found = registration.find_forum(runtime, "gazette")
    assert found is not None
    assert (found.callback_url, found.allows_private_callback) == ("https://f.example/hook", False)
    registration.set_callback(runtime, "gazette", None)
    found = registration.find_forum(runtime, "gazette")
    assert found is not None
    assert found.callback_url is None
    with pytest.raises(NotFoundError):
        registration.set_callback(runtime, "nobody", None)


def test_only_a_demo_can_be_removed(runtime: Runtime, forum: Forum) -> None:
    with pytest.raises(ConflictError):
        registration.remove_forum(runtime, "gazette")
    with pytest.raises(NotFoundError):
        registration.remove_forum(runtime, "nobody")
    assert registration.find_forum(runtime, "gazette") == forum


def test_a_removed_demo_leaves_nothing_behind_and_others_whole(
    runtime: Runtime, forum: Forum
) -> None:
    def counts() -> dict[str, int]:
        with runtime.database.read() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
                if table.name not in KEPT_FOR_EVER
            }

    user = a_user(runtime)
    decided(runtime, user, submitted(runtime, forum, a_comment(text="You idiot")))
    before = counts()
    demo = Forum(0, "demo", "Demo", "http://127.0.0.1:9/hook", is_demo=True)
    demo, _ = registration.add_forum(runtime, demo)
    policy_changes.change_policy(runtime, "demo", {"audit_share": 0}, by="test")
    made = decided(runtime, user, submitted(runtime, demo, a_comment(text="You idiot")))
    item = review.undo(runtime, user, made.id, ttl_s=300)
    review.leave(runtime, user, item.id, item.claim_token or "")
    reporting.report_comment(runtime, demo, "c1", Report("r1", None, None))
    assert counts() != before
    registration.remove_forum(runtime, "demo")
    assert counts() == before

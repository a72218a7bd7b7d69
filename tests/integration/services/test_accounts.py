"""Accounts: hashed passwords, no word about who exists."""

from __future__ import annotations

import statistics
import time

import pytest
from sqlalchemy import select

from moderation.domain.errors import ConflictError, InvalidInputError, NotFoundError
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services import accounts
from moderation.services.runtime import Runtime
from moderation.storage.tables import events, users
from tests.builders import PASSWORD, a_user, sqlite_only
from tests.integration.racing import race


def test_sign_in_with_name_and_password(runtime: Runtime) -> None:
    user, _ = accounts.add_user(runtime, "mira", Reach(Role.MODERATOR), password=PASSWORD)
    assert accounts.sign_in(runtime, "mira", PASSWORD) == user
    assert accounts.sign_in(runtime, "  mira ", PASSWORD) == user
    with runtime.database.read() as connection:
        row = connection.execute(select(users)).one()
        kinds = connection.scalars(select(events.c.kind).order_by(events.c.id)).all()
    assert row.last_seen_at == runtime.clock()
    assert kinds == ["user_added", "role_set", "signed_in", "signed_in"]


@sqlite_only
def test_the_password_is_kept_as_argon2id(runtime: Runtime) -> None:
    user = a_user(runtime)
    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in user.password_hash


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("mira", "wrong horse battery staple"),
        ("mira", ""),
        ("mira", PASSWORD + " "),
        ("mira", "x" * 100_000),
        ("mira", "\ud800" * 20),  # half a surrogate pair cannot be encoded
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("mira\x00", PASSWORD),  # PostgreSQL knows no NUL
        ("\ud800", PASSWORD),
        ("x" * 5000, PASSWORD),
    ],
)
def test_anything_else_is_refused(runtime: Runtime, name: str, password: str) -> None:
    a_user(runtime)
    assert accounts.sign_in(runtime, name, password) is None


@sqlite_only
def test_a_long_password_counts_to_its_last_character(runtime: Runtime) -> None:
    password = "x" * 200
    accounts.add_user(runtime, "mira", Reach(Role.MODERATOR), password=password)
    assert accounts.sign_in(runtime, "mira", password) is not None
    assert accounts.sign_in(runtime, "mira", password + "x") is None


def test_an_account_that_is_switched_off_cannot_sign_in(runtime: Runtime) -> None:
    user = a_user(runtime)
    accounts.set_reach(runtime, "mira", Reach(Role.MODERATOR), is_active=False)
    assert accounts.sign_in(runtime, "mira", PASSWORD) is None
    accounts.set_reach(runtime, "mira", Reach(Role.SENIOR))
    found = accounts.sign_in(runtime, "mira", PASSWORD)
    assert found is not None
    assert found.reach.everywhere is Role.SENIOR
    assert found.session_version == user.session_version + 2  # each change ends the sessions


@sqlite_only
def test_an_unknown_name_takes_as_long_as_a_known_one(runtime: Runtime) -> None:
    a_user(runtime)

    def duration_s(name: str) -> float:
        start = time.perf_counter()
        accounts.sign_in(runtime, name, "wrong horse battery staple")
        return time.perf_counter() - start

    pairs = [(duration_s("mira"), duration_s("nobody")) for _ in range(5)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    # Without the hash of nobody the ratio is below 0.05; a busy machine blurs it.
    assert 0.2 < unknown / known < 5


def test_a_new_password_ends_the_old_one_and_the_sessions(runtime: Runtime) -> None:
    user = a_user(runtime)
    made = accounts.set_password(runtime, "mira")
    assert len(made) >= 20
    assert accounts.sign_in(runtime, "mira", PASSWORD) is None
    found = accounts.sign_in(runtime, "mira", made)
    assert found is not None
    assert found.session_version == user.session_version + 1


@sqlite_only
@pytest.mark.parametrize(
    ("name", "password", "field"),
    [
        ("", PASSWORD, "username"),
        ("a\nb", PASSWORD, "username"),
        ("x" * 81, PASSWORD, "username"),
        ("mira", "short", "password"),
        ("mira", "x" * 201, "password"),
        ("mira", "\ud800" * 20, "password"),
    ],
)
def test_a_name_or_password_that_will_not_do_is_named(
    runtime: Runtime, name: str, password: str, field: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        accounts.add_user(runtime, name, Reach(Role.VIEWER), password=password)
    assert set(caught.value.fields) == {field}
    assert not accounts.has_users(runtime)


def test_a_name_is_given_once_also_at_the_same_moment(runtime: Runtime) -> None:
    answers = race(
        lambda _: accounts.add_user(runtime, "mira", Reach(Role.VIEWER), password=PASSWORD),
        range(3),
    )
    assert sorted(type(answer).__name__ for answer in answers) == [
        "ConflictError",
        "ConflictError",
        "tuple",
    ]
    with pytest.raises(ConflictError):
        accounts.add_user(runtime, "mira", Reach(Role.VIEWER), password=PASSWORD)
    assert [user.username for user in accounts.list_users(runtime)] == ["mira"]


@sqlite_only
def test_an_unknown_account_cannot_be_changed(runtime: Runtime) -> None:
    with pytest.raises(NotFoundError):
        accounts.set_password(runtime, "nobody")
    with pytest.raises(NotFoundError):
        accounts.set_reach(runtime, "nobody", Reach(Role.ADMIN))

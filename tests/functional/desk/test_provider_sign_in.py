"""Sign-in by a real OpenID provider that runs beside us."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from flask import Flask
from joserfc.jwk import RSAKey

from moderation.app import create_app
from moderation.config import Settings
from moderation.domain.forum import Forum
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services import accounts
from moderation.services.runtime import Runtime, utc_now
from tests.builders import a_user, sqlite_only
from tests.fakes import FixedClock
from tests.functional.desk.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    OpenIdProvider,
    path_of,
    running_provider,
)
from tests.functional.desk.visitor import Visitor

pytestmark = sqlite_only
BACK = "/desk/sign-in/provider/back"


@pytest.fixture
def provider(settings: Settings) -> Iterator[OpenIdProvider]:
    with running_provider() as running:
        running.client.redirect_uri = settings.resolved_public_url + BACK
        running.claims = {"sub": "s-1", "preferred_username": "mira"}
        yield running


@pytest.fixture
def bound(settings: Settings, provider: OpenIdProvider) -> Settings:
    return replace(
        settings,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
    )


@pytest.fixture
def app(bound: Settings, runtime: Runtime, clock: FixedClock) -> Flask:
    clock.now = utc_now()
    return create_app(bound, runtime=runtime)


def through(app: Flask, *, onward: str = "") -> Visitor:
    """Go to the provider as a browser does, and come back."""
    visitor = Visitor(app)
    begun = visitor.client.get(f"/desk/sign-in/provider?next={onward}")
    assert begun.status_code == 303
    sent_back = httpx.get(begun.headers["Location"])
    assert sent_back.status_code == 302
    return visitor.open(path_of(sent_back.headers["Location"]))


def test_the_provider_lets_in_whom_we_know(app: Flask, runtime: Runtime) -> None:
    a_user(runtime)
    door = Visitor(app).open("/desk/sign-in?next=/desk/history")
    assert "next=/desk/history" in str(door.one("a.btn").attributes["href"])
    assert through(app, onward="/desk/history").path == "/desk/history"


def test_the_subject_counts_whatever_the_name_becomes(
    app: Flask, runtime: Runtime, provider: OpenIdProvider
) -> None:
    a_user(runtime)
    through(app)
    provider.claims = {"sub": "s-1", "preferred_username": "mira.new"}
    assert through(app).path == "/desk/"
    provider.claims = {"sub": "s-2", "preferred_username": "mira"}  # somebody else, the old name
    refused = through(app)
    assert refused.status == 403
    assert "no open account" in refused.texts("[role=alert]")[0]


def test_accounts_are_made_only_where_that_is_set(
    app: Flask, bound: Settings, runtime: Runtime
) -> None:
    assert through(app).status == 403
    making = create_app(replace(bound, oidc_new_role="viewer"), runtime=runtime)
    assert through(making).status == 403, "an administrator has not said where yet"
    made = accounts.account_by_name(runtime, "mira")
    assert made is not None
    assert made.reach == Reach()


@pytest.mark.parametrize("named", ["*", "gazette", "nowhere"])
def test_a_new_account_gets_its_role_where_that_is_set(
    bound: Settings, runtime: Runtime, forum: Forum, named: str
) -> None:
    making = replace(bound, oidc_new_role="viewer", oidc_new_forums=(named,))
    through(create_app(making, runtime=runtime))
    made = accounts.account_by_name(runtime, "mira")
    assert made is not None
    expected = {
        "*": Reach(Role.VIEWER),
        "gazette": Reach(None, {forum.id: Role.VIEWER}),
        "nowhere": Reach(),
    }
    assert made.reach == expected[named]


def test_a_closed_account_stays_closed(app: Flask, runtime: Runtime) -> None:
    a_user(runtime)
    through(app)
    accounts.set_reach(runtime, "mira", Reach(Role.MODERATOR), is_active=False)
    assert through(app).status == 403


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "somebody else"},
        {"nonce": "another"},
        {"exp": 1},
    ],
)
def test_an_answer_that_is_not_for_us_is_refused(
    app: Flask, runtime: Runtime, provider: OpenIdProvider, lie: dict[str, object]
) -> None:
    a_user(runtime)
    provider.changes = lie
    refused = through(app)
    assert refused.status == 422
    assert "cannot be trusted" in refused.texts("[role=alert]")[0]


def test_a_foreign_signature_is_refused(
    app: Flask, runtime: Runtime, provider: OpenIdProvider
) -> None:
    a_user(runtime)
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "1"})
    assert through(app).status == 422


def test_an_answer_to_another_browser_is_refused(app: Flask, runtime: Runtime) -> None:
    a_user(runtime)
    begun = Visitor(app).client.get("/desk/sign-in/provider")
    back = path_of(httpx.get(begun.headers["Location"]).headers["Location"])
    assert Visitor(app).open(back).status == 422  # no sign-in was begun there
    other = Visitor(app)
    other.client.get("/desk/sign-in/provider")
    assert other.open(back).status == 422  # another state


def test_without_a_provider_there_is_no_such_door(settings: Settings, runtime: Runtime) -> None:
    plain = create_app(settings, runtime=runtime)
    assert not Visitor(plain).open("/desk/sign-in").has("a.btn")
    assert Visitor(plain).open("/desk/sign-in/provider").status == 404


def test_a_provider_that_is_away_is_said(settings: Settings, runtime: Runtime) -> None:
    away = create_app(replace(settings, oidc_issuer="http://127.0.0.1:9"), runtime=runtime)
    door = Visitor(away).open("/desk/sign-in/provider")
    assert door.status == 502
    assert "does not answer" in door.texts("[role=alert]")[0]

"""Ways in: invitations, new passwords, second factors, sessions; and who may manage them."""

from __future__ import annotations

from dataclasses import replace

import pyotp
import pytest
from flask import Flask

from moderation.app import create_app
from moderation.config import Settings
from moderation.domain.review import Role
from moderation.services import accounts, second_factors
from moderation.services.runtime import Runtime
from tests.builders import PASSWORD, a_user, register_forum, sqlite_only
from tests.fakes import FixedClock
from tests.functional.desk.conftest import Enter
from tests.functional.desk.visitor import Visitor

pytestmark = sqlite_only
NEW = "a new and longer password"


@pytest.fixture
def ada(enter: Enter) -> Visitor:
    return enter("ada", Role.ADMIN)


def shown(visitor: Visitor, place: int = 0) -> str:
    """Return what a page shows this once."""
    return visitor.texts("[aria-labelledby=once-h] code")[place]


def code_of(secret: str, clock: FixedClock) -> str:
    return pyotp.TOTP(secret).at(clock().timestamp())


def with_second_factor(runtime: Runtime, clock: FixedClock) -> tuple[str, list[str]]:
    """Give mira a second factor; returns its secret and the recovery codes."""
    secret = second_factors.new_secret()
    user = a_user(runtime)
    codes = second_factors.set_up(runtime, user, secret, code_of(secret, clock))
    clock.advance(60)  # the code of the set-up is used up
    return secret, codes


def test_an_invitation_becomes_an_account_once(ada: Visitor, app: Flask, runtime: Runtime) -> None:
    ada.open("/desk/admin/people")
    ada.send("form[aria-label=Invite]", username="jo", role="senior")
    path = shown(ada).partition(":8000")[2]
    assert "jo" in ada.texts("[aria-labelledby=inv-h] li b")

    jo = Visitor(app).open(path).send("form", password="short")
    assert jo.status == 422
    assert "12 to 200" in jo.texts("[role=alert]")[0]
    jo.send("form", password=NEW)
    assert "Your password is set." in jo.texts("[role=status]")[0]
    jo.send("form", name="jo", password=NEW)
    assert jo.path == "/desk/"
    user = accounts.account_by_name(runtime, "jo")
    assert user is not None
    assert user.reach.everywhere is Role.SENIOR
    assert Visitor(app).open(path).status == 404


def test_a_taken_name_is_not_invited(ada: Visitor) -> None:
    ada.open("/desk/admin/people").send("form[aria-label=Invite]", username="ada")
    assert ada.status == 422
    assert "There is a user" in ada.texts("[role=alert]")[0]


def test_an_expired_link_sets_nothing(ada: Visitor, app: Flask, clock: FixedClock) -> None:
    ada.open("/desk/admin/people").send("form[aria-label=Invite]", username="jo")
    clock.advance(4 * 86_400)
    assert Visitor(app).open(shown(ada).partition(":8000")[2]).status == 404


def test_an_admin_gives_a_way_to_a_new_password(ada: Visitor, app: Flask, runtime: Runtime) -> None:
    user = a_user(runtime)
    mira = Visitor(app).sign_in()
    ada.open(f"/desk/admin/people/{user.id}").send("form[action$='password-link']")
    Visitor(app).open(shown(ada).partition(":8000")[2]).send("form", password=NEW)
    assert mira.open("/desk/").path.startswith("/desk/sign-in")  # her sessions have ended
    assert Visitor(app).sign_in("mira", NEW).path == "/desk/"


def test_a_role_is_changed_and_ones_own_is_not(ada: Visitor, runtime: Runtime) -> None:
    user = a_user(runtime)
    ada.open(f"/desk/admin/people/{user.id}").send("form[aria-label=Role]", role="viewer")
    changed = accounts.account(runtime, user.id)
    assert changed is not None
    assert (changed.reach.everywhere, changed.is_active) == (Role.VIEWER, True)

    own = accounts.account_by_name(runtime, "ada")
    assert own is not None
    token = ada.one("[name=csrf_token]").attributes["value"]
    data = {"csrf_token": token, "role": "viewer"}
    assert ada.client.post(f"/desk/admin/people/{own.id}/role", data=data).status_code == 409


def test_only_admins_manage(mira: Visitor) -> None:
    for path in ("people", "people/1", "forums", "log"):
        assert mira.open(f"/desk/admin/{path}").status == 403
    assert "Admin" not in mira.texts(".nav a")


def test_a_second_factor_is_set_up_and_asked_for(
    mira: Visitor, app: Flask, runtime: Runtime, clock: FixedClock
) -> None:
    mira.open("/desk/account/second-factor")
    secret = mira.texts("code")[0].replace(" ", "")
    mira.send("form[aria-label='First code']", code="000000")
    assert mira.status == 422
    assert mira.texts("code")[0].replace(" ", "") == secret  # still the one that was scanned
    mira.send("form[aria-label='First code']", code=code_of(secret, clock))
    codes = mira.texts(".codes code")
    assert len(set(codes)) == 10

    again = Visitor(app).sign_in()
    assert again.path == "/desk/sign-in/code"
    assert again.open("/desk/").path.startswith("/desk/sign-in")  # not in yet
    again.sign_in()
    again.send("form", code=code_of(secret, clock))  # used at the set-up
    assert again.status == 422
    clock.advance(30)
    again.send("form", code=code_of(secret, clock))
    assert again.path == "/desk/"
    by_recovery = Visitor(app).sign_in()
    by_recovery.send("form", code=codes[3])
    assert by_recovery.path == "/desk/"
    once_more = Visitor(app).sign_in().send("form", code=codes[3])
    assert once_more.status == 422


def test_codes_cannot_be_guessed(app: Flask, runtime: Runtime, clock: FixedClock) -> None:
    secret, _ = with_second_factor(runtime, clock)
    guesser = Visitor(app).sign_in()
    for _ in range(8):
        guesser.send("form", code="123456")
    guesser.send("form", code=code_of(secret, clock))
    assert guesser.status == 429


def test_a_right_password_is_remembered_for_ten_minutes(
    app: Flask, runtime: Runtime, clock: FixedClock
) -> None:
    secret, _ = with_second_factor(runtime, clock)
    late = Visitor(app).sign_in()
    clock.advance(601)
    late.send("form", code=code_of(secret, clock))
    assert late.path == "/desk/sign-in"


def test_roles_that_must_have_one_get_nowhere_without(settings: Settings, runtime: Runtime) -> None:
    app = create_app(replace(settings, two_factor_roles="senior,admin"), runtime=runtime)
    a_user(runtime, "ada", Role.ADMIN)
    ada = Visitor(app).sign_in("ada")
    for path in ("/desk/", "/desk/admin/people", "/desk/export"):
        assert ada.open(path).path == "/desk/account/second-factor"
    a_user(runtime)
    assert Visitor(app).sign_in("mira").path == "/desk/"


def test_an_admin_removes_a_lost_second_factor(
    ada: Visitor, app: Flask, runtime: Runtime, clock: FixedClock
) -> None:
    with_second_factor(runtime, clock)
    user = accounts.account_by_name(runtime, "mira")
    assert user is not None
    ada.open(f"/desk/admin/people/{user.id}").send("form[action$='second-factor/remove']")
    assert Visitor(app).sign_in().path == "/desk/"


def test_sessions_are_listed_and_ended(mira: Visitor, app: Flask) -> None:
    other = Visitor(app).sign_in()
    mira.open("/desk/account")
    assert len(mira.texts("[aria-labelledby=ses-h] tbody tr")) == 2
    mira.send("[aria-labelledby=ses-h] tbody tr:first-child form")
    assert other.open("/desk/").path.startswith("/desk/sign-in")
    assert mira.open("/desk/").status == 200
    mira.send("form[action$='sign-out']")
    assert mira.open("/desk/").path.startswith("/desk/sign-in")


def test_a_copied_cookie_dies_with_the_session(mira: Visitor, app: Flask) -> None:
    cookie = mira.client.get_cookie("desk_session", path="/desk")
    assert cookie is not None
    mira.send("form[action$='sign-out']")
    thief = Visitor(app)
    thief.client.set_cookie("desk_session", cookie.value, path="/desk")
    assert thief.open("/desk/").path.startswith("/desk/sign-in")


def test_one_changes_ones_own_password(mira: Visitor, app: Flask) -> None:
    mira.open("/desk/account").send("form[aria-label=Password]", old="wrong", new=NEW)
    assert mira.status == 422
    mira.send("form[aria-label=Password]", old=PASSWORD, new=NEW)
    assert mira.path.startswith("/desk/sign-in")
    assert Visitor(app).sign_in("mira", NEW).path == "/desk/"


def test_forums_are_added_and_get_new_keys(ada: Visitor, app: Flask, runtime: Runtime) -> None:
    ada.open("/desk/admin/forums")
    ada.send("form[aria-label='Add a forum']", slug="Not A Slug", name="Times")
    assert ada.status == 422
    assert ada.one("#name").attributes["value"] == "Times"
    ada.send("form[aria-label='Add a forum']", slug="times")
    key = shown(ada, 1)

    def asks(key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return app.test_client().get("/v1/comments/none", headers=headers).status_code

    assert asks(key) == 404  # known, and has no such comment
    ada.send("form[action$='rotate']")
    assert asks(shown(ada, 1)) == 404
    ada.send("form[action$='callback']", url="ftp://x")
    assert ada.status == 422
    register_forum(runtime, "other")
    ada.open("/desk/admin/forums")
    assert len(ada.texts("form[action$='rotate']")) == 2


def test_the_log_is_searched(ada: Visitor, runtime: Runtime) -> None:
    register_forum(runtime, "other")
    ada.open("/desk/admin/log?kind=policy_changed")
    assert ada.texts("tbody td:nth-child(3)") == ["policy changed"]
    ada.open("/desk/admin/log?actor=ada")
    assert ada.texts("tbody td:nth-child(3)") == ["signed in"]
    ada.open("/desk/admin/log?since=2030-01-01")
    assert "Nothing fits" in ada.texts(".empty b")[0]

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from flask import Flask

from moderation.app import create_app
from moderation.config import Settings
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services import accounts
from moderation.services.runtime import Runtime
from moderation.web.desk.throttle import TRIES_BY_ACCOUNT
from tests.builders import PASSWORD, a_user, sqlite_only
from tests.fakes import FixedClock
from tests.functional.desk.conftest import Enter
from tests.functional.desk.visitor import Visitor

pytestmark = sqlite_only


def session_cookie(visitor: Visitor) -> str | None:
    cookie = visitor.client.get_cookie("desk_session", path="/desk")
    return cookie.value if cookie else None


def test_every_page_leads_a_stranger_to_the_door_and_back(app: Flask, runtime: Runtime) -> None:
    a_user(runtime)
    visitor = Visitor(app).open("/desk/history?by=me")

    assert visitor.path.startswith("/desk/sign-in")
    visitor.send("form", name="mira", password=PASSWORD)
    assert visitor.path == "/desk/history?by=me"


def test_sign_in_rotates_the_session(app: Flask, runtime: Runtime) -> None:
    a_user(runtime)
    visitor = Visitor(app).open("/desk/sign-in")
    before = session_cookie(visitor)

    visitor.send("form", name="mira", password=PASSWORD)

    assert session_cookie(visitor) not in {None, before}


def test_the_cookie_is_kept_from_scripts_and_other_sites(app: Flask, runtime: Runtime) -> None:
    answer = app.test_client().get("/desk/sign-in")

    cookie = SimpleCookie(answer.headers["Set-Cookie"])["desk_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/desk")
    assert not cookie["secure"]


def test_behind_https_the_cookie_is_secure(settings: Settings, runtime: Runtime) -> None:
    https = Settings(
        data_dir=settings.data_dir, database_url=settings.database_url,
        secret_key=settings.secret_key, public_url="https://desk.example", runs_deliveries=False,
    )  # fmt: skip
    app = create_app(https, runtime=runtime)

    answer = app.test_client().get("/desk/sign-in")

    assert SimpleCookie(answer.headers["Set-Cookie"])["desk_session"]["secure"]


@pytest.mark.parametrize(("name", "password"), [("mira", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_or_password_says_the_same(
    app: Flask, runtime: Runtime, name: str, password: str
) -> None:
    a_user(runtime)
    visitor = Visitor(app).open("/desk/sign-in").send("form", name=name, password=password)

    assert visitor.status == 422
    assert visitor.texts("[role=alert]") == ["Name and password do not belong together."]
    assert visitor.one("#name").attributes["value"] == name
    assert visitor.one("#password").attributes.get("value") is None


def test_too_many_tries_end_in_a_pause(app: Flask, runtime: Runtime) -> None:
    a_user(runtime)
    visitor = Visitor(app).open("/desk/sign-in")
    for _ in range(TRIES_BY_ACCOUNT):
        visitor.send("form", name="mira", password="wrong")

    visitor.send("form", name="mira", password=PASSWORD)  # right, but too late

    assert visitor.status == 429
    assert int(visitor.response.headers["Retry-After"]) > 0


def test_a_name_with_a_nul_is_only_wrong(app: Flask, runtime: Runtime) -> None:
    visitor = Visitor(app).open("/desk/sign-in").send("form", name="mi\x00ra", password="x\x00")

    assert visitor.status == 422


def test_nobody_is_sent_elsewhere_after_sign_in(app: Flask, runtime: Runtime) -> None:
    a_user(runtime)
    visitor = Visitor(app).open("/desk/sign-in?next=https://evil.example/")

    visitor.send("form", name="mira", password=PASSWORD)

    assert visitor.path == "/desk/"


def test_sign_out_ends_the_session(enter: Enter) -> None:
    visitor = enter()

    visitor.send(".top-end form")

    assert visitor.path.startswith("/desk/sign-in")
    assert visitor.open("/desk/").path.startswith("/desk/sign-in")


def test_a_new_password_ends_the_sessions(enter: Enter, runtime: Runtime) -> None:
    visitor = enter()

    accounts.set_password(runtime, "mira")

    assert visitor.open("/desk/").path.startswith("/desk/sign-in")


def test_a_closed_account_is_out_at_once(enter: Enter, runtime: Runtime) -> None:
    visitor = enter()

    accounts.set_reach(runtime, "mira", Reach(Role.MODERATOR), is_active=False)

    assert visitor.open("/desk/").path.startswith("/desk/sign-in")


def test_a_session_lasts_as_long_as_the_setting_says(
    enter: Enter, clock: FixedClock, settings: Settings
) -> None:
    visitor = enter()
    clock.advance(settings.session_hours * 3600 - 1)
    assert visitor.open("/desk/").path == "/desk/"

    clock.advance(2)

    assert visitor.open("/desk/").path.startswith("/desk/sign-in")


def test_a_stolen_cookie_of_another_key_opens_nothing(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("desk_session", "eyJfdXNlcl9pZCI6IjE6MCJ9.aaaaaa.bbbbbb", path="/desk")

    assert client.get("/desk/").status_code == 303

"""Roles by forum: nothing of a forum is shown to those without a role in it, nothing is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.routing import Rule

from moderation.domain.errors import ConflictError
from moderation.domain.forum import Forum
from moderation.domain.pin import NewPin
from moderation.domain.reach import EVERYWHERE, Reach
from moderation.domain.review import Role
from moderation.services import (
    accounts,
    appeals,
    audit_log,
    desk_sessions,
    outbox,
    pins,
    review_pages,
)
from moderation.services.runtime import Runtime
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.users import User
from tests.builders import a_comment, a_user, decided, register_forum, sqlite_only, submitted
from tests.functional.desk.conftest import Enter
from tests.functional.desk.test_entry import shown
from tests.functional.desk.visitor import Visitor
from tests.integration.racing import race

SECRET = "idiot of the other house"
OWN = {
    "sign_out",
    "static",
    "sign_in",
    "do_sign_in",
    "sign_in_code",
    "check_code",
    "enter",
    "nowhere",
}
"""About the visitor's own entry: they name no forum."""


@dataclass(frozen=True, slots=True)
class Other:
    """A forum that the visitor may not see, and a key of everything in it."""

    forum: Forum
    keys: dict[str, int | str]


@pytest.fixture
def other(runtime: Runtime, forum: Forum) -> Other:
    """A forum beside ``gazette`` with an open item, a decided one and all that follows."""
    assert forum.slug == "gazette"
    herald = register_forum(
        runtime, "herald", callback_url="http://127.0.0.1:9/", second_opinion_share=1
    ).forum
    hugo = a_user(runtime, "hugo", Reach(None, {herald.id: Role.SENIOR}))
    desk_sessions.begin(runtime, hugo, "Firefox")
    waiting = submitted(runtime, herald, a_comment("c1", f"You {SECRET}."))
    done = decided(runtime, hugo, submitted(runtime, herald, a_comment("c2", f"Old {SECRET}!")))
    appeals.file_appeal(runtime, herald, "c2", f"Not an {SECRET}.", days=30)
    pin = NewPin(herald.id, f"One {SECRET}.", next(iter(done.labels)), must_flag=True)
    keys: dict[str, int | str] = {
        "item_id": waiting.item_id or 0,
        "decision_id": done.id,
        "opinion_id": 1,
        "appeal_id": 1,
        "delivery_id": outbox.deliveries_page(runtime, EVERYWHERE)[0].id,
        "pin_id": pins.pin_example(runtime, pin, by="hugo"),
        "user_id": hugo.id,
        "session_id": 1,
        "job_id": 1,
        "view_id": 1,
        "version": 1,
        "name": "roc.png",
    }
    return Other(herald, keys)


@pytest.fixture
def petra(enter: Enter, forum: Forum, other: Other) -> Visitor:
    """An administrator of ``gazette`` alone."""
    return enter("petra", Reach(None, {forum.id: Role.ADMIN}))


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.partition(".")
        if blueprint == "desk" and name not in OWN and "provider" not in name:
            yield name, rule


def token_of(visitor: Visitor) -> str:
    visitor.open("/desk/account")
    return str(visitor.one("input[name=csrf_token]").attributes["value"])


@sqlite_only
def test_no_page_shows_anything_of_another_forum(app: Flask, petra: Visitor, other: Other) -> None:
    seen = 0
    for name, rule in routes(app):
        if "GET" not in (rule.methods or ()) or rule.arguments:
            continue
        for query in ({}, {"forum": "herald"}, {"forum": "herald", "words": "idiot"}):
            answer = petra.client.get(rule.rule, query_string=query, follow_redirects=True)
            assert answer.status_code in {200, 403, 404}, name
            assert SECRET not in answer.text, name
            assert "Herald" not in answer.text, name
            assert "hugo" not in answer.text, name
            seen += answer.status_code == 200
    assert seen > 20


@sqlite_only
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_address_with_a_key_of_another_forum_is_not_there(
    app: Flask, runtime: Runtime, petra: Visitor, other: Other, method: str
) -> None:
    token, walked = token_of(petra), set()
    before = audit_log.log_page(runtime, EVERYWHERE, audit_log.LogFilter(forum="herald")).entries
    for name, rule in routes(app):
        if method not in (rule.methods or ()) or not rule.arguments or "token" in rule.arguments:
            continue
        keys = {argument: other.keys[argument] for argument in rule.arguments}
        with app.test_request_context():
            path = str(app.url_map.bind("").build(rule.endpoint, keys))
        given = {"csrf_token": token, "forum": "herald", "token": "0" * 32}
        given |= {"decision": "approve", "wish": "abusive:always"}
        answer = (
            petra.client.get(path, query_string={"forum": "herald"})
            if method == "GET"
            else petra.client.post(path, data=given)
        )
        if name == "forget_view":  # one's own views alone: another's key does nothing
            continue
        assert answer.status_code in {403, 404}, (name, answer.status_code)
        assert SECRET not in answer.text
        walked.add(name)
    after = audit_log.log_page(runtime, EVERYWHERE, audit_log.LogFilter(forum="herald")).entries
    assert after == before
    least = {"item", "appeal", "dispute", "person"} if method == "GET" else {"decide", "undo"}
    assert walked >= least


@sqlite_only
def test_forms_that_name_another_forum_do_nothing(
    app: Flask, runtime: Runtime, petra: Visitor, other: Other
) -> None:
    token = token_of(petra)
    forms = {
        "/desk/policy": {"do": "save"},
        "/desk/thresholds": {"promise": "precision", "value-precision": "90"},
        "/desk/thresholds/restore": {"label": "abusive"},
        "/desk/pins": {"text": "x", "wish": "abusive:always"},
        "/desk/try-a-thread": {"paste": "Ada wrote", "store": "1"},
        "/desk/admin/forums/rotate": {},
        "/desk/admin/forums/callback": {"url": ""},
    }
    for path, form in forms.items():
        data = {"csrf_token": token, "forum": "herald", **form}
        assert petra.client.post(path, data=data).status_code == 404, path
    for path in ("/desk/admin/forums", "/desk/models/promote", "/desk/training"):
        data = {"csrf_token": token, "slug": "new", "name": "New", "version": "1"}
        assert petra.client.post(path, data=data).status_code == 403, path


def test_the_queue_and_its_counts_hold_one_s_own_forums(
    runtime: Runtime, forum: Forum, other: Other
) -> None:
    mine = submitted(runtime, forum, a_comment("c1", "You idiot.")).item_id
    reach = Reach(None, {forum.id: Role.VIEWER})
    page = review_pages.queue_page(runtime, reach, QueueFilter(), after=None, views=[QueueFilter()])
    assert [one.id for one in page.items] == [mine]
    assert page.counts.waiting == page.views[0].waiting == 1
    assert review_pages.count_waiting(runtime, reach) == 1
    assert review_pages.count_waiting(runtime, Reach()) == 0
    both = Reach(None, {forum.id: Role.VIEWER, other.forum.id: Role.VIEWER})
    reader = a_user(runtime, "both", both)
    assert len(review_pages.decided_page(runtime, reader, by=None)) == 1
    assert {one.forum_id for one in outbox.deliveries_page(runtime, both)} == {other.forum.id}
    assert outbox.deliveries_page(runtime, reach) == []
    assert outbox.counts_by_state(runtime, reach) == {}


@sqlite_only
def test_a_changed_role_holds_at_the_next_request(
    app: Flask, runtime: Runtime, forum: Forum, other: Other, enter: Enter
) -> None:
    mira = enter("mira", Reach(None, {other.forum.id: Role.MODERATOR}))
    item = f"/desk/items/{other.keys['item_id']}"
    assert mira.open(item).status == 200
    accounts.set_reach(runtime, "mira", Reach(None, {forum.id: Role.MODERATOR}))
    assert SECRET not in mira.open(item).response.text
    assert Visitor(app).sign_in("mira").open(item).status == 404
    entries = audit_log.log_page(
        runtime, Reach(None, {other.forum.id: Role.ADMIN}), audit_log.LogFilter(kind="role_set")
    ).entries
    assert [one.details for one in entries][:1] == [{"username": "mira", "role": "none"}]


@sqlite_only
def test_an_administrator_of_one_forum_manages_its_people_alone(
    app: Flask, runtime: Runtime, forum: Forum, other: Other, petra: Visitor
) -> None:
    tom = a_user(runtime, "tom", Reach(None, {forum.id: Role.VIEWER, other.forum.id: Role.SENIOR}))
    page = petra.open(f"/desk/admin/people/{tom.id}")
    assert not page.has("input[name=is_active]")
    assert not page.has(f"#role-{other.forum.id}")
    assert "admin" not in [
        option.attributes["value"] for option in page.page.css(f"#role-{forum.id} option")
    ]
    page.send("form[aria-label=Role]", **{f"role-{forum.id}": "senior"})
    assert reach_of(runtime, tom) == Reach(
        None, {forum.id: Role.SENIOR, other.forum.id: Role.SENIOR}
    )
    token = token_of(petra)
    for path in ("role", "password-link", "second-factor/remove"):
        answer = petra.client.post(
            f"/desk/admin/people/{tom.id}/{path}",
            data={"csrf_token": token, f"role-{forum.id}": "admin"},
        )
        assert answer.status_code == 403, path
    boss = a_user(runtime, "boss", Role.ADMIN)
    data = {"csrf_token": token, f"role-{forum.id}": "viewer"}
    answer = petra.client.post(f"/desk/admin/people/{boss.id}/role", data=data)
    assert answer.status_code == 403
    assert reach_of(runtime, boss) == EVERYWHERE


@sqlite_only
def test_an_invitation_gives_roles_by_forum(
    app: Flask, runtime: Runtime, forum: Forum, other: Other, enter: Enter
) -> None:
    ada = enter("ada", Role.ADMIN).open("/desk/admin/people")
    ada.send(
        "form[aria-label=Invite]",
        username="jo",
        where="each",
        **{f"role-{other.forum.id}": "moderator"},
    )
    path = shown(ada).partition(":8000")[2]
    Visitor(app).open(path).send("form", password="a long enough password")
    jo = accounts.account_by_name(runtime, "jo")
    assert jo is not None
    assert jo.reach == Reach(None, {other.forum.id: Role.MODERATOR})


def test_the_last_administrator_of_all_forums_stays(runtime: Runtime, forum: Forum) -> None:
    for name in ("ada", "bea"):
        a_user(runtime, name, Role.ADMIN)
    a_user(runtime, "petra", Reach(None, {forum.id: Role.ADMIN}))
    answers = race(
        lambda name: accounts.set_reach(runtime, name, Reach(Role.VIEWER)), ("ada", "bea")
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["ConflictError", "NoneType"]
    left = [user for user in accounts.list_users(runtime) if user.reach == EVERYWHERE]
    with pytest.raises(ConflictError):
        accounts.set_reach(runtime, left[0].username, EVERYWHERE, is_active=False)


def reach_of(runtime: Runtime, user: User) -> Reach:
    found = accounts.account(runtime, user.id)
    assert found is not None
    return found.reach


def test_links_and_lists_offer_what_the_forum_role_may_see(
    enter: Enter, runtime: Runtime, forum: Forum
) -> None:
    other = register_forum(runtime, "courier").forum
    submitted(runtime, forum, a_comment("c1", "You idiot."))
    lou = enter("lou", Reach(None, {forum.id: Role.ADMIN, other.id: Role.MODERATOR}))
    links = "a[href^='/desk/thresholds']"
    assert lou.open("/desk/policy?forum=gazette").has(links)
    assert not lou.open("/desk/policy?forum=courier").has(links), "they would lead to a refusal"
    kinds = set(lou.open("/desk/admin/log").texts("#kind option"))
    assert "verdict" in kinds
    assert "signed_in" not in kinds, "of the desk, not of the forum"

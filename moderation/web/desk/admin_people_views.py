"""People: who may do what, invitations, new passwords, second factors, sessions."""

from __future__ import annotations

from collections.abc import Mapping

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
)
from moderation.domain.review import Role
from moderation.services import accounts, desk_sessions, entry_links, second_factors
from moderation.storage.users import User
from moderation.web import current
from moderation.web.desk import ages, browsers, layout, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text


@bp.get("/admin/people")
@session.needs(Role.ADMIN)
def people() -> Response:
    """List the accounts and the open invitations."""
    return _show()


@bp.post("/admin/people/invite")
@session.needs(Role.ADMIN)
def invite() -> Response:
    """Make an invitation and show its link, once."""
    name = typed_text(request.form.get("username"))
    try:
        role = _role()
        token = entry_links.invite(current.runtime(), name, role, by=session.me().username)
    except InvalidInputError as error:
        return _show(errors=error.fields, typed=name)
    except ConflictError as error:
        return _show(errors={"username": error.message}, typed=name)
    return _show(link=_address(token), link_for=f"{name.strip()} can choose a password")


@bp.get("/admin/people/<int:user_id>")
@session.needs(Role.ADMIN)
def person(user_id: int) -> str:
    """Show one account with its sessions."""
    return _person(_known(user_id))


@bp.post("/admin/people/<int:user_id>/role")
@session.needs(Role.ADMIN)
def change_role(user_id: int) -> Response:
    """Change what an account may do, or close it; its sessions end."""
    user = _known(user_id)
    is_active = request.form.get("is_active") == "1"
    if user.id == session.me().id:
        raise ConflictError("Another administrator changes your own role.")
    accounts.set_role(
        current.runtime(), user.username, _role(), is_active=is_active, by=session.me().username
    )
    toasts.say(f"Saved. {user.username}’s sessions have ended.")  # noqa: RUF001
    return redirect(url_for("desk.person", user_id=user_id), code=303)


@bp.post("/admin/people/<int:user_id>/password-link")
@session.needs(Role.ADMIN)
def password_link(user_id: int) -> str:
    """Make a link with which the person sets a new password, and show it once."""
    user = _known(user_id)
    token = entry_links.new_password_link(current.runtime(), user, by=session.me().username)
    return _person(user, link=_address(token))


@bp.post("/admin/people/<int:user_id>/second-factor/remove")
@session.needs(Role.ADMIN)
def remove_second_factor_of(user_id: int) -> Response:
    """Remove a second factor whose device and recovery codes are lost."""
    second_factors.remove(current.runtime(), _known(user_id), by=session.me().username)
    toasts.say("The second factor is removed.")
    return redirect(url_for("desk.person", user_id=user_id), code=303)


@bp.post("/admin/people/<int:user_id>/sessions/<int:session_id>/end")
@session.needs(Role.ADMIN)
def end_session_of(user_id: int, session_id: int) -> Response:
    """End somebody's session."""
    user = _known(user_id)
    desk_sessions.end(current.runtime(), user, session_id, by=session.me().username)
    toasts.say("That session has ended.")
    return redirect(url_for("desk.person", user_id=user_id), code=303)


def _show(
    *,
    errors: Mapping[str, str] | None = None,
    typed: str = "",
    link: str = "",
    link_for: str = "",
) -> Response:
    runtime = current.runtime()
    now = runtime.clock()
    body = layout.page(
        "people.html",
        active="desk.people",
        users=accounts.list_users(runtime),
        with_second_factor=second_factors.accounts_with_one(runtime),
        must_have=current.settings().two_factor_roles.split(","),
        invitations=[
            (one, ages.moment(one.expires_at, now)) for one in entry_links.open_invitations(runtime)
        ],
        roles=list(Role),
        link=link,
        link_for=link_for,
        link_days=entry_links.LINK_DAYS,
        typed=typed,
        errors=errors or {},
    )
    return make_response(body, 422 if errors else 200)


def _person(user: User, *, link: str = "") -> str:
    runtime = current.runtime()
    now, hours = runtime.clock(), current.settings().session_hours
    return layout.page(
        "person.html",
        active="desk.people",
        user=user,
        has_second_factor=second_factors.has_second_factor(runtime, user),
        sessions=[
            (one, browsers.name_of(one.browser), ages.age(one.last_seen_at, now))
            for one in desk_sessions.open_sessions(runtime, user, hours=hours)
        ],
        roles=list(Role),
        link=link,
        link_days=entry_links.LINK_DAYS,
    )


def _known(user_id: int) -> User:
    user = accounts.account(current.runtime(), user_id)
    if user is None:
        raise NotFoundError("There is no such account.")
    return user


def _role() -> Role:
    raw = request.form.get("role")
    if raw not in set(Role):
        raise InvalidInputError("Which role?", fields={"role": "expected one of the roles"})
    return Role(raw)


def _address(token: str) -> str:
    return current.settings().resolved_public_url + url_for("desk.enter", token=token)

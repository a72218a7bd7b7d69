"""People: who may do what, invitations, new passwords, second factors, sessions."""

from __future__ import annotations

from collections.abc import Mapping

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.errors import (
    ConflictError,
    InvalidInputError,
)
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services import desk_sessions, entry_links, second_factors
from moderation.services import people as people_services
from moderation.storage.users import User
from moderation.web import current
from moderation.web.desk import ages, browsers, chosen, layout, reach_form, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import gettext as _


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
        wanted = reach_form.read_reach(request.form, chosen.forums(Role.ADMIN))
        token = people_services.invite(current.runtime(), session.me(), name, wanted)
    except InvalidInputError as error:
        return _show(errors=error.fields, typed=name)
    except ConflictError as error:
        return _show(errors={"username": error.message}, typed=name)
    return _show(
        link=_address(token),
        link_for=_("With this link %(name)s can choose a password", name=name.strip()),
    )


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
    is_whole = people_services.manages_account(session.me(), user)
    is_active = request.form.get("is_active") == "1" if is_whole else user.is_active
    wanted = reach_form.read_reach(request.form, chosen.forums(Role.ADMIN))
    people_services.change_reach(current.runtime(), session.me(), user, wanted, is_active=is_active)
    toasts.say(_("Saved. %(name)s’s sessions have ended.", name=user.username))  # noqa: RUF001
    return redirect(url_for("desk.person", user_id=user_id), code=303)


@bp.post("/admin/people/<int:user_id>/password-link")
@session.needs(Role.ADMIN)
def password_link(user_id: int) -> str:
    """Make a link with which the person sets a new password, and show it once."""
    user = _whole(user_id)
    token = entry_links.new_password_link(current.runtime(), user, by=session.me().username)
    return _person(user, link=_address(token))


@bp.post("/admin/people/<int:user_id>/second-factor/remove")
@session.needs(Role.ADMIN)
def remove_second_factor_of(user_id: int) -> Response:
    """Remove a second factor whose device and recovery codes are lost."""
    second_factors.remove(current.runtime(), _whole(user_id), by=session.me().username)
    toasts.say(_("The second factor is removed."))
    return redirect(url_for("desk.person", user_id=user_id), code=303)


@bp.post("/admin/people/<int:user_id>/sessions/<int:session_id>/end")
@session.needs(Role.ADMIN)
def end_session_of(user_id: int, session_id: int) -> Response:
    """End somebody's session."""
    user = _whole(user_id)
    desk_sessions.end(current.runtime(), user, session_id, by=session.me().username)
    toasts.say(_("That session has ended."))
    return redirect(url_for("desk.person", user_id=user_id), code=303)


def _show(
    *,
    errors: Mapping[str, str] | None = None,
    typed: str = "",
    link: str = "",
    link_for: str = "",
) -> Response:
    runtime, forums = current.runtime(), chosen.forums(Role.ADMIN)
    now = runtime.clock()
    body = layout.page(
        "people.html",
        active="desk.people",
        users=[
            (one, reach_form.said(one.reach, forums))
            for one in people_services.people(runtime, session.me())
        ],
        forums=forums,
        with_second_factor=second_factors.accounts_with_one(runtime),
        must_have=current.settings().two_factor_roles.split(","),
        invitations=[
            (one, reach_form.said(one.reach, forums), ages.moment(one.expires_at, now))
            for one in people_services.invitations(runtime, session.me())
        ],
        new_reach=Reach(Role.MODERATOR),
        link=link,
        link_for=link_for,
        link_days=entry_links.LINK_DAYS,
        typed=typed,
        errors=errors or {},
    )
    return make_response(body, 422 if errors else 200)


def _person(user: User, *, link: str = "") -> str:
    runtime, forums = current.runtime(), chosen.forums(Role.ADMIN)
    now, hours = runtime.clock(), current.settings().session_hours
    return layout.page(
        "person.html",
        active="desk.people",
        user=user,
        said=reach_form.said(user.reach, forums),
        forums=forums,
        manages_roles=people_services.manages_roles(session.me(), user),
        manages_account=people_services.manages_account(session.me(), user),
        has_second_factor=second_factors.has_second_factor(runtime, user),
        sessions=[
            (one, browsers.name_of(one.browser), ages.age(one.last_seen_at, now))
            for one in desk_sessions.open_sessions(runtime, user, hours=hours)
        ],
        link=link,
        link_days=entry_links.LINK_DAYS,
    )


def _known(user_id: int) -> User:
    return people_services.person(current.runtime(), session.me(), user_id)


def _whole(user_id: int) -> User:
    user = _known(user_id)
    people_services.require_account(session.me(), user)
    return user


def _address(token: str) -> str:
    return current.settings().resolved_public_url + url_for("desk.enter", token=token)

"""One's own account: sessions, password, second factor."""

from __future__ import annotations

import segno
from flask import make_response, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from moderation.domain.errors import InvalidInputError
from moderation.domain.review import Role
from moderation.services import accounts, desk_sessions, second_factors
from moderation.web import current
from moderation.web.desk import ages, browsers, chosen, layout, reach_form, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import gettext as _

_NEW_SECRET = "new_second_factor"  # noqa: S105 - a key of the cookie, which is its owner's alone


@bp.get("/account")
@session.needs(Role.VIEWER, is_way_in=True)
def account() -> Response:
    """Show one's account."""
    return _show()


@bp.post("/account/password")
@session.needs(Role.VIEWER)
def change_password() -> Response:
    """Set a new password, after showing the old one."""
    runtime, me = current.runtime(), session.me()
    if accounts.check_sign_in(runtime, me.username, request.form.get("old", "")) is None:
        return _show(errors={"old": _("expected your password of now")})
    try:
        accounts.set_password(runtime, me.username, request.form.get("new", ""), by=me.username)
    except InvalidInputError as error:
        return _show(errors={"new": error.fields.get("password", error.message)})
    toasts.say(_("Your password is changed, and all your sessions have ended. Sign in again."))
    return redirect(url_for("desk.sign_in"), code=303)


@bp.post("/account/sessions/<int:session_id>/end")
@session.needs(Role.VIEWER)
def end_own_session(session_id: int) -> Response:
    """End one of one's sessions."""
    me = session.me()
    desk_sessions.end(current.runtime(), me, session_id, by=me.username)
    toasts.say(_("That session has ended."))
    return redirect(url_for("desk.account"), code=303)


@bp.get("/account/second-factor")
@session.needs(Role.VIEWER, is_way_in=True)
def second_factor() -> Response:
    """Show the secret to scan, and ask for its first code."""
    cookie.setdefault(_NEW_SECRET, second_factors.new_secret())
    return _show_second_factor("")


@bp.post("/account/second-factor")
@session.needs(Role.VIEWER, is_way_in=True)
def set_second_factor() -> Response:
    """Put the secret in force and show the recovery codes, once."""
    secret = cookie.get(_NEW_SECRET)
    if secret is None:
        return redirect(url_for("desk.second_factor"), code=303)
    try:
        codes = second_factors.set_up(
            current.runtime(), session.me(), secret, typed_text(request.form.get("code"))
        )
    except InvalidInputError:
        return _show_second_factor(
            _("That is not the code of now. Is the clock of the device right?")
        )
    del cookie[_NEW_SECRET]
    return make_response(layout.page("recovery_codes.html", codes=codes))


@bp.post("/account/second-factor/remove")
@session.needs(Role.VIEWER)
def remove_second_factor() -> Response:
    """Remove one's second factor, after showing the password."""
    runtime, me = current.runtime(), session.me()
    if accounts.check_sign_in(runtime, me.username, request.form.get("password", "")) is None:
        return _show(errors={"password": _("expected your password")})
    second_factors.remove(runtime, me, by=me.username)
    toasts.say(_("The second factor is removed."))
    return redirect(url_for("desk.account"), code=303)


def _show(*, errors: dict[str, str] | None = None) -> Response:
    runtime, me = current.runtime(), session.me()
    now = runtime.clock()
    hours = current.settings().session_hours
    body = layout.page(
        "account.html",
        has_second_factor=second_factors.has_second_factor(runtime, me),
        must_have=me.reach.highest in current.settings().two_factor_roles.split(","),
        sessions=[
            (one, browsers.name_of(one.browser), ages.age(one.last_seen_at, now))
            for one in desk_sessions.open_sessions(runtime, me, hours=hours)
        ],
        reach_said=reach_form.said(me.reach, chosen.forums()),
        this_session=session.current_session_id(),
        errors=errors or {},
    )
    return make_response(body, 422 if errors else 200)


def _show_second_factor(error: str) -> Response:
    secret = cookie[_NEW_SECRET]
    picture = segno.make(second_factors.address_of(secret, session.me().username), micro=False)
    body = layout.page(
        "second_factor.html",
        rows=[list(row) for row in picture.matrix],
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        must_have=session.owes_second_factor(),
        error=error,
    )
    return make_response(body, 422 if error else 200)

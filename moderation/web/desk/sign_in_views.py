"""Sign in and out."""

from __future__ import annotations

from typing import cast

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.errors import InvalidInputError
from moderation.services import accounts, entry_links, second_factors
from moderation.storage.users import User
from moderation.web import current
from moderation.web.desk import layout, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.messages import ngettext
from moderation.web.desk.phrasebook import translated
from moderation.web.desk.throttle import PAUSE_MINUTES, Attempt, SignInThrottle

THROTTLE = "desk_sign_in_throttle"
FEW_TRIES = 4


@bp.get("/sign-in")
def sign_in() -> str | Response:
    """Show the form, or go on when somebody is signed in already."""
    if session.is_signed_in():
        return redirect(_onward(), code=303)
    return layout.bare_page("sign_in.html", name="", error="", said=toasts.pending())


@bp.post("/sign-in")
def do_sign_in() -> Response:
    """Begin a session."""
    name = typed_text(request.form.get("name"))[:200]
    throttle = cast(SignInThrottle, current.extension(THROTTLE))
    attempt = throttle.attempt(name, request.remote_addr or "")
    if not attempt.is_allowed:
        return _paused(name, attempt)
    user = accounts.check_sign_in(current.runtime(), name, request.form.get("password", ""))
    if user is None:
        wrong = _("Name and password do not belong together.")
        error = f"{wrong} {_left(attempt)}".strip()
        return make_response(layout.bare_page("sign_in.html", name=name, error=error), 422)
    throttle.forget(name)
    return ask_for_code_or_let_in(user, _onward())


def ask_for_code_or_let_in(user: User, onward: str) -> Response:
    """Begin a session, after the second factor where the account has one."""
    if second_factors.has_second_factor(current.runtime(), user):
        session.wait_for_code(user, onward)
        return redirect(url_for("desk.sign_in_code"), code=303)
    return _let_in(user, onward)


@bp.get("/sign-in/code")
def sign_in_code() -> str | Response:
    """Ask for the code of the second factor."""
    if session.pending() is None:
        return redirect(url_for("desk.sign_in"), code=303)
    return layout.bare_page("sign_in_code.html", error="")


@bp.post("/sign-in/code")
def do_sign_in_code() -> Response:
    """Begin a session after the code."""
    waiting = session.pending()
    if waiting is None:
        return redirect(url_for("desk.sign_in"), code=303)
    user, onward = waiting
    throttle = cast(SignInThrottle, current.extension(THROTTLE))
    attempt = throttle.attempt(f"code of {user.id}", request.remote_addr or "")
    code = typed_text(request.form.get("code"))[:100]
    if attempt.is_allowed and second_factors.check_code(current.runtime(), user, code):
        throttle.forget(f"code of {user.id}")
        return _let_in(user, onward)
    error = (
        _("That is not the code of now, or it was used already.")
        if attempt.is_allowed
        else _too_many(PAUSE_MINUTES)
    )
    status = 422 if attempt.is_allowed else 429
    return make_response(layout.bare_page("sign_in_code.html", error=error), status)


@bp.get("/enter/<token>")
def enter(token: str) -> str:
    """Show the form that sets a password, for an invitation or instead of a forgotten one."""
    link = entry_links.read_link(current.runtime(), token)
    return layout.bare_page("enter.html", link=link, error="")


@bp.post("/enter/<token>")
def do_enter(token: str) -> Response:
    """Set the password; who has a second factor still shows it at the sign-in."""
    password = request.form.get("password", "")
    try:
        entry_links.use_link(current.runtime(), token, password)
    except InvalidInputError as error:
        link = entry_links.read_link(current.runtime(), token)
        problem = translated(error.fields.get("password", error.message))
        said = _("The password: %(problem)s.", problem=problem)
        return make_response(layout.bare_page("enter.html", link=link, error=said), 422)
    toasts.say(_("Your password is set. Sign in with it."))
    return redirect(url_for("desk.sign_in"), code=303)


@bp.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    session.end()
    return redirect(url_for("desk.sign_in"), code=303)


def _let_in(user: User, onward: str) -> Response:
    accounts.note_sign_in(current.runtime(), user)
    session.begin(user)
    return redirect(onward, code=303)


def _onward() -> str:
    return session.local_path(request.args.get("next")) or url_for("desk.queue")


def _left(attempt: Attempt) -> str:
    if attempt.tries_left > FEW_TRIES:
        return ""
    return ngettext(
        "%(num)s try is left, then a pause of %(minutes)s minutes.",
        "%(num)s tries are left, then a pause of %(minutes)s minutes.",
        attempt.tries_left,
        minutes=PAUSE_MINUTES,
    )


def _too_many(minutes: int) -> str:
    return ngettext(
        "Too many tries. Wait a minute, then try again.",
        "Too many tries. Wait %(num)s minutes, then try again.",
        minutes,
    )


def _paused(name: str, attempt: Attempt) -> Response:
    minutes = -(-attempt.wait_s // 60)
    page = layout.bare_page("sign_in.html", name=name, error=_too_many(minutes))
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(attempt.wait_s)
    return response

"""Sign in and out."""

from __future__ import annotations

from typing import cast

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.services import accounts
from moderation.web import current
from moderation.web.desk import layout, session
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text
from moderation.web.desk.throttle import PAUSE_MINUTES, Attempt, SignInThrottle

THROTTLE = "desk_sign_in_throttle"
FEW_TRIES = 4


@bp.get("/sign-in")
def sign_in() -> str | Response:
    """Show the form, or go on when somebody is signed in already."""
    if session.is_signed_in():
        return redirect(_onward(), code=303)
    return layout.bare_page("sign_in.html", name="", error="")


@bp.post("/sign-in")
def do_sign_in() -> Response:
    """Begin a session."""
    name = typed_text(request.form.get("name"))[:200]
    throttle = cast(SignInThrottle, current.extension(THROTTLE))
    attempt = throttle.attempt(name, request.remote_addr or "")
    if not attempt.is_allowed:
        return _paused(name, attempt)
    user = accounts.sign_in(current.runtime(), name, request.form.get("password", ""))
    if user is None:
        error = f"Name and password do not belong together. {_left(attempt)}".strip()
        return make_response(layout.bare_page("sign_in.html", name=name, error=error), 422)
    throttle.forget(name)
    session.begin(user)
    return redirect(_onward(), code=303)


@bp.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    session.end()
    return redirect(url_for("desk.sign_in"), code=303)


def _onward() -> str:
    return session.local_path(request.args.get("next")) or url_for("desk.queue")


def _left(attempt: Attempt) -> str:
    if attempt.tries_left > FEW_TRIES:
        return ""
    tries = "1 try is" if attempt.tries_left == 1 else f"{attempt.tries_left} tries are"
    return f"{tries} left, then a pause of {PAUSE_MINUTES} minutes."


def _paused(name: str, attempt: Attempt) -> Response:
    minutes = -(-attempt.wait_s // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    error = f"Too many tries. Wait {wait}, then try again."
    response = make_response(layout.bare_page("sign_in.html", name=name, error=error), 429)
    response.headers["Retry-After"] = str(attempt.wait_s)
    return response

"""Who is signed in: cookies, Flask-Login and what each role may open."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Request, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from moderation.config import Settings
from moderation.domain.comfort import Comfort
from moderation.domain.review import Role
from moderation.services import accounts, comforts, desk_sessions
from moderation.services.roles import require_role, require_role_everywhere
from moderation.services.second_factors import has_second_factor
from moderation.services.secret_key import kept_secret_key
from moderation.storage.users import User
from moderation.storage.visits import Visit
from moderation.web import current

_SIGNED_IN_AT = "signed_in_at"
_TOKEN = "token"  # noqa: S105 - a key of the cookie
_PENDING = "pending"
_PENDING_S = 600

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class DeskUser(UserMixin):  # type: ignore[misc]
    """An account as Flask-Login sees it.

    Attributes
    ----------
    visit : Visit or None
        What was read with the account; None in the request that signs in.

    Notes
    -----
    The id holds the account's session version: when the version is raised, every session of the
    account names an account that does not exist any more.
    """

    account: User
    visit: Visit | None = None

    def get_id(self) -> str:
        """Return what the session keeps."""
        return f"{self.account.id}:{self.account.session_version}"


class _Sessions(SecureCookieSessionInterface):
    """Opens an empty session where no cookie came, without a signer that would have to be made.

    Forum software sends no cookie, and asks most.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def install(app: Flask, settings: Settings) -> None:
    """Set up cookies and sign-in for an application."""
    app.secret_key = app.secret_key or settings.secret_key or kept_secret_key(settings.data_dir)
    app.config.update(
        SESSION_COOKIE_NAME="desk_session",
        SESSION_COOKIE_PATH="/desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
    )
    app.session_interface = _Sessions()
    manager = LoginManager()
    manager.session_protection = None  # the address changes on a train; the cookie is signed
    manager.user_loader(_load)
    manager.unauthorized_handler(_to_sign_in)
    # The error page must be drawn while the database, and with it every account, is away.
    manager.init_app(app, add_context_processor=False)


def begin(user: User) -> None:
    """Begin a session; nothing of the one before is kept, so that none can be foisted on us."""
    session.clear()
    session.permanent = True
    session[_SIGNED_IN_AT] = int(current.runtime().clock().timestamp())
    browser = request.user_agent.string
    session[_TOKEN] = desk_sessions.begin(current.runtime(), user, browser)
    login_user(DeskUser(user))


def wait_for_code(user: User, onward: str) -> None:
    """Remember who has shown the right password and owes a code; nobody is signed in yet."""
    session.clear()
    now = int(current.runtime().clock().timestamp())
    session[_PENDING] = [user.id, user.session_version, now, onward]


def pending() -> tuple[User, str] | None:
    """Return who owes a code, and where they wanted to go; None after ten minutes."""
    found = session.get(_PENDING)
    if not found or current.runtime().clock().timestamp() - found[2] > _PENDING_S:
        return None
    user = accounts.account(current.runtime(), found[0])
    if user is None or not user.is_active or user.session_version != found[1]:
        return None
    return user, found[3]


def current_session_id() -> int | None:
    """Return the key of the reader's session at the desk."""
    found = desk_sessions.find(current.runtime(), session.get(_TOKEN, ""))
    return found.session.id if found is not None else None


def owes_second_factor() -> bool:
    """Whether the account's highest role must have a second factor, and it has none."""
    roles = current.settings().two_factor_roles.split(",")
    user, visit = me(), cast(DeskUser, current_user).visit
    if user.reach.highest not in roles:
        return False
    return not (visit.has_second_factor if visit else has_second_factor(current.runtime(), user))


def end() -> None:
    """End the session."""
    session_id = current_session_id()
    if session_id is not None and is_signed_in():
        desk_sessions.end(current.runtime(), me(), session_id, by=me().username)
    logout_user()
    session.clear()


def me() -> User:
    """Return the account that is signed in."""
    return cast(DeskUser, current_user).account


def my_comfort() -> Comfort:
    """Return what the signed-in person chose."""
    visit = cast(DeskUser, current_user).visit
    if visit is None:
        return comforts.comfort_of(current.runtime(), me())
    return Comfort.from_document(visit.comfort)


def is_signed_in() -> bool:
    """Whether the request belongs to a session in force."""
    return bool(current_user.is_authenticated)


def may(role: Role, forum_id: int | None = None) -> bool:
    """Whether the signed-in account has a role in a forum, or in any when none is given."""
    if not is_signed_in():
        return False
    reach = me().reach
    return reach.has_anywhere(role) if forum_id is None else reach.has_in(forum_id, role)


def may_everywhere(role: Role) -> bool:
    """Whether the signed-in account has a role on all forums."""
    return is_signed_in() and me().reach.has_everywhere(role)


def needs(
    role: Role, *, everywhere: bool = False, is_way_in: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Open a view only to a signed-in account with the role in some forum.

    Parameters
    ----------
    everywhere : bool
        Whether it takes the role on all forums.
    is_way_in : bool
        Whether the view is open to somebody who must set up a second factor first.

    Raises
    ------
    NotAllowedError
        In the view's place, when the role is not enough.
    """

    def wrap(view: Callable[P, R]) -> Callable[P, R | Response]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            if not is_signed_in():
                return _to_sign_in()
            (require_role_everywhere if everywhere else require_role)(me(), role)
            if not is_way_in and owes_second_factor():
                return redirect(url_for("desk.second_factor"), code=303)
            return view(*args, **kwargs)

        return guarded

    return wrap


def local_path(target: str | None) -> str | None:
    r"""Return a target of ours, or None for anything that leads elsewhere.

    Browsers read ``//host`` and ``/\host`` as another host, and drop tabs and line breaks first.
    """
    if not target or not target.startswith("/desk/") or not target.isprintable():
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or "\\" in target else target


def _load(user_id: str) -> DeskUser | None:
    account_id, _, version = user_id.partition(":")
    if not account_id.isdecimal() or not version.isdecimal():
        return None
    clock, hours = current.runtime().clock(), current.settings().session_hours
    if clock.timestamp() - session.get(_SIGNED_IN_AT, 0) > hours * 3600:
        return None
    kept = desk_sessions.find(current.runtime(), session.get(_TOKEN, ""))
    if kept is None or kept.user.id != int(account_id):
        return None
    if not kept.user.is_active or kept.user.session_version != int(version):
        return None
    return DeskUser(kept.user, kept)


def _to_sign_in() -> Response:
    back = request.full_path.rstrip("?") if request.method == "GET" else _referring_path()
    return redirect(url_for("desk.sign_in", next=local_path(back)), code=303)


def _referring_path() -> str | None:
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

"""Forums and their keys."""

from __future__ import annotations

from collections.abc import Mapping

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.errors import ConflictError, InvalidInputError
from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services import registration
from moderation.services.registration import ROTATION_OVERLAP, Credentials
from moderation.web import current
from moderation.web.desk import chosen, layout, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import gettext as _


@bp.get("/admin/forums")
@session.needs(Role.ADMIN)
def forums() -> Response:
    """List the forums."""
    return _show()


@bp.post("/admin/forums")
@session.needs(Role.ADMIN, everywhere=True)
def add_forum() -> Response:
    """Register a forum and show its keys, once."""
    given = {name: typed_text(request.form.get(name)).strip() for name in ("slug", "name", "url")}
    forum = Forum(
        0,
        given["slug"],
        given["name"] or given["slug"],
        given["url"] or None,
        allows_private_callback=request.form.get("allows_private") == "1",
    )
    try:
        stored, made = registration.add_forum(current.runtime(), forum, by=session.me().username)
    except InvalidInputError as error:
        return _show(errors=error.fields, typed=given)
    except ConflictError as error:
        return _show(errors={"slug": error.message}, typed=given)
    return _show(made=(stored, made))


@bp.post("/admin/forums/rotate")
@session.needs(Role.ADMIN)
def rotate_keys() -> Response:
    """Give a forum new keys and show them, once; the old ones stay valid for a day."""
    forum = chosen.forum(request.form, Role.ADMIN)
    made = registration.rotate_secret(current.runtime(), forum.slug, by=session.me().username)
    return _show(made=(forum, made))


@bp.post("/admin/forums/callback")
@session.needs(Role.ADMIN)
def set_callback() -> Response:
    """Set where a forum's messages go."""
    forum = chosen.forum(request.form, Role.ADMIN)
    url = typed_text(request.form.get("url")).strip()
    try:
        registration.set_callback(
            current.runtime(),
            forum.slug,
            url or None,
            allows_private=forum.allows_private_callback,
            by=session.me().username,
        )
    except InvalidInputError as error:
        return _show(errors={f"url-{forum.slug}": "; ".join(error.fields.values())})
    toasts.say(
        _("Messages for %(forum)s go to %(address)s.", forum=forum.name, address=url)
        if url
        else _("Messages for %(forum)s go to nowhere.", forum=forum.name)
    )
    return redirect(url_for("desk.forums"), code=303)


def _show(
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    made: tuple[Forum, Credentials] | None = None,
) -> Response:
    body = layout.page(
        "forums.html",
        active="desk.people",
        forums=chosen.forums(Role.ADMIN),
        made=made,
        overlap_hours=int(ROTATION_OVERLAP.total_seconds()) // 3600,
        errors=errors or {},
        typed=typed or {},
    )
    return make_response(body, 422 if errors else 200)

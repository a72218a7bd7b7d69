"""Pinned examples at the desk."""

from __future__ import annotations

from collections.abc import Mapping

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.pin import MAX_NOTE_CHARS, MAX_TEXT_CHARS, NewPin
from moderation.domain.review import Role
from moderation.services import pins as pinning
from moderation.services.roles import require_role_everywhere
from moderation.web import current
from moderation.web.desk import chosen, layout, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import gettext as _


@bp.get("/pins")
@session.needs(Role.VIEWER)
def pins() -> Response:
    """List the pinned examples."""
    return _show()


@bp.post("/pins")
@session.needs(Role.SENIOR)
def add_pin() -> Response:
    """Pin a text that somebody typed."""
    forum = chosen.named_forum(request.form, Role.SENIOR)
    if forum is None:
        require_role_everywhere(session.me(), Role.SENIOR)
    try:
        pin = _asked(typed_text(request.form.get("text")))
        slug = forum.slug if forum is not None else None
        pinning.pin_example(current.runtime(), pin, by=session.me().username, forum=slug)
    except InvalidInputError as error:
        return _show(errors=error.fields, status=422)
    toasts.say(_("Pinned: a model that gets it wrong is not promoted."))
    return redirect(url_for("desk.pins"), code=303)


@bp.post("/items/<int:item_id>/pin")
@session.needs(Role.SENIOR)
def pin_item(item_id: int) -> Response:
    """Pin the comment of an item."""
    pinning.pin_item(current.runtime(), session.me(), item_id, _asked(""))
    toasts.say(_("Pinned: a model that gets it wrong is not promoted."))
    return redirect(url_for("desk.item", item_id=item_id), code=303)


@bp.post("/pins/<int:pin_id>/remove")
@session.needs(Role.SENIOR)
def remove_pin(pin_id: int) -> Response:
    """Remove a pin."""
    pinning.unpin(current.runtime(), session.me(), pin_id)
    toasts.say(_("Not pinned any more."))
    return redirect(url_for("desk.pins"), code=303)


def _asked(text: str) -> NewPin:
    label, _colon, wish = typed_text(request.form.get("wish")).partition(":")
    if label not in DECIDING_LABELS or wish not in {"always", "never"}:
        raise InvalidInputError(
            _("Say what must happen."),
            fields={"wish": _("expected a label and always or never")},
        )
    note = typed_text(request.form.get("note"))
    return NewPin(None, text, Label(label), wish == "always", note)


def _show(*, errors: Mapping[str, str] | None = None, status: int = 200) -> Response:
    runtime = current.runtime()
    body = layout.page(
        "pins.html",
        active="desk.models",
        pins=pinning.list_pins(runtime, session.me().reach),
        forums=chosen.forums(Role.SENIOR),
        errors=errors or {},
        typed=typed_text(request.form.get("text")),
        max_text=MAX_TEXT_CHARS,
        max_note=MAX_NOTE_CHARS,
    )
    return make_response(body, status)

"""The models: what there is, what decides, and putting another one in force."""

from __future__ import annotations

from collections.abc import Mapping

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.errors import InvalidInputError
from moderation.domain.review import Role
from moderation.services import model_changes
from moderation.web import current
from moderation.web.desk import layout, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text


@bp.get("/models")
@session.needs(Role.VIEWER)
def models() -> Response:
    """List the models."""
    return _show()


@bp.get("/models/<version>")
@session.needs(Role.VIEWER)
def model(version: str) -> str:
    """Show one model's card."""
    view = model_changes.models_view(current.runtime())
    card = model_changes.model_card(current.runtime(), version)
    row = next((row for row in view.rows if row.version == version), None)
    return layout.page("model.html", active="desk.models", row=row, version=version, card=card)


@bp.post("/models/promote")
@session.needs(Role.ADMIN)
def promote() -> Response:
    """Put a model in force."""
    version = typed_text(request.form.get("version"))
    reason = typed_text(request.form.get("reason"))
    try:
        promoted = model_changes.promote(current.runtime(), session.me(), version, reason)
    except InvalidInputError as error:
        return _show(errors=error.fields, version=version, status=422)
    toasts.say(f"Model {promoted} decides from now on.")
    return redirect(url_for("desk.models"), code=303)


@bp.post("/models/rollback")
@session.needs(Role.ADMIN)
def roll_back() -> Response:
    """Put the model of before back in force."""
    reason = typed_text(request.form.get("reason"))
    try:
        version = model_changes.roll_back(current.runtime(), session.me(), reason)
    except InvalidInputError as error:
        return _show(errors=error.fields, version="", status=422)
    toasts.say(f"Rolled back: model {version} decides again.")
    return redirect(url_for("desk.models"), code=303)


@bp.get("/labels")
@session.needs(Role.VIEWER)
def labels() -> str:
    """Show what each label means."""
    return layout.page("labels.html", active="")


def _show(
    *, errors: Mapping[str, str] | None = None, version: str | None = None, status: int = 200
) -> Response:
    view = model_changes.models_view(current.runtime())
    body = layout.page(
        "models.html", active="desk.models", view=view, errors=errors or {}, refused=version
    )
    return make_response(body, status)

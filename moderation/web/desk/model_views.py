"""The models: what there is, what decides, and putting another one in force."""

from __future__ import annotations

from collections.abc import Mapping

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.errors import InvalidInputError
from moderation.domain.review import Role
from moderation.services import model_changes, shadowing
from moderation.web import current
from moderation.web.desk import layout, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.card_page import card_page
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import gettext as _


@bp.get("/models")
@session.needs(Role.VIEWER)
def models() -> Response:
    """List the models."""
    return _show()


@bp.get("/models/<version>")
@session.needs(Role.VIEWER)
def model(version: str) -> str:
    """Show one model's card."""
    model_changes.fetch_model(current.runtime(), version)
    view = model_changes.models_view(current.runtime())
    card = model_changes.model_card(current.runtime(), version)
    row = next((row for row in view.rows if row.version == version), None)
    shown = card_page(
        card.text,
        card.pictures,
        lambda name: url_for("desk.model_picture", version=version, name=name),
    )
    return layout.page(
        "model.html",
        active="desk.models",
        row=row,
        version=version,
        card=shown if card.text else None,
        problem=card.problem,
    )


@bp.get("/models/<version>/pictures/<name>")
@session.needs(Role.VIEWER)
def model_picture(version: str, name: str) -> Response:
    """Send a picture of a model's card."""
    picture = model_changes.model_picture(current.runtime(), version, name)
    return make_response(picture, 200, {"Content-Type": "image/png"})


@bp.post("/models/promote")
@session.needs(Role.ADMIN, everywhere=True)
def promote() -> Response:
    """Put a model in force."""
    version = typed_text(request.form.get("version"))
    reason = typed_text(request.form.get("reason"))
    is_forced = request.form.get("force") == "yes"
    try:
        promoted = model_changes.promote(
            current.runtime(), version, reason, by=session.me().username, is_forced=is_forced
        )
    except InvalidInputError as error:
        return _show(errors=error.fields, version=version, status=422)
    toasts.say(_("Model %(version)s decides from now on.", version=promoted))
    return redirect(url_for("desk.models"), code=303)


@bp.post("/models/rollback")
@session.needs(Role.ADMIN, everywhere=True)
def roll_back() -> Response:
    """Put the model of before back in force."""
    reason = typed_text(request.form.get("reason"))
    try:
        version = model_changes.roll_back(current.runtime(), reason, by=session.me().username)
    except InvalidInputError as error:
        return _show(errors=error.fields, version="", status=422)
    toasts.say(_("Rolled back: model %(version)s decides again.", version=version))
    return redirect(url_for("desk.models"), code=303)


@bp.get("/models/shadow")
@session.needs(Role.VIEWER, everywhere=True)
def shadow() -> str:
    """Compare the shadow with the model that decides."""
    runtime = current.runtime()
    view = model_changes.models_view(runtime)
    row = next((row for row in view.rows if row.is_shadow), None)
    found = shadowing.compare_shadow(runtime, row.version) if row is not None else None
    return layout.page("shadow.html", active="desk.models", row=row, found=found, view=view)


@bp.post("/models/shadow")
@session.needs(Role.ADMIN, everywhere=True)
def start_shadow() -> Response:
    """Let a model score beside the one that decides."""
    asked = typed_text(request.form.get("version"))
    version = model_changes.start_shadow(current.runtime(), asked, by=session.me().username)
    toasts.say(
        _(
            "Model %(version)s scores every new comment from now on, and decides nothing.",
            version=version,
        )
    )
    return redirect(url_for("desk.shadow"), code=303)


@bp.post("/models/shadow/stop")
@session.needs(Role.ADMIN, everywhere=True)
def stop_shadow() -> Response:
    """Stop the shadow."""
    model_changes.stop_shadow(current.runtime(), by=session.me().username)
    toasts.say(_("The shadow is stopped."))
    return redirect(url_for("desk.models"), code=303)


@bp.post("/models/discard")
@session.needs(Role.ADMIN, everywhere=True)
def discard() -> Response:
    """Remove a model for good."""
    version = typed_text(request.form.get("version"))
    model_changes.discard(
        current.runtime(), version, "discarded at the desk", by=session.me().username
    )
    toasts.say(_("Model %(version)s is gone.", version=version))
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

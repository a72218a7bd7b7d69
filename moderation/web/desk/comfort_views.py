"""How the desk looks to the one who works at it."""

from __future__ import annotations

from babel import Locale
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.comfort import MOST_BREAK_MINUTES, Comfort
from moderation.domain.errors import InvalidInputError
from moderation.domain.locale import DESK_LANGUAGES, time_zones
from moderation.domain.review import Role
from moderation.services import comforts
from moderation.web import current
from moderation.web.desk import fields, layout, locales, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.messages import gettext as _


@bp.get("/comfort")
@session.needs(Role.VIEWER)
def comfort() -> str:
    """Show the choices and what was seen today."""
    return layout.page(
        "comfort.html",
        exposure=comforts.exposure_today(current.runtime(), session.me(), locales.zone()),
        most_break_minutes=MOST_BREAK_MINUTES,
        languages=[(code, Locale(code).get_display_name(code)) for code in DESK_LANGUAGES],
        time_zones=sorted(time_zones()),
        default_time_zone=current.settings().time_zone,
    )


@bp.post("/comfort")
@session.needs(Role.VIEWER)
def choose_comfort() -> Response:
    """Keep the choices."""
    minutes = fields.whole_number(request.form.get("break_minutes") or "0")
    chosen = Comfort(
        blurs="blurs" in request.form,
        is_grey="is_grey" in request.form,
        hides_profanity="hides_profanity" in request.form,
        break_minutes=minutes if minutes is not None else -1,
        language=request.form.get("language", ""),
        time_zone=request.form.get("time_zone", "").strip(),
    )
    try:
        comforts.choose(current.runtime(), session.me(), chosen)
        locales.use(chosen)
        toasts.say(_("Kept for you, on every device."))
    except InvalidInputError as error:
        toasts.say(error.message)
    return redirect(url_for("desk.comfort"), code=303)

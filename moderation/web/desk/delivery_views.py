"""The outbox: what the forums were told, what failed, and sending it again."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.review import Role
from moderation.services import outbox
from moderation.services.outbox import Delivery
from moderation.web import current
from moderation.web.desk import ages, fields, layout, session, titles, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.phrasebook import translated

PAGE_LENGTH = 50
STATES = ("pending", "parked", "delivered")


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One message as the list shows it."""

    delivery: Delivery
    title: str
    at: str
    next_try: str
    result: str


@bp.get("/deliveries")
@session.needs(Role.VIEWER)
def deliveries() -> str:
    """Show messages, newest first."""
    runtime, reach = current.runtime(), session.me().reach
    asked = request.args.get("state")
    state = asked if asked in STATES else None
    before = fields.whole_number(request.args.get("before"))
    found = outbox.deliveries_page(
        runtime, reach, state=state, before=before, limit=PAGE_LENGTH + 1
    )
    lines = [_line(delivery) for delivery in found[:PAGE_LENGTH]]
    counts = outbox.counts_by_state(runtime, reach)
    return layout.page(
        "deliveries.html",
        active="desk.deliveries",
        lines=lines,
        state=state,
        views=[(name, counts.get(name, 0)) for name in STATES],
        total=sum(counts.values()),
        next_before=lines[-1].delivery.id if len(found) > PAGE_LENGTH else None,
    )


@bp.post("/deliveries/<int:delivery_id>/replay")
@session.needs(Role.SENIOR)
def replay(delivery_id: int) -> Response:
    """Send a closed message again."""
    outbox.replay(current.runtime(), session.me(), delivery_id)
    toasts.say(_("It will be sent again within seconds."))
    state = request.args.get("state")
    return redirect(url_for("desk.deliveries", state=state if state in STATES else None), code=303)


def _line(delivery: Delivery) -> DeliveryLine:
    now = current.runtime().clock()
    return DeliveryLine(
        delivery=delivery,
        title=titles.delivery_title(delivery.event_type),
        at=ages.moment(delivery.created_at, now),
        next_try=ages.moment(delivery.next_attempt_at, now) if delivery.state == "pending" else "",
        result=_result(delivery),
    )


def _result(delivery: Delivery) -> str:
    status = _("status %(number)s", number=delivery.last_status) if delivery.last_status else ""
    return ": ".join(part for part in (status, translated(delivery.last_error or "")) if part)

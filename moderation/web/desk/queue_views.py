"""The list of what waits."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from moderation.domain.review import Role
from moderation.domain.verdict import Source
from moderation.services import registration, review_pages
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.queue_tally import QueueCounts
from moderation.web import current
from moderation.web.desk import ages, cards, fields, filters, layout, session
from moderation.web.desk.blueprint import bp
from moderation.web.desk.item_page import go_on

PAGE_LENGTH = 25


@bp.get("/")
@session.needs(Role.VIEWER)
def queue() -> str:
    """Show the queue."""
    runtime, user = current.runtime(), session.me()
    wanted = filters.parse_filter(request.args)
    after = fields.whole_number(request.args.get("after"))
    found = review_pages.queue_page(
        runtime, wanted, after=after, limit=PAGE_LENGTH, views=[QueueFilter()]
    )
    now = runtime.clock()
    total = found.views[0]
    return layout.page(
        "queue.html",
        active="desk.queue",
        waiting=total.waiting,
        rows=[
            cards.row_of(item, found.judgements[item.comment_pk], user=user, now=now)
            for item in found.items
        ],
        counts=found.counts,
        oldest=ages.age(found.counts.oldest_at, now) if found.counts.oldest_at else None,
        total=total,
        views=_views(total),
        wanted=wanted,
        filter_args=filters.filter_args(wanted),
        shown=filters.shown(wanted),
        next_after=found.next_after,
        is_first=after is None,
        held=review_pages.held_items(runtime, user),
        forums=registration.list_forums(runtime),
        source_titles=filters.SOURCE_TITLES,
        order_titles=filters.ORDER_TITLES,
        show_titles=filters.SHOW_TITLES,
    )


@bp.post("/claim-next")
@session.needs(Role.MODERATOR)
def claim_next() -> Response:
    """Claim the next free item and open it."""
    return go_on(after=None)


def _views(total: QueueCounts) -> list[filters.View]:
    return [
        filters.View("All", total.waiting, {}),
        filters.View("Held", total.held, {"show": "held"}),
        filters.View("Reported", total.reported, {"show": "reported"}),
        filters.View("Escalated", total.escalated, {"show": "escalated"}),
        filters.View("Audit", total.audit, {"why": Source.AUDIT_SAMPLE.value}),
    ]

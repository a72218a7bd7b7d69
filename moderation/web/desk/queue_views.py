"""The list of what waits."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.review import Role
from moderation.domain.verdict import Source
from moderation.services import readiness, registration, review, review_pages
from moderation.storage.queue_pages import QueueCounts, QueueFilter
from moderation.web import current
from moderation.web.desk import ages, cards, fields, filters, layout, session, toasts
from moderation.web.desk.blueprint import bp

PAGE_LENGTH = 25


@bp.get("/")
@session.needs(Role.VIEWER)
def queue() -> str:
    """Show the queue."""
    runtime, user = current.runtime(), session.me()
    wanted = filters.parse_filter(request.args)
    after = fields.whole_number(request.args.get("after"))
    found = review_pages.queue_page(runtime, wanted, after=after, limit=PAGE_LENGTH)
    now = runtime.clock()
    total = readiness.workload(runtime).queue
    return layout.page(
        "queue.html",
        active="desk.queue",
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


def go_on(*, after: int | None) -> Response:
    """Go to an item that the moderator holds already, else claim the next one.

    Parameters
    ----------
    after : int or None
        The item just left; the next one is looked for behind it first.
    """
    runtime, user = current.runtime(), session.me()
    wanted = filters.parse_filter(request.args)
    held = review_pages.held_items(runtime, user)
    item = (
        held[0]
        if held
        else review.claim_next(
            runtime,
            user,
            wanted,
            ttl_s=current.settings().claim_ttl_s,
            after=after,
            useful_share=current.settings().useful_share,
        )
    )
    args = filters.filter_args(wanted)
    if item is None:
        toasts.say(_nothing_free(wanted))
        return redirect(url_for("desk.queue", **args), code=303)
    return redirect(url_for("desk.item", item_id=item.id, **args), code=303)


def _nothing_free(wanted: QueueFilter) -> str:
    counts = review_pages.queue_page(current.runtime(), wanted, after=None, limit=1).counts
    if counts.waiting == 0:
        return "Nothing waits here."
    return "Nothing is free here: others hold what is left, or it waits for a senior moderator."


def _views(total: QueueCounts) -> list[filters.View]:
    return [
        filters.View("All", total.waiting, {}),
        filters.View("Held", total.held, {"show": "held"}),
        filters.View("Reported", total.reported, {"show": "reported"}),
        filters.View("Escalated", total.escalated, {"show": "escalated"}),
        filters.View("Audit", total.audit, {"why": Source.AUDIT_SAMPLE.value}),
    ]

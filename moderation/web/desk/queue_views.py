"""The list of what waits."""

from __future__ import annotations

from datetime import datetime

from flask import jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.errors import InvalidInputError
from moderation.domain.review import Role
from moderation.services import review_pages, saved_views
from moderation.services.review_pages import QueuePage
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.saved_views import SavedView
from moderation.web import current
from moderation.web.desk import ages, cards, chosen, fields, filters, layout, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.item_page import go_on
from moderation.web.desk.messages import gettext as _

PAGE_LENGTH = 25


@bp.get("/")
@session.needs(Role.VIEWER)
def queue() -> str:
    """Show the queue."""
    runtime, user = current.runtime(), session.me()
    wanted = filters.parse_filter(request.args)
    after = fields.whole_number(request.args.get("after"))
    kept = saved_views.list_views(runtime, user)
    found = _read(wanted, after, [view.args for view in kept])
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
        oldest=_oldest(found.counts.oldest_at),
        total=total,
        views=_views(found, kept),
        wanted=wanted,
        filter_args=filters.filter_args(wanted),
        shown=filters.shown(wanted),
        only=_only(wanted, found),
        next_after=found.next_after,
        is_first=after is None,
        held=review_pages.held_items(runtime, user),
        at_work=found.at_work,
        forums=chosen.forums(),
        source_titles=filters.SOURCE_TITLES,
        order_titles=filters.ORDER_TITLES,
        show_titles=filters.SHOW_TITLES,
        longest_name=saved_views.LONGEST_NAME,
    )


@bp.get("/live")
@session.needs(Role.VIEWER)
def live() -> Response:
    """Tell the page's script how the queue stands: counts, who works, which rows are taken."""
    runtime, user = current.runtime(), session.me()
    kept = saved_views.list_views(runtime, user)
    found = _read(filters.parse_filter(request.args), None, [view.args for view in kept])
    return jsonify(
        waiting=found.views[0].waiting,
        counts={
            "waiting": found.counts.waiting,
            "held": found.counts.held,
            "reported": found.counts.reported,
            "claimed": found.counts.claimed,
            "oldest": _oldest(found.counts.oldest_at) or _("none"),
        },
        views=[[view.count, view.oldest] for view in _views(found, kept)],
        first=[item.id for item in found.items],
        at_work=[
            {"name": one.username, "items": one.items}
            for one in found.at_work
            if one.username != user.username
        ],
    )


@bp.post("/claim-next")
@session.needs(Role.MODERATOR)
def claim_next() -> Response:
    """Claim the next free item and open it."""
    return go_on(after=None)


@bp.post("/views")
@session.needs(Role.VIEWER)
def keep_view() -> Response:
    """Keep the filter of this address as a view."""
    args = filters.filter_args(filters.parse_filter(request.args))
    name = fields.typed_text(request.form.get("name"))
    try:
        saved_views.keep_view(current.runtime(), session.me(), name, args)
        toasts.say(_("The view stands beside the others."))
    except InvalidInputError as error:
        toasts.say(error.message)
    return redirect(url_for("desk.queue", **args), code=303)


@bp.post("/views/<int:view_id>/forget")
@session.needs(Role.VIEWER)
def forget_view(view_id: int) -> Response:
    """Forget a kept view."""
    saved_views.forget_view(current.runtime(), session.me(), view_id)
    toasts.say(_("The view is gone."))
    return redirect(url_for("desk.queue"), code=303)


def _read(wanted: QueueFilter, after: int | None, kept: list[dict[str, str]]) -> QueuePage:
    views = [filters.parse_filter(args) for args in (*filters.VIEWS.values(), *kept)]
    return review_pages.queue_page(
        current.runtime(), session.me().reach, wanted, after=after, limit=PAGE_LENGTH, views=views
    )


def _views(found: QueuePage, kept: list[SavedView]) -> list[filters.View]:
    titles = [(_(title), args, None) for title, args in filters.VIEWS.items()]
    named = [(view.name, view.args, view.id) for view in kept]
    return [
        filters.View(title, counts.waiting, _oldest(counts.oldest_at), args, saved_id)
        for (title, args, saved_id), counts in zip([*titles, *named], found.views, strict=True)
    ]


def _oldest(at: datetime | None) -> str:
    return ages.age(at, current.runtime().clock()) if at is not None else ""


def _only(wanted: QueueFilter, found: QueuePage) -> list[str]:
    """Return in words by whom and where alone the page shows comments."""
    item = found.items[0] if found.items else None
    only = []
    if wanted.author is not None:
        name = (item.author_name if item else None) or _("one author")
        only.append(_("by %(author)s", author=name))
    if wanted.thread is not None:
        title = (item.thread_title if item else None) or _("one thread")
        only.append(_("in %(thread)s", thread=title))
    return only

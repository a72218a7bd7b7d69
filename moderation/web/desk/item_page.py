"""One item as a page, and the way from an item to the next one."""

from __future__ import annotations

from dataclasses import dataclass

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.services import review, review_pages
from moderation.storage.queue_filters import QueueFilter, QueueOrder
from moderation.web import current
from moderation.web.desk import (
    ages,
    cards,
    drafts,
    filters,
    layout,
    revisions,
    session,
    toasts,
)
from moderation.web.desk.messages import gettext as _

SHOWN_AS_USEFUL = 0.25
"""From which usefulness on the card says so; below, the order has run out of doubt."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What stands above an item after an action was refused.

    Attributes
    ----------
    icon, lead, rest : str
    changes : tuple[Change, ...]
        What the author has changed, if that is the cause.
    """

    icon: str
    lead: str
    rest: str
    changes: tuple[revisions.Change, ...] = ()


def show_item(
    item_id: int,
    *,
    draft: drafts.Draft = drafts.EMPTY,
    errors: object = None,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    """Show one item with its decision form, or who decides it.

    Not to somebody who is to judge it without knowing what was decided.

    Parameters
    ----------
    draft : Draft
        What was typed already.
    errors : object
        By field, what is wrong with the draft.
    """
    runtime, user = current.runtime(), session.me()
    wanted = filters.parse_filter(request.args)
    now = runtime.clock()
    found = review_pages.item_page(runtime, user, wanted, item_id)
    if found is None:
        return redirect(url_for("desk.second_opinion"), code=303)
    view, around = found
    card = cards.card_of(view, user=user, now=now, ttl_s=current.settings().claim_ttl_s)
    body = layout.page(
        "item.html",
        active="desk.queue",
        card=card,
        item=card.item,
        judgement=card.view.judgement,
        before=around.before,
        following=[(near, ages.age(near.created_at, now)) for near in around.following],
        is_useful=(wanted.order is QueueOrder.USEFUL and card.item.usefulness >= SHOWN_AS_USEFUL),
        order_title=_(filters.ORDER_TITLES[wanted.order]),
        filter_args=filters.filter_args(wanted),
        draft=draft,
        errors=errors or {},
        notice=notice,
        last=around.last,
    )
    answer = make_response(body, status)
    answer.headers["HX-Push-Url"] = address(item_id)
    return answer


def address(item_id: int) -> str:
    """Return where an item is read, with the filter of this request."""
    args = filters.filter_args(filters.parse_filter(request.args))
    return url_for("desk.item", item_id=item_id, **args)


def go_on(*, after: int | None) -> Response:
    """Go to an item that the moderator holds already, else claim the next one.

    A page that swaps parts of itself is given the item at once, without a second request.

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
    if item is None:
        toasts.say(_nothing_free(wanted))
        return redirect(url_for("desk.queue", **filters.filter_args(wanted)), code=303)
    if "HX-Request" in request.headers:
        return show_item(item.id)
    return redirect(address(item.id), code=303)


def _nothing_free(wanted: QueueFilter) -> str:
    if review_pages.count_matching(current.runtime(), session.me().reach, wanted).waiting == 0:
        return _("Nothing waits here.")
    return _("Nothing is free here: others hold what is left, or it waits for a senior moderator.")

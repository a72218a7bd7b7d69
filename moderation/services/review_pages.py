"""What moderators look at: pages of the queue, one item with its context, decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from moderation.domain.errors import NotFoundError
from moderation.domain.judgement import Decision, HistoryEvent, Judgement
from moderation.domain.reach import Reach
from moderation.domain.review import ItemState, Role
from moderation.services.deciding import known_case
from moderation.services.precedents import Precedent, decided_around
from moderation.services.runtime import Runtime
from moderation.storage import decisions, judgements, queue_pages, queue_tally
from moderation.storage.author_records import AuthorRecord, author_record
from moderation.storage.database import Connection
from moderation.storage.deliveries import Delivery, comment_deliveries
from moderation.storage.events import comment_events
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.queue_pages import ReviewItem
from moderation.storage.queue_tally import AtWork, QueueCounts
from moderation.storage.reports import report_reasons
from moderation.storage.second_opinions import held_on_item
from moderation.storage.users import User

NEIGHBOURS = 2


PRECEDENTS = 3
EARLIER = 5
FOLLOWING = 7


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue.

    Attributes
    ----------
    judgements : dict[int, Judgement]
        The machine's judgement of each item's comment, by the comment's key.
    views : tuple[QueueCounts, ...]
        The counts of the other views that were asked for.
    at_work : tuple[AtWork, ...]
        Who holds which items now.
    next_after : int or None
        Where the next page begins; None at the end.
    """

    items: tuple[ReviewItem, ...]
    judgements: dict[int, Judgement]
    counts: QueueCounts
    views: tuple[QueueCounts, ...]
    at_work: tuple[AtWork, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class ItemView:
    """Everything a moderator sees of one item.

    Attributes
    ----------
    newest : Judgement or None
        The newest revision, when the item is about an older one.
    earlier : tuple[Judgement, ...]
        The revisions before this one, the newest first.
    """

    item: ReviewItem
    judgement: Judgement
    newest: Judgement | None
    neighbours: tuple[Judgement, ...]
    author: AuthorRecord | None
    earlier: tuple[Judgement, ...]
    precedents: tuple[Precedent, ...]
    decisions: tuple[Decision, ...]
    reports: tuple[tuple[str | None, int], ...]
    history: tuple[HistoryEvent, ...]
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around an item in the queue.

    Attributes
    ----------
    last : Decision or None
        The reader's newest decision in force: what undo takes back.
    """

    before: ReviewItem | None
    following: tuple[ReviewItem, ...]
    last: Decision | None


def queue_page(
    runtime: Runtime,
    reach: Reach,
    wanted: QueueFilter,
    *,
    after: int | None,
    limit: int = 50,
    views: Sequence[QueueFilter] = (),
) -> QueuePage:
    """Return one page of open items, its counts and those of other views."""
    now, forums = runtime.clock(), reach.forums()
    wanted, *views = (replace(one, within=forums) for one in (wanted, *views))
    tally = runtime.waiting.of(runtime.database)
    with runtime.database.read() as connection:
        items = queue_pages.list_items(connection, wanted, after=after, limit=limit + 1)
        counts, *others = queue_tally.count_views(connection, tally, [wanted, *views], now=now)
        page = tuple(items[:limit])
        return QueuePage(
            items=page,
            judgements=judgements.judgements_by_pks(connection, [i.comment_pk for i in page]),
            counts=counts,
            views=tuple(others),
            at_work=tuple(queue_tally.at_work(connection, now=now, within=forums)),
            next_after=page[-1].id if len(items) > limit else None,
        )


def count_matching(runtime: Runtime, reach: Reach, wanted: QueueFilter) -> QueueCounts:
    """Return the counts of one filter."""
    wanted = replace(wanted, within=reach.forums())
    with runtime.database.read() as connection:
        return queue_tally.queue_counts(connection, wanted, now=runtime.clock())


def count_waiting(runtime: Runtime, reach: Reach) -> int:
    """Return how many items are open."""
    return queue_tally.count_open(runtime.waiting.of(runtime.database), reach.forums())


def held_items(runtime: Runtime, user: User) -> list[ReviewItem]:
    """Return the items that the moderator holds now, the one that ends first in front."""
    with runtime.database.read() as connection:
        forums = user.reach.forums(Role.MODERATOR)
        return queue_pages.items_held_by(connection, user.id, now=runtime.clock(), forums=forums)


def decided_page(
    runtime: Runtime, reader: User, *, by: User | None, before: int | None = None, limit: int = 50
) -> list[decisions.DecidedRow]:
    """Return decisions, newest first: one moderator's, or everybody's when None.

    Those on which the reader is giving a second opinion stay hidden meanwhile.
    """
    with runtime.database.read() as connection:
        return decisions.list_decided(
            connection,
            moderator_id=by.id if by else None,
            before=before,
            limit=limit,
            hidden_from=reader.id,
            within=reader.reach.forums(),
        )


def last_decision(runtime: Runtime, user: User) -> Decision | None:
    """Return the moderator's newest decision in force: what undo takes back."""
    with runtime.database.read() as connection:
        return decisions.last_decision_of(
            connection, user.id, within=user.reach.forums(Role.MODERATOR)
        )


def view_item(runtime: Runtime, reach: Reach, item_id: int) -> ItemView:
    """Return an item with its context. Raises `NotFoundError`."""
    with runtime.database.read() as connection:
        return _view(connection, reach, item_id)


def item_page(
    runtime: Runtime, user: User, wanted: QueueFilter, item_id: int
) -> tuple[ItemView, Surroundings] | None:
    """Return an item with its context and what stands around it. Raises `NotFoundError`.

    None for somebody who is to judge it without knowing what was decided.
    """
    wanted = replace(wanted, within=user.reach.forums())
    with runtime.database.read() as connection:
        view = _view(connection, user.reach, item_id)
        is_decided = view.item.state is ItemState.DECIDED
        if is_decided and held_on_item(connection, item_id, user.id) is not None:
            return None
        before, following = queue_pages.items_around(
            connection, wanted, view.item, before=1, after=FOLLOWING
        )
        may_undo = user.reach.forums(Role.MODERATOR)
        last = decisions.last_decision_of(connection, user.id, within=may_undo)
        return view, Surroundings(before[0] if before else None, tuple(following), last)


def _view(connection: Connection, reach: Reach, item_id: int) -> ItemView:
    item, judgement = known_case(connection, item_id)
    if reach.role_in(item.forum_id) is None:
        raise NotFoundError("No such review item.")
    author = judgement.author
    decided = decided_around(connection, judgement, limit=PRECEDENTS)
    return ItemView(
        item=item,
        judgement=judgement,
        newest=(
            None
            if judgement.is_latest
            else judgements.latest_judgement(connection, item.forum_id, judgement.external_id)
        ),
        neighbours=tuple(judgements.thread_neighbours(connection, judgement, limit=NEIGHBOURS)),
        author=(
            author_record(connection, item.forum_id, author.external_id)
            if author is not None
            else None
        ),
        earlier=tuple(judgements.earlier_revisions(connection, judgement, limit=EARLIER)),
        precedents=decided.alike,
        decisions=decided.here,
        reports=tuple(report_reasons(connection, item.comment_pk)) if item.report_count else (),
        history=tuple(comment_events(connection, item.forum_id, judgement.external_id)),
        deliveries=tuple(comment_deliveries(connection, item.comment_pk)),
    )

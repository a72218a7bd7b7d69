"""What the pages show of an item: services' answers turned into words, marks and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from moderation.domain.judgement import Decision, Judgement
from moderation.domain.review import DecisionAction, ItemState, time_target
from moderation.services.precedents import Precedent
from moderation.services.review_pages import ItemView
from moderation.storage.queue_pages import ReviewItem
from moderation.storage.users import User
from moderation.web.desk import ages, locales, long_texts, revisions, wording
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.score_bars import ScoreBar, bars_of, kinds_of
from moderation.web.desk.shown_text import Shown, comment_text, plain_text

EXCERPT_LENGTH = 320
LONG_NEIGHBOUR = 600
"""Characters up to which what stands around a comment is shown whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    item: ReviewItem
    age: str
    about: tuple[str, ...]
    excerpt: str
    why: tuple[wording.Why, ...]
    chip: wording.Chip
    holder: str | None
    is_mine: bool
    is_late: bool
    due: str
    left: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The claim on an item as its holder sees it.

    Attributes
    ----------
    left_s, ttl_s : int
        Seconds left, and seconds that a renewal gives.
    """

    token: str
    left_s: int
    ttl_s: int

    @property
    def left(self) -> str:
        """What the clock shows."""
        return ages.countdown(self.left_s)

    @property
    def share(self) -> int:
        """How much is left, in hundredths."""
        return min(100, round(100 * self.left_s / self.ttl_s))


@dataclass(frozen=True, slots=True)
class Said:
    """A neighbour in the thread."""

    name: str
    at: str
    text: tuple[Shown, ...]
    language: str | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history."""

    at: str
    iso: str
    sentence: str
    detail: str


@dataclass(frozen=True, slots=True)
class Like:
    """A decision on a text that is the same, or nearly.

    Attributes
    ----------
    words, excerpt : str
        How alike the texts are, and the other one; empty for the same words.
    """

    decision: Decision
    words: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A revision before this one, with what the author changed after it."""

    at: str
    body: str
    changes: tuple[revisions.Change, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One item, ready to be drawn.

    Attributes
    ----------
    hides_scores : bool
        An audit sample before its decision: neither scores nor marks nor record.
    lease : Lease or None
        The reader's own claim.
    holder : str or None
        Who else holds it.
    """

    view: ItemView
    age: str
    due: str
    is_late: bool
    author: str
    thread: str | None
    posted: str
    permalink: str | None
    chip: wording.Chip
    why: tuple[wording.Why, ...]
    text: tuple[Shown, ...]
    parent: tuple[Shown, ...]
    neighbours: tuple[tuple[Said, ...], tuple[Said, ...]]
    bars: tuple[ScoreBar, ...]
    kinds: tuple[str, ...]
    versions: str
    hides_scores: bool
    lease: Lease | None
    holder: str | None
    is_open: bool
    history: tuple[Happened, ...]
    rejected_places: str
    precedents: tuple[Like, ...]
    earlier: tuple[Earlier, ...]

    @property
    def item(self) -> ReviewItem:
        """The item."""
        return self.view.item


def row_of(item: ReviewItem, judgement: Judgement, *, user: User, now: datetime) -> Row:
    """Return a line of the queue."""
    is_held = _is_claimed(item, now)
    return Row(
        item=item,
        age=ages.short_age(item.created_at, now),
        about=tuple(
            part for part in (item.forum_name, item.thread_title, item.author_name) if part
        ),
        excerpt=excerpt(item.body),
        why=wording.why_here(
            wording.Grounds.of(judgement),
            item.reasons,
            report_count=item.report_count,
            is_audit=item.is_audit,
        ),
        chip=wording.verdict_chip(judgement.verdict),
        holder=item.claimed_by if is_held and item.claimed_by_id != user.id else None,
        is_mine=is_held and item.claimed_by_id == user.id,
        is_late=_is_late(item, now),
        due=_due(item, now),
        left=ages.countdown(ages.seconds_left(item.claim_expires_at, now)) if is_held else "",
    )


def card_of(view: ItemView, *, user: User, now: datetime, ttl_s: int) -> Card:
    """Return an item ready to be drawn for one reader."""
    item, judgement = view.item, view.judgement
    is_open = item.state in {ItemState.PENDING, ItemState.CLAIMED}
    hides = item.is_audit and is_open
    return Card(
        view=view,
        age=ages.age(item.created_at, now),
        due=_due(item, now),
        is_late=_is_late(item, now),
        author=author_name(judgement),
        thread=judgement.thread.title if judgement.thread else None,
        posted=ages.moment(judgement.posted_at or judgement.received_at, now),
        permalink=web_address(judgement.permalink),
        chip=_chip(view),
        why=wording.why_here(
            wording.Grounds.of(judgement),
            item.reasons,
            report_count=item.report_count,
            is_audit=hides,
            reports=view.reports,
        ),
        text=long_texts.folded(comment_text(judgement, is_marked=not hides)),
        parent=_parent(view),
        neighbours=_neighbours(view, now),
        bars=() if hides else bars_of(judgement.scores),
        kinds=() if hides else kinds_of(judgement.scores),
        versions=wording.versions(judgement.model_version, judgement.policy_version),
        hides_scores=hides,
        lease=_lease(item, user=user, now=now, ttl_s=ttl_s),
        holder=item.claimed_by
        if _is_claimed(item, now) and item.claimed_by_id != user.id
        else None,
        is_open=is_open,
        history=_history(view, me=user.username, now=now, hides_scores=hides),
        rejected_places=_rejected_places(view),
        precedents=tuple(_like(one) for one in view.precedents),
        earlier=_earlier(view, now),
    )


def author_name(judgement: Judgement) -> str:
    """Return how the author is called on the page."""
    author = judgement.author
    return (author.name or author.external_id) if author is not None else _("unknown author")


def excerpt(body: str, length: int = EXCERPT_LENGTH) -> str:
    """Return the start of a text on one line."""
    flat = " ".join(body[: length * 2].split())
    return flat if len(flat) <= length else f"{flat[: length - 1].rstrip()}…"


def web_address(address: str | None) -> str | None:
    """Return an address that a link may open: http(s) with a host, nothing else."""
    if address is None or not address.isprintable():
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.netloc else None


def _chip(view: ItemView) -> wording.Chip:
    if view.item.state is ItemState.DECIDED and view.decisions:
        return wording.decision_chip(view.decisions[-1].action)
    return wording.verdict_chip(view.judgement.verdict)


def _like(precedent: Precedent) -> Like:
    if precedent.similarity == 1:
        return Like(precedent.decision, "", "")
    words = _("%(share)s alike", share=locales.percent(precedent.similarity))
    return Like(precedent.decision, words, excerpt(precedent.body, 120))


def _earlier(view: ItemView, now: datetime) -> tuple[Earlier, ...]:
    found, after = [], view.judgement.body
    for was in view.earlier:
        at = ages.moment(was.received_at, now)
        found.append(Earlier(at, excerpt(was.body), revisions.changes(was.body, after)))
        after = was.body
    return tuple(found)


def _due(item: ReviewItem, now: datetime) -> str:
    target = time_target(item.created_at, item.due_at)
    return ages.due(target, now) if target is not None else ""


def _is_late(item: ReviewItem, now: datetime) -> bool:
    return item.due_at is not None and item.due_at <= now


def _is_claimed(item: ReviewItem, now: datetime) -> bool:
    return item.state is ItemState.CLAIMED and ages.seconds_left(item.claim_expires_at, now) > 0


def _lease(item: ReviewItem, *, user: User, now: datetime, ttl_s: int) -> Lease | None:
    # A claim that ran out still holds while nobody else has taken the item.
    if item.state is not ItemState.CLAIMED or item.claimed_by_id != user.id:
        return None
    left = ages.seconds_left(item.claim_expires_at, now)
    return Lease(item.claim_token or "", left, ttl_s)


def _parent(view: ItemView) -> tuple[Shown, ...]:
    """Return what the comment answers: as its readers saw it where we have judged it too."""
    parent = view.judgement.parent
    if parent is None or not parent.text:
        return ()
    same = (near for near in view.neighbours if near.external_id == parent.external_id)
    judged = next(same, None)
    shown = comment_text(judged) if judged is not None else plain_text(parent.text)
    return long_texts.folded(shown, LONG_NEIGHBOUR)


def _neighbours(view: ItemView, now: datetime) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    judgement = view.judgement
    parent = judgement.parent.external_id if judgement.parent else None
    before: list[Said] = []
    after: list[Said] = []
    for near in view.neighbours:
        if near.external_id in {judgement.external_id, parent}:
            continue
        at = ages.moment(near.posted_at or near.received_at, now)
        text = long_texts.folded(comment_text(near), LONG_NEIGHBOUR)
        said = Said(author_name(near), at, text, near.language)
        (before if near.comment_pk < judgement.comment_pk else after).append(said)
    return tuple(before), tuple(after)


def _history(view: ItemView, *, me: str, now: datetime, hides_scores: bool) -> tuple[Happened, ...]:
    return tuple(
        Happened(
            at=ages.second(event.at, now),
            iso=event.at.isoformat(),
            sentence=wording.event_sentence(event, me=me, hides_scores=hides_scores),
            detail="" if hides_scores else _verdict_detail(event.kind, event.details),
        )
        for event in view.history
    )


def _verdict_detail(kind: str, details: Mapping[str, object]) -> str:
    policy = details.get("policy_version")
    if kind != "verdict" or not isinstance(policy, int):
        return ""
    model = details.get("model_version")
    return wording.versions(str(model) if model else None, policy)


def _rejected_places(view: ItemView) -> str:
    recent = view.author.recent if view.author else ()
    places = [
        str(place)
        for place, action in enumerate(recent, start=1)
        if action is DecisionAction.REJECT
    ]
    if not places:
        return _("all approved")
    return _("rejected: %(places)s; the others approved", places=", ".join(places))

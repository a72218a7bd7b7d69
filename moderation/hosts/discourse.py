"""Discourse: its webhook in, its REST API out.

Sources: ``app/jobs/regular/emit_web_hook_event.rb``, ``app/controllers/reviewables_controller.rb``,
``config/routes.rb`` of discourse/discourse. A webhook is told of a post that readers see already.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping

from moderation.domain.comment import Author, Comment, Parent, Thread, content_revision
from moderation.domain.host import (
    TEST_AUTHOR,
    HostAction,
    HostConnection,
    HostEvent,
    HostEventKind,
    HostOptions,
    HostTask,
)
from moderation.domain.text_format import TextFormat
from moderation.hosts.dialogue import (
    Dialogue,
    HostOutcome,
    HostReply,
    HostRequest,
    done,
    failure,
    is_good,
    json_or_none,
    read_json,
    refused,
)
from moderation.hosts.payload import Fields, page_of, read_body

TITLE = "Discourse"
SIGNATURE_HEADER = "X-Discourse-Event-Signature"
EVENTS = (
    "post_created",
    "post_edited",
    "post_destroyed",
    "post_recovered",
    "reviewable_created",
)

_KINDS = {
    "post_created": HostEventKind.POSTED,
    "post_edited": HostEventKind.POSTED,
    "post_destroyed": HostEventKind.REMOVED,
    "post_recovered": HostEventKind.RECOVERED,
}
_REGULAR_POST = 1
_INAPPROPRIATE = 4
_NOTIFY_MODERATORS = 7
_MOST_CONFLICTS = 3
_QUEUED = "review-"
"""Begins our id of what has only a review item's id at Discourse."""

_ORDER = re.compile(r"\d{6}\.[0-9T]*", re.ASCII)


def read_event(headers: Mapping[str, str], body: bytes, connection: HostConnection) -> HostEvent:
    """Read a webhook request whose signature was right.

    Raises
    ------
    InvalidInputError
        Naming the field that is wrong.
    """
    name = headers.get("X-Discourse-Event", "")
    event_id = headers.get("X-Discourse-Event-Id", "")[:80] or None
    if name == "ping":
        return HostEvent(HostEventKind.PING, event_id=event_id)
    if name == "reviewable_created":
        return _queued_event(read_body(body).inner("reviewable"), connection, event_id)
    if name not in _KINDS:
        return _ignored(f"no event that we judge: {name[:40]}", event_id)
    post = read_body(body).inner("post")
    why = _why_ignored(post, connection.options)
    if why is not None:
        return _ignored(why, event_id)
    return HostEvent(_KINDS[name], _comment(post, connection.address), event_id=event_id)


def _ignored(why: str, event_id: str | None) -> HostEvent:
    return HostEvent(HostEventKind.IGNORED, event_id=event_id, why=why)


def _queued_event(item: Fields, connection: HostConnection, event_id: str | None) -> HostEvent:
    """Read a post that waits for approval at Discourse: it has no id of a post yet."""
    if item.title("type") != "ReviewableQueuedPost":
        return _ignored("a review item that is no queued post", event_id)
    if item.identity_or_none("category_id") in connection.options.skipped_sections:
        return _ignored("in a category that is not judged", event_id)
    payload, identity = item.inner("payload"), item.identity("id")
    text, topic = payload.text("raw"), item.identity_or_none("topic_id")
    writer = item.identity_or_none("target_created_by_id") or item.identity_or_none("created_by_id")
    comment = Comment(
        external_id=f"{_QUEUED}{identity}",
        revision=content_revision(text, TextFormat.MARKDOWN),
        text=text,
        text_format=TextFormat.MARKDOWN,
        author=Author(writer) if writer else None,
        thread=Thread(topic or f"{_QUEUED}{identity}", payload.title("title")),
        permalink=f"{connection.address}/review/{identity}" if connection.address else None,
        posted_at=item.time("created_at"),
    )
    return HostEvent(HostEventKind.POSTED, comment, event_id=event_id)


def _why_ignored(post: Fields, options: HostOptions) -> str | None:
    if post.number("post_type", _REGULAR_POST) != _REGULAR_POST:
        return "a whisper, or what Discourse itself wrote"
    if post.number("user_id", 1) < 0:
        return "written by Discourse itself"
    if post.title("topic_archetype") == "private_message" and not options.takes_private_messages:
        return "a private message"
    if post.identity_or_none("category_id") in options.skipped_sections:
        return "in a category that is not judged"
    return None


def _comment(post: Fields, address: str | None) -> Comment:
    text = post.text("raw")
    topic, number = post.identity("topic_id"), post.number("post_number")
    place = f"{address}/t/{topic}" if address else None
    answered = post.number("reply_to_post_number")
    return Comment(
        external_id=post.identity("id"),
        revision=_revision(post, text),
        text=text,
        text_format=TextFormat.MARKDOWN,
        author=_author(post),
        thread=Thread(topic, post.title("topic_title"), place),
        # Discourse tells the number within the topic only; the parent's id stays unknown.
        parent=Parent(f"{topic}/{answered}") if answered else None,
        permalink=f"{place}/{number}" if place and number else None,
        posted_at=post.time("created_at"),
    )


def _author(post: Fields) -> Author:
    name = post.title("username")
    identity = TEST_AUTHOR if name == TEST_AUTHOR else post.identity("user_id")
    is_staff = any(post.flag(role) for role in ("staff", "admin", "moderator"))
    return Author(identity, name[:200] if name else None, is_trusted=is_staff)


def _revision(post: Fields, text: str) -> str:
    # Discourse does not count an edit within the first minutes: its version alone tells too little.
    at = post.time("updated_at")
    digest = content_revision(text, TextFormat.MARKDOWN).removeprefix("sha256-")
    return f"{post.number('version'):06d}.{at.strftime('%Y%m%dT%H%M%S%f') if at else ''}.{digest}"


def headers(connection: HostConnection, api_key: str) -> dict[str, str]:
    """Return the headers by which Discourse knows us."""
    return {"Api-Key": api_key, "Api-Username": connection.actor or "system"}


def check() -> Dialogue:
    """Ask who we are."""
    found = read_json((yield HostRequest("GET", "/session/current.json")), TITLE)
    user = Fields(found.get("current_user") or {})
    if not (user.flag("moderator") or user.flag("admin")):
        return refused(f"{TITLE} knows us as {user.title('username')}, who is no moderator")
    return done(f"{TITLE} knows us as {user.title('username')}")


def act(task: HostTask, options: HostOptions) -> Dialogue:
    """Do one thing with a post."""
    if task.comment_id.startswith(_QUEUED):
        return (yield from _decide_queued(task))
    post = yield from _read_post(task.comment_id)
    if isinstance(post, HostOutcome):
        return post
    if task.action is HostAction.FLAG:
        return (yield from _flag(task))
    if task.action is HostAction.SHOW:
        return (yield from _show(task, post))
    # Deleting a topic's first post would delete the topic, with what others wrote in it.
    is_first = post.number("post_number") == 1
    removes = task.action is HostAction.REMOVE and options.removes_rejected and not is_first
    return (yield from (_remove if removes else _hide)(task, post))


def _decide_queued(task: HostTask) -> Dialogue:
    item = task.comment_id.removeprefix(_QUEUED)
    if task.action is HostAction.SHOW:
        return (yield from _perform(item, "approve_post", f"{TITLE} published the queued post"))
    if task.action is HostAction.REMOVE:
        return (yield from _perform(item, "reject_post", f"{TITLE} rejected the queued post"))
    return done(f"The post waits for approval at {TITLE} anyway")


def _read_post(post_id: str) -> Generator[HostRequest, HostReply, Fields | HostOutcome]:
    reply = yield HostRequest("GET", f"/posts/{post_id}.json")
    if reply.status == 404:  # noqa: PLR2004
        return done(f"The post is gone from {TITLE}")
    return Fields(read_json(reply, TITLE, _detail(reply)))


def _flag(task: HostTask) -> Dialogue:
    form = {
        "id": task.comment_id,
        "post_action_type_id": _NOTIFY_MODERATORS,
        "message": task.message,
    }
    reply = yield HostRequest.with_json("POST", "/post_actions.json", form)
    if reply.status in {403, 422}:
        # So Discourse answers when we flagged the post before; its moderators know of it.
        return done(f"{TITLE} did not take the flag: {_detail(reply) or 'flagged before'}")
    read_json(reply, TITLE, _detail(reply))
    return done(f"{TITLE} has it in its own review queue as well")


def _hide(task: HostTask, post: Fields) -> Dialogue:
    if post.flag("hidden") or post.has("deleted_at"):
        return done(f"The post was hidden at {TITLE} already")
    if _is_pending(post):
        return (
            yield from _perform(
                post.identity("reviewable_id"), "agree_and_hide", f"{TITLE} hid the post"
            )
        )
    form = {"id": task.comment_id, "post_action_type_id": _INAPPROPRIATE, "take_action": True}
    reply = yield HostRequest.with_json("POST", "/post_actions.json", form)
    if reply.status == 422:  # noqa: PLR2004 - somebody flagged it since we looked
        again = yield from _read_post(task.comment_id)
        if isinstance(again, HostOutcome):
            return again
        if again.flag("hidden"):
            return done(f"The post was hidden at {TITLE} already")
        if _is_pending(again):
            return (
                yield from _perform(
                    again.identity("reviewable_id"), "agree_and_hide", f"{TITLE} hid the post"
                )
            )
    read_json(reply, TITLE, _detail(reply))
    return done(f"{TITLE} hid the post")


def _remove(task: HostTask, post: Fields) -> Dialogue:
    if post.has("deleted_at"):
        return done(f"The post was deleted at {TITLE} already")
    if _is_pending(post):
        return (
            yield from _perform(
                post.identity("reviewable_id"), "delete_and_agree", f"{TITLE} deleted the post"
            )
        )
    reply = yield HostRequest("DELETE", f"/posts/{task.comment_id}.json")
    if not is_good(reply):
        return failure(reply, TITLE, _detail(reply))
    return done(f"{TITLE} deleted the post")


def _show(task: HostTask, post: Fields) -> Dialogue:
    if post.has("deleted_at"):
        reply = yield HostRequest("PUT", f"/posts/{task.comment_id}/recover.json")
        if not is_good(reply):
            return failure(reply, TITLE, _detail(reply))
        if not post.flag("hidden"):
            return done(f"{TITLE} restored the post")
    if _is_pending(post):
        action = "disagree_and_restore" if post.flag("hidden") else "disagree"
        return (
            yield from _perform(
                post.identity("reviewable_id"),
                action,
                f"{TITLE} shows the post and closed its flag",
            )
        )
    if not post.flag("hidden"):
        return done(f"{TITLE} shows the post")
    reply = yield HostRequest("PUT", f"/posts/{task.comment_id}/unhide.json")
    if not is_good(reply):
        return failure(reply, TITLE, _detail(reply))
    return done(f"{TITLE} shows the post again")


def _item(post: Fields) -> str:
    return post.identity("reviewable_id")


def _is_pending(post: Fields) -> bool:
    return post.identity_or_none("reviewable_id") is not None and (
        post.number("reviewable_score_pending_count") > 0
    )


def _perform(item: str, action: str, said: str) -> Dialogue:
    """Close a review item at Discourse, naming its version; read it again when that is outdated."""
    reply = HostReply(None, error="not asked")
    for _ in range(_MOST_CONFLICTS):
        found = read_json((yield HostRequest("GET", f"/review/{item}.json")), TITLE)
        reviewable = Fields(found.get("reviewable") or found)
        if reviewable.number("status") != 0:
            return refused(f"Somebody at {TITLE} decided about it first", reply)
        version = reviewable.number("version")
        reply = yield HostRequest("PUT", f"/review/{item}/perform/{action}.json?version={version}")
        if is_good(reply):
            return done(said)
        if reply.status not in {409, 422}:
            return failure(reply, TITLE, _detail(reply))
    return refused(f"{TITLE} answered {reply.status}: somebody else is working on it", reply)


def _detail(reply: HostReply) -> str:
    errors = page_of((json_or_none(reply) or {}).get("errors"))
    return " ".join(str(error) for error in errors[:2])


def is_older(revision: str, known: str) -> bool:
    """Return whether a revision is older than one that is known; False when they are not ours."""
    mine, theirs = _ORDER.match(revision), _ORDER.match(known)
    return mine is not None and theirs is not None and mine[0] < theirs[0]

"""Invision Community 4.6+ and 5: its webhooks in, its REST API out.

Sources: invisioncommunity.com/developers (webhooks, REST API) and the board's own
``applications/forums/api/posts.php`` and ``topics.php``. A webhook request names no event and
carries no signature: each kind of event has an unguessable address of its own, and with an API
key only the id of the post is believed.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime

from moderation.domain.comment import Author, Comment, Thread, content_revision
from moderation.domain.host import (
    TEST_AUTHOR,
    HostAction,
    HostConnection,
    HostEvent,
    HostEventKind,
    HostOptions,
    HostTask,
    SecretPurpose,
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
)
from moderation.hosts.payload import Fields, page_of, read_body

TITLE = "Invision Community"
EVENTS = {
    SecretPurpose.POST_ADDRESS: "forumsTopicPost_create",
    SecretPurpose.TOPIC_ADDRESS: "forumsTopic_create",
}
PAGE_LENGTH = 50
_FIRST_POST_CODES = ("1F295/8", "1F295/B")
_REPORTED_CODE = "1S425/C"


def read_event(purpose: SecretPurpose, body: bytes, *, reads_back: bool) -> HostEvent:
    """Read a webhook request that came to one of the unguessable addresses.

    Parameters
    ----------
    purpose : SecretPurpose
        Which of them.
    reads_back : bool
        Whether the post itself is asked for by REST, so that nobody who learnt the address can
        put words into somebody's mouth.

    Raises
    ------
    InvalidInputError
        If the object is not of the kind that belongs to the address.
    """
    document = read_body(body)
    title: str | None = None
    address: str | None = None
    post = document
    if purpose is SecretPurpose.TOPIC_ADDRESS:
        post, title = document.inner("firstPost"), document.title("title")
        address = document.address("url")
    comment = _comment(post, title, address)
    is_test = comment.author is not None and comment.author.external_id == TEST_AUTHOR
    if reads_back and not is_test:
        thread = comment.thread.external_id if comment.thread else None
        task = HostTask(HostAction.READ, comment.external_id, thread)
        return HostEvent(HostEventKind.READ_BACK, task=task)
    return HostEvent(HostEventKind.POSTED, comment)


def _comment(post: Fields, title: str | None, address: str | None) -> Comment:
    text = post.text("content")
    return Comment(
        external_id=post.identity("id"),
        revision=content_revision(text, TextFormat.HTML),
        text=text,
        text_format=TextFormat.HTML,
        author=_author(post),
        thread=Thread(post.identity("item_id"), title, address),
        permalink=post.address("url"),
        posted_at=post.time("date"),
    )


def _author(post: Fields) -> Author | None:
    author = post.inner_or_none("author")
    if author is None:
        return None
    # A guest has the id 0; guests must not all be one person.
    identity, name = author.identity_or_none("id"), author.title("name")
    if identity in {None, "0"}:
        identity = f"guest:{name or ''}"[:190]
    return Author(
        identity or "guest:",
        name[:200] if name else None,
        joined_at=author.time("joined"),
        post_count=author.number("posts") if author.has("posts") else None,
    )


def headers(connection: HostConnection, api_key: str) -> dict[str, str]:
    """Return the header by which the board knows us: the key as user name of Basic."""
    del connection
    token = base64.b64encode(f"{api_key}:".encode()).decode("ascii")
    return {"Authorization": f"Basic {token}"}


def check() -> Dialogue:
    """Ask the board for its name."""
    reply = yield HostRequest("GET", "/api/core/hello")
    found = Fields(read_json(reply, TITLE, _detail(reply)))
    return done(f"{TITLE} answers as {found.title('communityName') or 'a board'}")


def act(task: HostTask, options: HostOptions) -> Dialogue:
    """Do one thing with a post."""
    if task.action is HostAction.READ:
        return (yield from _read(task, options))
    if task.action is HostAction.FLAG:
        return (yield from _report(task))
    if task.action is HostAction.REMOVE and options.removes_rejected:
        return (yield from _remove(task))
    hides = task.action is not HostAction.SHOW
    reply = yield _hidden("posts", task.comment_id, hides=hides)
    what = "post"
    if _code(reply) in _FIRST_POST_CODES and task.thread_id:
        # A topic's first post is hidden with its topic.
        reply, what = (yield _hidden("topics", task.thread_id, hides=hides)), "topic"
    return _settled(reply, f"{TITLE} {'hid' if hides else 'shows'} the {what}")


def _hidden(what: str, identity: str, *, hides: bool) -> HostRequest:
    # Never with the text: the board would store what it gave us, changed.
    form = {"hidden": int(hides)}
    return HostRequest.with_form("POST", f"/api/forums/{what}/{identity}", form)


def _remove(task: HostTask) -> Dialogue:
    reply = yield HostRequest("DELETE", f"/api/forums/posts/{task.comment_id}")
    if _code(reply) in _FIRST_POST_CODES and task.thread_id:
        # Others have answered in the topic: it is hidden, not deleted with their words.
        reply = yield _hidden("topics", task.thread_id, hides=True)
        return _settled(reply, f"{TITLE} hid the topic, whose first post it is")
    return _settled(reply, f"{TITLE} deleted the post")


def _report(task: HostTask) -> Dialogue:
    # The member in whose name it is reported comes with the task: the board wants one.
    form = {"author": task.name or "1", "report_type": 0, "message": task.message}
    path = f"/api/forums/posts/{task.comment_id}/report"
    reply = yield HostRequest.with_form("POST", path, form)
    if _code(reply) == _REPORTED_CODE:
        return done(f"{TITLE} has a report of it already")
    return _settled(reply, f"{TITLE} has it in its report centre as well")


def _settled(reply: HostReply, said: str) -> HostOutcome:
    if is_good(reply):
        return done(said)
    if reply.status == 404:  # noqa: PLR2004
        return done(f"The post is gone from {TITLE}")
    return failure(reply, TITLE, _detail(reply))


def _read(task: HostTask, options: HostOptions) -> Dialogue:
    reply = yield HostRequest("GET", f"/api/forums/posts/{task.comment_id}")
    if reply.status == 404:  # noqa: PLR2004 - deleted since, or never there
        return done(f"{TITLE} has no such post")
    post = Fields(read_json(reply, TITLE, _detail(reply)))
    topic_reply = yield HostRequest("GET", f"/api/forums/topics/{post.identity('item_id')}")
    topic = Fields(read_json(topic_reply, TITLE, _detail(topic_reply)))
    if _section(topic) in options.skipped_sections:
        return done("It stands in a forum that is not judged")
    comment = _comment(post, topic.title("title"), topic.address("url"))
    return done(f"{TITLE} gave the post", comments=(comment,))


def _section(topic: Fields) -> str | None:
    forum = topic.inner_or_none("forum")
    return forum.identity_or_none("id") if forum else None


def poll(since: datetime | None, options: HostOptions, *, most_pages: int = 10) -> Dialogue:
    """Read posts from the newest on, back to a time, so that a lost webhook loses no post.

    Parameters
    ----------
    since : datetime or None
        None reads one page: what was written before we came is not our affair.
    """
    found: list[Comment] = []
    topics: dict[str, Fields] = {}
    for page in range(1, (most_pages if since else 1) + 1):
        query = f"sortBy=date&sortDir=desc&perPage={PAGE_LENGTH}&page={page}"
        reply = yield HostRequest("GET", f"/api/forums/posts?{query}")
        document = read_json(reply, TITLE, _detail(reply))
        posts = [Fields(post) for post in page_of(document.get("results"))]
        fresh = [post for post in posts if since is None or _is_after(post, since)]
        for post in fresh:
            topic_id = post.identity("item_id")
            if topic_id not in topics:
                topic_reply = yield HostRequest("GET", f"/api/forums/topics/{topic_id}")
                topics[topic_id] = Fields(read_json(topic_reply, TITLE, _detail(topic_reply)))
            topic = topics[topic_id]
            if _section(topic) not in options.skipped_sections:
                found.append(_comment(post, topic.title("title"), topic.address("url")))
        if len(fresh) < PAGE_LENGTH:
            break
    return done(f"{TITLE} gave {len(found)} posts", comments=tuple(reversed(found)))


def _is_after(post: Fields, since: datetime) -> bool:
    at = post.time("date")
    return at is None or at >= since


def register(addresses: Mapping[SecretPurpose, str]) -> Dialogue:
    """Register our webhooks; ``known`` of the outcome holds the board's ids of them."""
    known: dict[str, str] = {}
    for purpose, event in EVENTS.items():
        form = {
            "events[]": [event],
            "url": addresses[purpose],
            "content_header": "application/json",
        }
        reply = yield HostRequest.with_form("POST", "/api/core/webhooks", form)
        made = Fields(read_json(reply, TITLE, _detail(reply)))
        known[event] = made.identity("id")
    return done(f"{TITLE} sends its events to us", known=known)


def unregister(webhook_ids: tuple[str, ...]) -> Dialogue:
    """Delete our webhooks at the board; one that is gone already is none of our worry."""
    for identity in webhook_ids:
        reply = yield HostRequest("DELETE", f"/api/core/webhooks/{identity}")
        if not is_good(reply) and reply.status != 404:  # noqa: PLR2004
            return failure(reply, TITLE, _detail(reply))
    return done(f"{TITLE} sends us nothing any more")


def _code(reply: HostReply) -> str:
    document = json_or_none(reply) or {}
    return str(document.get("errorCode", ""))


def _detail(reply: HostReply) -> str:
    document = json_or_none(reply) or {}
    code, message = document.get("errorCode"), document.get("errorMessage")
    return " ".join(str(part) for part in (code, message) if part)

"""Coral Talk: its external moderation phase, its webhook, and its GraphQL API.

Sources: ``server/EXTERNAL_MODERATION_PHASES.md``, ``server/WEBHOOKS.md`` and
``server/src/core/server/services/comments/pipeline/phases/external.ts`` of coralproject/talk.

The phase asks before a comment has an id. The webhook names it later; then Coral is asked for that
comment, and author, story and text tell which one of ours it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from classifiers.labels import Label
from moderation.domain.comment import Author, Comment, Parent, Thread, content_revision
from moderation.domain.host import (
    HostAction,
    HostConnection,
    HostEvent,
    HostEventKind,
    HostOptions,
    HostTask,
)
from moderation.domain.text_format import TextFormat
from moderation.domain.verdict import LabelScore, Verdict
from moderation.hosts.dialogue import (
    Dialogue,
    HostOutcome,
    HostRefusalError,
    HostReply,
    HostRequest,
    OutcomeState,
    done,
    read_json,
    refused,
)
from moderation.hosts.payload import Fields, page_of, read_body

TITLE = "Coral"
SIGNATURE_HEADER = "X-Coral-Signature"
_COMMENTER = "COMMENTER"
_STAFF = ("STAFF", "MODERATOR", "ADMIN")
_JOINABLE = ("COMMENT_CREATED", "COMMENT_REPLY_CREATED")

_REJECTION_CODES = {
    Label.IDENTITY_ATTACK: "HATE_SPEECH",
    Label.THREAT: "HARASSMENT_BULLYING",
    Label.INSULT: "HARASSMENT_BULLYING",
    Label.PROFANITY: "OFFENSIVE",
    Label.ABUSIVE: "ABUSIVE",
}

_COMMENT = """query($id: ID!) { comment(id: $id) {
  id body status parent { id } author { id } story { id } revision { id } } }"""
_WHO = "query { viewer { id username role } }"


def _mutation(name: str) -> str:
    return f"""mutation($id: ID!, $revision: ID!) {{ {name}(input: {{
  clientMutationId: "", commentID: $id, commentRevisionID: $revision }}) {{
  comment {{ id status }} }} }}"""


def read_phase(body: bytes) -> Comment:
    """Read what the external moderation phase asks about.

    Raises
    ------
    InvalidInputError
        Naming the field that is wrong.
    """
    document = read_body(body)
    comment, author, story = (document.inner(name) for name in ("comment", "author", "story"))
    text = comment.text("body")
    parent = comment.identity_or_none("parentID")
    writer, place = author.identity("id"), story.identity("id")
    return Comment(
        external_id=comment_id(writer, place, parent, text),
        revision=content_revision(text, TextFormat.HTML),
        text=text,
        text_format=TextFormat.HTML,
        author=Author(writer, is_trusted=(author.title("role") or _COMMENTER) != _COMMENTER),
        thread=Thread(place, None, story.address("url")),
        parent=Parent(parent) if parent else None,
        permalink=story.address("url"),
    )


def comment_id(author: str, story: str, parent: str | None, body: str) -> str:
    """Return our id for a comment that Coral has given none yet."""
    raw = "\0".join((author, story, parent or "", body))
    return f"coral-{hashlib.sha256(raw.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def phase_answer(
    verdict: Verdict, scores: Sequence[LabelScore], options: HostOptions, *, is_staff: bool
) -> dict[str, Any]:
    """Return the phase's answer; empty when we have no opinion.

    Parameters
    ----------
    is_staff : bool
        Whether the author is one of the site's staff.
    """
    answer: dict[str, Any] = {}
    if verdict is Verdict.HOLD:
        answer["status"] = options.hold_status
    elif verdict is Verdict.PUBLISH and options.approves:
        answer["status"] = "APPROVED"
    if verdict is not Verdict.PUBLISH:
        answer["actions"] = [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}]
    if answer.get("status") == "REJECTED":
        answer["moderationAction"] = {"status": "REJECTED", "rejectionReason": _reason(scores)}
    if is_staff and options.tags_staff:
        answer["tags"] = ["STAFF"]
    return answer


def _reason(scores: Sequence[LabelScore]) -> dict[str, str]:
    over = sorted((row for row in scores if row.score >= row.threshold), key=lambda row: -row.score)
    detail = ", ".join(f"{row.label.value} {row.score:.2f}" for row in over) or "held to be safe"
    for label, code in _REJECTION_CODES.items():
        if any(row.label is label for row in over):
            return {"code": code, "detailedExplanation": detail}
    return {"code": "OTHER", "customReason": "Held for review", "detailedExplanation": detail}


def read_event(body: bytes) -> HostEvent:
    """Read a webhook request whose signature was right.

    Raises
    ------
    InvalidInputError
        Naming the field that is wrong.
    """
    document = read_body(body)
    kind, event_id = document.title("type") or "", document.identity_or_none("id")
    if kind not in _JOINABLE:
        return HostEvent(HostEventKind.IGNORED, event_id=event_id, why=f"no need of {kind[:40]}")
    data = document.inner("data")
    task = HostTask(HostAction.READ, data.identity("commentID"), data.identity_or_none("storyID"))
    return HostEvent(HostEventKind.READ_BACK, task=task, event_id=event_id)


def headers(connection: HostConnection, api_key: str) -> dict[str, str]:
    """Return the headers by which Coral knows us."""
    del connection
    return {"Authorization": f"Bearer {api_key}"}


def check() -> Dialogue:
    """Ask who we are."""
    data = _data((yield _query(_WHO, {})))
    viewer = Fields(data.get("viewer") or {})
    role = viewer.title("role")
    if role not in _STAFF[1:]:
        return refused(f"{TITLE} knows us as {viewer.title('username')}, who is no moderator")
    return done(f"{TITLE} knows us as {viewer.title('username')}")


def act(task: HostTask, options: HostOptions) -> Dialogue:
    """Do one thing with a comment."""
    del options
    if task.action is HostAction.READ:
        return (yield from _name(task))
    if task.name is None:
        said = f"{TITLE} has not told the comment's id yet; is its webhook set up?"
        return HostOutcome(OutcomeState.LATER, said)
    identity, _, revision = task.name.partition("/")
    is_shown = task.action is HostAction.SHOW
    mutation = _mutation("approveComment" if is_shown else "rejectComment")
    data = _data((yield _query(mutation, {"id": identity, "revision": revision})))
    if not data:
        return refused(f"{TITLE} did not say what it did")
    return done(f"{TITLE} {'approved' if is_shown else 'rejected'} the comment")


def _name(task: HostTask) -> Dialogue:
    found = _data((yield _query(_COMMENT, {"id": task.comment_id}))).get("comment")
    if found is None:
        return done(f"The comment is gone from {TITLE}")
    comment = Fields(found, "comment")
    parent = comment.inner_or_none("parent")
    ours = comment_id(
        comment.inner("author").identity("id"),
        comment.inner("story").identity("id"),
        parent.identity("id") if parent else None,
        comment.text("body"),
    )
    name = f"{comment.identity('id')}/{comment.inner('revision').identity('id')}"
    return done(f"{TITLE} told the comment's id", name=(ours, name))


def _query(query: str, variables: dict[str, str]) -> HostRequest:
    return HostRequest.with_json("POST", "/api/graphql", {"query": query, "variables": variables})


def _data(reply: HostReply) -> dict[str, Any]:
    document = read_json(reply, TITLE)
    errors = page_of(document.get("errors"))
    if errors:
        said = str(errors[0].get("message", "")) if isinstance(errors[0], dict) else ""
        raise HostRefusalError(refused(f"{TITLE} refused: {said[:200]}", reply))
    data = document.get("data")
    return data if isinstance(data, dict) else {}

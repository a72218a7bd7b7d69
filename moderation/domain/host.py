"""Forum software that we speak to in its own words: which, where, and what it is asked to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from moderation.domain.comment import Comment
from moderation.domain.errors import InvalidInputError
from moderation.domain.forum import check_callback_url


class HostKind(StrEnum):
    """Forum software with a room of its own in ``moderation/hosts/``."""

    DISCOURSE = "discourse"
    INVISION = "invision"
    CORAL = "coral"


class HostAction(StrEnum):
    """What a host is asked to do with a comment."""

    FLAG = "flag"
    HIDE = "hide"
    SHOW = "show"
    REMOVE = "remove"
    READ = "read"
    CHECK = "check"


class SecretPurpose(StrEnum):
    """What a secret that we share with a host is for.

    ``api_key`` opens the host's REST API, ``webhook`` signs what the host sends, and the others
    are the unguessable part of an address, one for each kind of event.
    """

    API_KEY = "api_key"
    WEBHOOK = "webhook"
    POST_ADDRESS = "post_address"
    TOPIC_ADDRESS = "topic_address"


TEST_AUTHOR = "moderation-doctor"
"""The author of test events: they are scored, never stored, and make the host be asked for a sign
of life."""

HOLD_STATUSES = ("SYSTEM_WITHHELD", "PREMOD", "REJECTED")


@dataclass(frozen=True, slots=True)
class HostOptions:
    """What the operator wants of one host.

    Attributes
    ----------
    skipped_sections : tuple[str, ...]
        The host's ids of categories or forums whose comments are not judged.
    takes_private_messages : bool
        Whether private messages are judged.
    flags : bool
        Whether the host's own moderators are shown what is flagged.
    removes_rejected : bool
        Whether a rejected comment is removed; else it is hidden.
    hold_status : str
        Coral's status for what is held.
    approves : bool
        Whether Coral is told to approve what is published, past its own later checks.
    tags_staff : bool
        Whether Coral's staff get the tag STAFF.
    webhook_ids : tuple[str, ...]
        What the host calls the webhooks that we registered there.
    """

    skipped_sections: tuple[str, ...] = ()
    takes_private_messages: bool = False
    flags: bool = True
    removes_rejected: bool = False
    hold_status: str = HOLD_STATUSES[0]
    approves: bool = False
    tags_staff: bool = False
    webhook_ids: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Return the JSON-ready document."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> HostOptions:
        """Read what `to_document` wrote; names of other versions are passed over."""
        known = {one.name for one in fields(cls)}
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in document.items()
            if name in known
        }
        return cls(**kept)


@dataclass(frozen=True, slots=True)
class HostConnection:
    """How a forum's software is reached.

    Attributes
    ----------
    address : str or None
        Where it stands, without a slash at the end; None when it is only listened to.
    allows_private : bool
        Whether that address may be a private one, or plain HTTP.
    actor : str or None
        In whose name we act there: Discourse's user name, Invision's member id.
    """

    forum_id: int
    kind: HostKind
    address: str | None = None
    allows_private: bool = False
    actor: str | None = None
    options: HostOptions = field(default_factory=HostOptions)


@dataclass(frozen=True, slots=True)
class HostTask:
    """One thing for a host to do, as the outbox keeps it; holds no comment text.

    Attributes
    ----------
    comment_id : str
        The forum's id of the comment.
    thread_id : str or None
    name : str or None
        The host's own name for it, where that became known later than the comment.
    message : str
        Why, for the host's moderators.
    """

    action: HostAction
    comment_id: str = ""
    thread_id: str | None = None
    name: str | None = None
    message: str = ""

    def to_json(self) -> str:
        """Return the text that the outbox keeps."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> HostTask:
        """Read what `to_json` wrote."""
        document = json.loads(text)
        return cls(**{**document, "action": HostAction(document["action"])})


class HostEventKind(StrEnum):
    """What a host tells."""

    POSTED = "posted"
    REMOVED = "removed"
    RECOVERED = "recovered"
    READ_BACK = "read_back"
    PING = "ping"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class HostEvent:
    """Something that happened at a host.

    Attributes
    ----------
    comment : Comment or None
        For ``posted``, ``removed`` and ``recovered``.
    task : HostTask or None
        For ``read_back``: what the host shall be asked.
    event_id : str or None
        The host's own id of the event, the same when it is sent again.
    why : str
        For ``ignored``.
    """

    kind: HostEventKind
    comment: Comment | None = None
    task: HostTask | None = None
    event_id: str | None = None
    why: str = ""


def check_address(address: str, *, allows_private: bool) -> str:
    """Return a host's address without a slash at its end, or raise `InvalidInputError`."""
    expected = "expected https://host[:port][/path] without user name, query or fragment"
    try:
        check_callback_url(address)
    except InvalidInputError:
        raise InvalidInputError("That is no address.", fields={"address": expected}) from None
    parts = urlsplit(address)
    if parts.query or parts.fragment:
        raise InvalidInputError("That is no address.", fields={"address": expected})
    if parts.scheme != "https" and not allows_private:
        raise InvalidInputError(
            "A key must not travel in the clear.",
            fields={"address": f"{expected}; plain http only with --allow-private"},
        )
    return address.rstrip("/")


HOST_EVENT_PREFIX = "host."


def event_type_of(action: HostAction) -> str:
    """Return how the outbox calls a task for a host."""
    return f"{HOST_EVENT_PREFIX}{action.value}"


def is_for_host(event_type: str) -> bool:
    """Return whether a message of the outbox is a task for a host."""
    return event_type.startswith(HOST_EVENT_PREFIX)

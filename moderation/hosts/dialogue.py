"""How a conversation with a host's API is written down without holding it.

A dialogue is a generator: it yields requests, is sent replies, and returns an outcome. Who sends
the requests is the delivery worker's affair.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from moderation.domain.comment import Comment


@dataclass(frozen=True, slots=True)
class HostRequest:
    """One request to a host.

    Attributes
    ----------
    path : str
        With its query, from the host's address on.
    """

    method: str
    path: str
    body: bytes = b""
    content_type: str | None = None

    @classmethod
    def with_json(cls, method: str, path: str, document: Mapping[str, Any]) -> HostRequest:
        """Make a request with a JSON body."""
        body = json.dumps(document, separators=(",", ":")).encode()
        return cls(method, path, body, "application/json")

    @classmethod
    def with_form(cls, method: str, path: str, form: Mapping[str, Any]) -> HostRequest:
        """Make a request with a form; a list is sent as a repeated field."""
        body = urlencode(form, doseq=True).encode()
        return cls(method, path, body, "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class HostReply:
    """What the host answered; ``status`` is None when it did not, and ``error`` says why."""

    status: int | None
    body: bytes = b""
    error: str | None = None
    retry_after: str | None = None


class OutcomeState(StrEnum):
    """How a dialogue ended: done, refused for good, or to be tried again later."""

    DONE = "done"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class HostOutcome:
    """What came of a dialogue.

    Attributes
    ----------
    said : str
        In a sentence for moderators; never holds comment text.
    comments : tuple[Comment, ...]
        What was read.
    name : tuple[str, str] or None
        A comment's id with us, and the host's own name for it.
    known : Mapping[str, str]
        Other things learnt, by name.
    """

    state: OutcomeState
    said: str
    status: int | None = None
    retry_after: str | None = None
    comments: tuple[Comment, ...] = ()
    name: tuple[str, str] | None = None
    known: Mapping[str, str] = field(default_factory=dict)


Dialogue = Generator[HostRequest, HostReply, HostOutcome]


class HostRefusalError(Exception):
    """Ends a dialogue early with an outcome."""

    def __init__(self, outcome: HostOutcome) -> None:
        super().__init__(outcome.said)
        self.outcome = outcome


_MENDABLE = frozenset({401, 408, 425, 429})
"""An operator mends a wrong key, and patience the others: what is refused so is tried again."""


def done(said: str, **learnt: Any) -> HostOutcome:
    """Return a good end."""
    return HostOutcome(OutcomeState.DONE, said, **learnt)


def refused(said: str, reply: HostReply | None = None) -> HostOutcome:
    """Return an end that no other try would change."""
    return HostOutcome(OutcomeState.REFUSED, said, reply.status if reply else None)


def is_good(reply: HostReply) -> bool:
    """Return whether the host did what it was asked."""
    return reply.status is not None and 200 <= reply.status < 300  # noqa: PLR2004 - RFC 9110


def failure(reply: HostReply, title: str, detail: str = "") -> HostOutcome:
    """Return the end that any other answer than the hoped-for one means.

    Parameters
    ----------
    title : str
        The host's name.
    detail : str
        What the host itself says about it.
    """
    if reply.status is None:
        return HostOutcome(OutcomeState.LATER, f"{title}: {reply.error}")
    said = f"{title} answered {reply.status}"
    if detail:
        said += f": {detail[:200]}"
    if reply.status == 401:  # noqa: PLR2004
        said += "; is the API key right?"
    elif 300 <= reply.status < 400:  # noqa: PLR2004
        said += "; redirects are not followed, is the address right?"
    is_final = 400 <= reply.status < 500 and reply.status not in _MENDABLE  # noqa: PLR2004
    state = OutcomeState.REFUSED if is_final else OutcomeState.LATER
    return HostOutcome(state, said, reply.status, reply.retry_after)


def read_json(reply: HostReply, title: str, detail: str = "") -> dict[str, Any]:
    """Return a good reply's JSON object.

    Raises
    ------
    HostRefusalError
        If the reply is not good or holds no JSON object.
    """
    if not is_good(reply):
        raise HostRefusalError(failure(reply, title, detail))
    found = json_or_none(reply)
    if found is None:
        said = f"{title} answered {reply.status} with something that is not its API's JSON"
        raise HostRefusalError(
            HostOutcome(OutcomeState.LATER, f"{said}; is the address right?", reply.status)
        )
    return found


def json_or_none(reply: HostReply) -> dict[str, Any] | None:
    """Return a reply's JSON object, None when it holds none."""
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

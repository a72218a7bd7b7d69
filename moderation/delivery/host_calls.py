"""Hold a dialogue with a host: each request by the guarded sender, all within one deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from moderation.delivery.sender import Answer, exchange
from moderation.domain.errors import InvalidInputError
from moderation.domain.host import HostConnection
from moderation.hosts.adapters import ADAPTERS
from moderation.hosts.dialogue import (
    Dialogue,
    HostOutcome,
    HostRefusalError,
    HostReply,
    HostRequest,
    OutcomeState,
)

MOST_ANSWER_BYTES = 4_000_000
"""A page of fifty long posts fits; nothing that fills our memory does."""

_USER_AGENT = "comment-moderation"

Exchange = Callable[..., Answer]


def hold(
    dialogue: Dialogue,
    connection: HostConnection,
    api_key: str,
    *,
    timeout_s: float,
    send: Exchange = exchange,
) -> HostOutcome:
    """Ask, hand over the reply, until the dialogue has an outcome.

    Parameters
    ----------
    timeout_s : float
        For the whole dialogue, in seconds: what is not done by then is tried again later.
    """
    title = ADAPTERS[connection.kind].title
    headers = ADAPTERS[connection.kind].headers(connection, api_key)
    deadline = time.monotonic() + timeout_s
    try:
        request = next(dialogue)
        while True:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                said = f"{title} took longer than {timeout_s:g} s"
                return HostOutcome(OutcomeState.LATER, said)
            answer = _ask(request, connection, headers, timeout_s=left_s, send=send)
            request = dialogue.send(
                HostReply(answer.status, answer.body, answer.error, answer.retry_after)
            )
    except StopIteration as end:
        outcome: HostOutcome = end.value
        return outcome
    except HostRefusalError as end:
        return end.outcome
    except InvalidInputError as error:
        # The host speaks JSON, but not the fields that its API has.
        named = ", ".join(f"{name}: {expected}" for name, expected in error.fields.items())
        return HostOutcome(OutcomeState.LATER, f"{title} answered with wrong fields ({named})")
    finally:
        dialogue.close()


def _ask(
    request: HostRequest,
    connection: HostConnection,
    headers: Mapping[str, str],
    *,
    timeout_s: float,
    send: Exchange,
) -> Answer:
    if connection.address is None:
        return Answer(None, error="it has no address now")
    own = {"accept": "application/json", "user-agent": _USER_AGENT, **headers}
    if request.content_type is not None:
        own["content-type"] = request.content_type
    return send(
        request.method,
        connection.address + request.path,
        own,
        request.body,
        timeout_s=timeout_s,
        allows_private=connection.allows_private,
        most_bytes=MOST_ANSWER_BYTES,
    )

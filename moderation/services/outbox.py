"""The outbox as the delivery worker and the desk see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation.domain.errors import ConflictError, NotFoundError
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services.roles import require_role_in
from moderation.services.runtime import Runtime
from moderation.storage import deliveries, forums
from moderation.storage.database import Connection
from moderation.storage.deliveries import Delivery
from moderation.storage.events import append_event
from moderation.storage.users import User

__all__ = [
    "Delivery",
    "Leased",
    "Settlement",
    "counts_by_state",
    "deliveries_page",
    "delivery",
    "lease",
    "replay",
    "settle",
]


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that is ours to send, with the secrets to sign it."""

    delivery: Delivery
    token: str
    secrets: Sequence[str]


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one try ended.

    Attributes
    ----------
    state : str
        ``delivered``, ``pending`` (try again) or ``parked`` (given up).
    next_attempt_at : datetime
        When to try again; without meaning unless pending.
    status : int or None
        The receiver's HTTP status, if it answered.
    error : str or None
        What went wrong, in a sentence.
    said : str or None
        What a host answered, in a sentence for moderators.
    """

    state: str
    next_attempt_at: datetime
    status: int | None
    error: str | None
    said: str | None = None


def lease(runtime: Runtime, *, limit: int, lease_s: float) -> list[Leased]:
    """Take messages that are due; another worker gets them only after the lease ran out."""
    with runtime.database.read() as connection:
        if not deliveries.is_due(connection, now=runtime.clock()):
            return []  # without the lock that all writers wait for
    with runtime.database.write() as connection:
        now, token = runtime.clock(), runtime.new_token()
        taken = deliveries.lease_due(
            connection, now=now, until=now + timedelta(seconds=lease_s), token=token, limit=limit
        )
        secrets = {
            forum_id: forums.signing_secrets(connection, forum_id, now=now)
            for forum_id in {delivery.forum_id for delivery in taken}
        }
    return [Leased(delivery, token, secrets[delivery.forum_id]) for delivery in taken]


def settle(runtime: Runtime, leased: Leased, settlement: Settlement) -> None:
    """Write down how a try ended."""
    delivery = leased.delivery
    with runtime.database.write() as connection:
        now = runtime.clock()
        is_ours = deliveries.settle(
            connection,
            delivery.id,
            leased.token,
            state=settlement.state,
            next_attempt_at=settlement.next_attempt_at,
            status=settlement.status,
            error=settlement.error,
            at=now,
        )
        if is_ours:
            _write_down(connection, delivery, settlement, at=now)


def _write_down(
    connection: Connection, delivery: Delivery, settlement: Settlement, *, at: datetime
) -> None:
    """Write an end into the history; of a host's tries also the first that failed."""
    state = settlement.state
    if state == "pending":
        if settlement.said is None or delivery.attempts != 1:
            return
        state = "delayed"
    said = {"said": settlement.said} if settlement.said is not None else {}
    append_event(
        connection,
        state,
        at=at,
        actor="worker",
        forum_id=delivery.forum_id,
        comment_pk=delivery.comment_pk,
        details={"event": delivery.event_type, "status": settlement.status, **said},
    )


def deliveries_page(
    runtime: Runtime,
    reach: Reach,
    *,
    state: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Delivery]:
    """Return messages, newest first."""
    with runtime.database.read() as connection:
        return deliveries.list_deliveries(
            connection, reach.forums(), state=state, before=before, limit=limit
        )


def delivery(runtime: Runtime, delivery_id: int) -> Delivery | None:
    """Return one message."""
    with runtime.database.read() as connection:
        return deliveries.delivery_by_id(connection, delivery_id)


def counts_by_state(runtime: Runtime, reach: Reach) -> dict[str, int]:
    """Return how many messages there are in each state."""
    with runtime.database.read() as connection:
        return deliveries.count_by_state(connection, reach.forums())


def replay(runtime: Runtime, user: User, delivery_id: int) -> None:
    """Send a closed message again, under the same ``webhook-id``.

    Raises
    ------
    NotFoundError
        If there is no such message for this person.
    ConflictError
        If it is waiting to be sent anyway.
    """
    with runtime.database.write() as connection:
        delivery = deliveries.delivery_by_id(connection, delivery_id)
        if delivery is None:
            raise NotFoundError("No such delivery.")
        require_role_in(user, delivery.forum_id, Role.SENIOR)
        if not deliveries.replay(connection, delivery_id, at=runtime.clock()):
            raise ConflictError("This delivery is waiting to be sent already.")
        append_event(
            connection,
            "replayed",
            at=runtime.clock(),
            actor=user.username,
            forum_id=delivery.forum_id,
            comment_pk=delivery.comment_pk,
            details={"delivery_id": delivery_id},
        )

"""The loop: lease what is due, send it, write down how it went."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from moderation.delivery.host_tasks import HostTasks
from moderation.delivery.retry_plan import settle_answer, settle_host_outcome
from moderation.delivery.sender import Answer, post
from moderation.domain.host import is_for_host
from moderation.domain.webhook_signature import sign_headers
from moderation.services import outbox
from moderation.services.outbox import Delivery, Leased, Settlement
from moderation.services.rounds import attempt, work_until
from moderation.services.runtime import Runtime

_log = logging.getLogger(__name__)

IDLE_S = 1.0
"""How long a worker without work waits before it looks again, in seconds."""

BATCH = 16
_LEASE_MARGIN_S = 10.0
"""What a name's resolution and writing down the answer may take beside the request. After a crash a
message waits so long; if it takes longer, the message is sent twice, under the same id."""

Post = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How to send.

    Attributes
    ----------
    timeout_s : float
        Deadline of one request, in seconds.
    most_attempts : int
        Tries before a message is parked.
    """

    timeout_s: float = 10.0
    most_attempts: int = 10


class DeliveryWorker:
    """Sends what is due. Any number of workers may run: each message is leased to one."""

    def __init__(self, runtime: Runtime, settings: DeliverySettings, *, send: Post = post) -> None:
        self._runtime = runtime
        self._settings = settings
        self._send = send
        self._hosts = HostTasks(runtime, timeout_s=settings.timeout_s)

    def run_once(self) -> int:
        """Send one batch; returns how many messages were tried."""
        lease_s = self._settings.timeout_s + _LEASE_MARGIN_S
        batch = outbox.lease(self._runtime, limit=BATCH, lease_s=lease_s)
        if batch:
            with ThreadPoolExecutor(max_workers=BATCH, thread_name_prefix="delivery") as pool:
                list(pool.map(self._deliver, batch))
        return len(batch)

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop; outlives a database that goes away."""
        work_until(stop, lambda: self.run_once() > 0, idle_s=IDLE_S, what="deliveries")

    def _deliver(self, leased: Leased) -> None:
        delivery = leased.delivery
        settlement = attempt(
            lambda: self._settled(leased),
            lambda error: self._not_sent(delivery, error),
            what=f"delivery {delivery.message_id}",
        )
        if settlement.state != "delivered":
            _log.warning(
                "delivery %s of %s: %s, %s",
                delivery.message_id,
                delivery.forum_slug,
                settlement.error,
                settlement.state,
            )
        outbox.settle(self._runtime, leased, settlement)

    def _not_sent(self, delivery: Delivery, error: Exception) -> Settlement:
        # One bad message must not end the worker: it is tried again, and parked in the end.
        why = f"it could not be sent: {type(error).__name__}"
        return settle_answer(status=None, retry_after=None, error=why, **self._try(delivery))

    def _settled(self, leased: Leased) -> Settlement:
        delivery = leased.delivery
        if is_for_host(delivery.event_type):
            outcome = self._hosts.do(delivery)
            return settle_host_outcome(outcome, **self._try(delivery))
        answer = self._answer(leased)
        return settle_answer(
            status=answer.status,
            retry_after=answer.retry_after,
            error=answer.error,
            **self._try(delivery),
        )

    def _try(self, delivery: Delivery) -> Any:
        return {
            "attempts": delivery.attempts,
            "most_attempts": self._settings.most_attempts,
            "message_id": delivery.message_id,
            "now": self._runtime.clock(),
        }

    def _answer(self, leased: Leased) -> Answer:
        delivery = leased.delivery
        if delivery.callback_url is None:
            return Answer(None, error="the forum has no callback address now")
        signed = sign_headers(
            leased.secrets, delivery.message_id, self._runtime.clock(), delivery.payload
        )
        headers = {"content-type": "application/json", "user-agent": "comment-moderation", **signed}
        return self._send(
            delivery.callback_url,
            headers,
            delivery.payload.encode("utf-8"),
            timeout_s=self._settings.timeout_s,
            allows_private=delivery.allows_private_callback,
        )

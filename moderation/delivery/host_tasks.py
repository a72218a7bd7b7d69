"""Do what the outbox wants of a host, and take what the host gives back."""

from __future__ import annotations

from dataclasses import replace

from moderation.delivery.host_calls import Exchange, hold
from moderation.delivery.sender import exchange
from moderation.domain.host import HostAction, HostTask
from moderation.hosts.adapters import ADAPTERS
from moderation.hosts.dialogue import HostOutcome, OutcomeState
from moderation.services import host_intake
from moderation.services.outbox import Delivery
from moderation.services.runtime import Runtime


class HostTasks:
    """Does tasks one at a time; any number of threads may use it."""

    def __init__(self, runtime: Runtime, *, timeout_s: float, send: Exchange = exchange) -> None:
        self._runtime = runtime
        self._timeout_s = timeout_s
        self._send = send

    def do(self, delivery: Delivery) -> HostOutcome:
        """Hold the dialogue that a delivery asks for."""
        task = HostTask.from_json(delivery.payload)
        ready = host_intake.prepare(self._runtime, delivery.forum_id, task)
        if ready is None:
            return HostOutcome(OutcomeState.REFUSED, "The forum is connected to no host now")
        connection = ready.connection
        adapter = ADAPTERS[connection.kind]
        outcome = hold(
            adapter.dialogue(replace(task, name=ready.name), connection.options),
            connection,
            ready.api_key,
            timeout_s=self._timeout_s,
            send=self._send,
        )
        if task.action is HostAction.READ and outcome.state is OutcomeState.DONE:
            host_intake.take_read(
                self._runtime, ready.forum, outcome, request_id=delivery.message_id
            )
        return outcome

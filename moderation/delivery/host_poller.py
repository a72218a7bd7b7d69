"""Read boards from time to time, so that a lost webhook loses no comment."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from moderation.delivery.host_calls import Exchange, hold
from moderation.delivery.sender import exchange
from moderation.domain.host import HostConnection, HostKind
from moderation.hosts import invision
from moderation.hosts.dialogue import OutcomeState
from moderation.services import host_polls
from moderation.services.rounds import work_until
from moderation.services.runtime import Runtime

_log = logging.getLogger(__name__)

IDLE_S = 15.0
"""How long to wait before looking again whether a board is due, in seconds."""

OVERLAP = timedelta(minutes=5)
"""How far behind the last look we begin: boards give posts their time before they show them."""


class HostPoller:
    """Polls what is due. Any number may run: each board is taken by one."""

    def __init__(self, runtime: Runtime, *, timeout_s: float, send: Exchange = exchange) -> None:
        self._runtime = runtime
        self._timeout_s = timeout_s
        self._send = send

    def run(self, stop: threading.Event) -> None:
        """Poll until told to stop."""
        work_until(stop, self.run_once, idle_s=IDLE_S, what="polls of boards")

    def run_once(self) -> bool:
        """Poll one board that is due; returns whether there was one."""
        due = host_polls.lease(self._runtime, HostKind.INVISION)
        if due is None:
            return False
        started = self._runtime.clock()
        is_done = self._poll(due.connection, due.api_key, due.since)
        host_polls.settle(
            self._runtime, due.connection.forum_id, read_until=started if is_done else None
        )
        return True

    def _poll(self, connection: HostConnection, api_key: str, since: datetime | None) -> bool:
        begin = since - OVERLAP if since is not None else None
        outcome = hold(
            invision.poll(begin, connection.options),
            connection,
            api_key,
            timeout_s=self._timeout_s * 3,
            send=self._send,
        )
        if outcome.state is not OutcomeState.DONE:
            _log.warning("poll of forum %s: %s", connection.forum_id, outcome.said)
            return False
        host_polls.take(self._runtime, connection.forum_id, outcome.comments)
        return True

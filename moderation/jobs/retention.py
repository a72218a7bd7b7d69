"""The retention worker: erases what a forum keeps no longer, a little at a time."""

from __future__ import annotations

import logging
import threading

from moderation.services.retention import enforce_step
from moderation.services.rounds import work_until
from moderation.services.runtime import Runtime

_log = logging.getLogger(__name__)

IDLE_S = 300.0
"""How long to wait when nothing is due, in seconds: rules count in days."""

PAUSE_S = 0.2
"""Rest after each step, in seconds, so that requests come between."""


class RetentionWorker:
    """Carries out the forums' rules. Any number may run: each forum is taken by one."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def run(self, stop: threading.Event) -> None:
        """Erase until told to stop; outlives a database that goes away."""

        def one_round() -> bool:
            changed = enforce_step(self._runtime)
            if changed:
                _log.info("retention: %s rows", changed)
                stop.wait(PAUSE_S)
            return changed > 0

        work_until(stop, one_round, idle_s=IDLE_S, what="retention")

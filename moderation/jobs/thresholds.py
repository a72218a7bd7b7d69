"""The thresholds' worker: asks the rules anew when another model has come in force."""

from __future__ import annotations

import logging
import threading

from moderation.services.rounds import work_until
from moderation.services.runtime import Runtime
from moderation.services.threshold_changes import recompute_stale

_log = logging.getLogger(__name__)

IDLE_S = 10.0
"""How often it looks, in seconds. Until then the model's own threshold stands in."""


class ThresholdWorker:
    """Keeps every forum's rules computed for the model in force, whoever promoted it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop; outlives a database that goes away."""
        work_until(stop, self._run_once, idle_s=IDLE_S, what="thresholds")

    def _run_once(self) -> bool:
        for policy in recompute_stale(self._runtime):
            _log.info("thresholds computed anew: policy %s", policy.version)
        return False

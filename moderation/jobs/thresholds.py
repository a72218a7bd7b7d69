"""The thresholds' worker: asks the rules anew when another model has come in force."""

from __future__ import annotations

import logging
import threading

from moderation.domain.errors import StorageUnavailableError
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
        while not stop.is_set():
            try:
                for policy in recompute_stale(self._runtime):
                    _log.info("thresholds computed anew: policy %s", policy.version)
            except StorageUnavailableError:
                _log.warning("the database is away; thresholds wait")
            except Exception:  # noqa: BLE001 - the worker's edge
                _log.exception("thresholds could not be computed")
            stop.wait(IDLE_S)

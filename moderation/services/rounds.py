"""What every background worker shares: work until told to stop, whatever one round meets."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from moderation.domain.errors import StorageUnavailableError

_log = logging.getLogger(__name__)


def work_until(
    stop: threading.Event, one_round: Callable[[], bool], *, idle_s: float, what: str
) -> None:
    """Run rounds until told to stop; outlives a database that goes away and a round that fails.

    Parameters
    ----------
    stop : threading.Event
    one_round : callable
        Does what there is to do; says whether there was something, and then runs again at once.
    idle_s : float
        Pause after a round with nothing to do or a failed one, in seconds.
    what : str
        The work, for the log.
    """
    while not stop.is_set():
        did_something = False
        try:
            did_something = one_round()
        except StorageUnavailableError:
            _log.warning("the database is away; %s wait", what)
        except Exception:  # noqa: BLE001 - the workers' one edge: a thread that ends serves nobody
            _log.exception("%s: a round failed", what)
        if not did_something:
            stop.wait(idle_s)

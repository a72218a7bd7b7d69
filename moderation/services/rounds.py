"""What every background worker shares: work until told to stop, whatever one round meets."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from moderation.domain.errors import StorageUnavailableError

_log = logging.getLogger(__name__)


_T = TypeVar("_T")


def attempt(work: Callable[[], _T], recover: Callable[[Exception], _T], *, what: str) -> _T:
    """Run one piece of a worker's work: whatever it meets, the worker goes on.

    Parameters
    ----------
    work : callable
    recover : callable
        Given the error; its answer stands for that of the work.
    what : str
        The work, for the log.

    Raises
    ------
    StorageUnavailableError
        Passed on: without the database nothing can be recovered either.
    """
    try:
        return work()
    except StorageUnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - the workers' one edge: a thread that ends serves nobody
        _log.exception("%s failed", what)
        return recover(error)


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
            did_something = attempt(one_round, lambda _: False, what=f"a round of {what}")
        except StorageUnavailableError:
            _log.warning("the database is away; %s wait", what)
        if not did_something:
            stop.wait(idle_s)

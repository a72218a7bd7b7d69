"""Where the fits of a training run: one after the other here, or side by side on a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

_CONNECT_S = 20
_ANSWER_S = "5s"
_TRIES = 3
_Result = TypeVar("_Result")


class ClusterError(Exception):
    """The cluster cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Runs pieces of work; the results are the same wherever that is.

    Attributes
    ----------
    client : distributed.Client or None
        None for here.
    """

    client: Any = None

    def run(
        self,
        work: Callable[..., _Result],
        shared: Sequence[object],
        pieces: Sequence[tuple[Any, ...]],
    ) -> list[_Result]:
        """Return ``work(*shared, *piece)`` for each piece, in their order.

        Parameters
        ----------
        shared : sequence
            Sent to every worker once, so that the death of one loses nothing.
        """
        if self.client is None:
            return [work(*shared, *piece) for piece in pieces]
        from distributed.client import FutureCancelledError  # noqa: PLC0415 - an extra

        for _ in range(_TRIES - 1):
            # What every worker was sent is lost when all that had it have died: send it anew.
            with suppress(FutureCancelledError):
                return self._run_there(work, shared, pieces)
        return self._run_there(work, shared, pieces)

    def _run_there(
        self,
        work: Callable[..., _Result],
        shared: Sequence[object],
        pieces: Sequence[tuple[Any, ...]],
    ) -> list[_Result]:
        sent = self.client.scatter(list(shared), broadcast=True, hash=False)
        waiting = [self.client.submit(work, *sent, *piece, pure=False) for piece in pieces]
        found: list[_Result] = self.client.gather(waiting)
        return found


HERE = Workers()


@contextmanager
def workers_of(scheduler: str | None) -> Iterator[Workers]:
    """Connect to a cluster, or to none.

    Parameters
    ----------
    scheduler : str or None
        Address of the scheduler, for example ``tcp://10.0.0.5:8786``. Its workers have this
        package and the same versions of numpy, scipy and joblib.

    Raises
    ------
    ClusterError
        If the extra is missing, or the cluster cannot be reached, has no workers or loses them.
    """
    if scheduler is None:
        yield HERE
        return
    try:
        import dask  # noqa: PLC0415 - an extra
        from distributed import Client, KilledWorker  # noqa: PLC0415 - an extra
    except ImportError:
        message = "--scheduler needs an extra: pip install 'comment-moderation[distributed]'"
        raise ClusterError(message) from None
    with ExitStack() as stack:
        # Who asks a worker that died for what lay on it waits so long.
        stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": _ANSWER_S}))
        try:
            client = stack.enter_context(
                Client(  # type: ignore[no-untyped-call]
                    scheduler, timeout=_CONNECT_S, set_as_default=False
                )
            )
            client.wait_for_workers(1, timeout=_CONNECT_S)
        except OSError as error:  # TimeoutError is one too
            message = f"no cluster at {scheduler}: {error}"
            raise ClusterError(message) from error
        try:
            yield Workers(client)
        except KilledWorker as error:
            message = "the workers died again and again: see their logs"
            raise ClusterError(message) from error

"""Score an archive on a Dask cluster: chunks of lines out, answers back in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import islice
from typing import Any

import click

from moderation.cli.score_lines import Lines, answers_of
from moderation.cli.surroundings import open_models
from moderation.services.live_models import LiveModels

_CONNECT_S = 20
_WAITING_FOR_EACH_THREAD = 4
"""Chunks on their way for each thread of the cluster: enough that none waits, and no more."""


class OtherModelError(ValueError):
    """A worker whose current model is not the one of the command."""


def answers_of_cluster(
    scheduler: str, chunks: Iterator[Lines], *, models: LiveModels
) -> Iterator[list[dict[str, Any]]]:
    """Yield the answers to each chunk, in order; a worker that dies loses none.

    Parameters
    ----------
    scheduler : str
        Address of the scheduler, for example ``tcp://10.0.0.5:8786``. Its workers have this
        package, and the same models by the same settings.

    Raises
    ------
    click.ClickException
        If the cluster cannot be reached, has no workers, or has another model.
    """
    try:
        from distributed import Client, KilledWorker  # noqa: PLC0415 - an extra
    except ImportError:
        raise click.UsageError(
            "--scheduler needs an extra: pip install 'comment-moderation[distributed]'"
        ) from None
    current = models.loaded().current
    score = partial(_answers_of_worker, version=current.model_version if current else None)
    try:
        with Client(  # type: ignore[no-untyped-call]
            scheduler, timeout=_CONNECT_S, set_as_default=False
        ) as client:
            client.wait_for_workers(1, timeout=_CONNECT_S)
            window = _WAITING_FOR_EACH_THREAD * max(sum(client.nthreads().values()), 1)
            waiting = deque(client.submit(score, one, pure=False) for one in islice(chunks, window))
            while waiting:
                answers = waiting.popleft().result()
                waiting.extend(client.submit(score, one, pure=False) for one in islice(chunks, 1))
                yield answers
    except OSError as error:  # TimeoutError is one too
        raise click.ClickException(f"no cluster at {scheduler}: {error}") from error
    except KilledWorker as error:
        raise click.ClickException("the workers died again and again: see their logs") from error
    except OtherModelError as error:
        raise click.ClickException(str(error)) from error


def _answers_of_worker(lines: Lines, *, version: str | None) -> Sequence[dict[str, Any]]:
    models = _models_of_worker()
    current = models.loaded().current
    found = current.model_version if current else None
    if found != version:
        raise OtherModelError(f"a worker's model: expected {version}, found {found}")
    return answers_of(lines, models=models)


@cache
def _models_of_worker() -> LiveModels:
    return open_models()

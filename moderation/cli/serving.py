"""Run the server, or a worker beside it."""

from __future__ import annotations

import logging
import select
import signal
import threading
import time
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import TConn, ThreadWorker

from moderation.app import create_app
from moderation.cli.setup import set_up
from moderation.cli.surroundings import open_runtime
from moderation.config import Settings, load_settings
from moderation.domain.errors import StorageUnavailableError, UnreadableSecretError
from moderation.jobs.retention import RetentionWorker
from moderation.jobs.thresholds import ThresholdWorker
from moderation.services.runtime import Runtime
from moderation.services.stored_secrets import require_key
from moderation.web.overload import Waited
from moderation.wiring import build_runtime, delivery_worker, host_poller, training_worker

_waited = Waited()


_STAYS_MS = 5
"""How long a thread waits for the next request on its connection while nobody needs the thread."""


class _Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's threads, which know how long a request waited for one of them.

    To hand a connection back and to get it again takes the main thread as long as a small answer.
    Forum software that has much to say sends the next comment at once, so a thread looks for it
    itself as long as no other connection waits for a thread.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: set[TConn] = set()

    def enqueue_req(self, conn: TConn) -> None:
        conn.waits_since = time.monotonic()
        self._waiting.add(conn)
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        self._waiting.discard(conn)
        _waited.tell((time.monotonic() - conn.waits_since) * 1000)
        keeps = super().handle(conn)
        while keeps is True and self.alive and not self._waiting and _has_more(conn):
            keeps = super().handle(conn)
        return keeps


def _has_more(conn: TConn) -> bool:
    """Tell whether the next request arrives within a moment."""
    readable = select.poll()
    readable.register(conn.sock, select.POLLIN)
    return bool(readable.poll(_STAYS_MS))


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our settings; each of its processes makes an application of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self._settings.bind,
            "workers": self._settings.server_processes,
            "threads": self._settings.server_threads,
            "worker_class": _Worker,
            "keepalive": 15,
            "timeout": 60,
            "graceful_timeout": 30,
            "proc_name": "moderation",
            "loglevel": "warning",
        }
        if Path("/dev/shm").is_dir():  # noqa: S108 - a heartbeat on a disk can stall a process
            options["worker_tmp_dir"] = "/dev/shm"  # noqa: S108
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return _waited.stamp(create_app(self._settings))


@click.command()
@click.option(
    "--no-init", is_flag=True, help="Do not migrate or set anything up; another process does."
)
def serve(*, no_init: bool) -> None:
    """Set up what is missing, say what to do next, and serve."""
    settings = load_settings()
    runtime = build_runtime(settings)
    if no_init:
        _refuse_other_keys(runtime)
    else:
        click.echo(set_up(settings, runtime))
    runtime.database.dispose()
    click.echo(f"Serving on http://{settings.bind} (Ctrl-C stops).")
    _Server(settings).run()


def _refuse_other_keys(runtime: Runtime) -> None:
    try:
        require_key(runtime)
    except UnreadableSecretError:
        raise
    except StorageUnavailableError as error:  # a server may start before its database
        click.echo(f"{error} /readyz tells when it can.", err=True)


@click.command()
def worker() -> None:
    """Send deliveries and run trainings until stopped. Any number of workers may run."""
    settings = load_settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(message)s")
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    click.echo("Sending deliveries and training when asked (Ctrl-C stops).")
    runtime = open_runtime(settings)
    require_key(runtime)
    others = [
        threading.Thread(target=run, args=(stop,))
        for run in (
            training_worker(settings, runtime).run,
            ThresholdWorker(runtime).run,
            RetentionWorker(runtime).run,
            host_poller(settings, runtime).run,
        )
    ]
    for thread in others:
        thread.start()
    delivery_worker(settings, runtime).run(stop)
    for thread in others:
        thread.join()

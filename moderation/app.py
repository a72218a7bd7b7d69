"""The application factory: puts the web on top of the runtime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, redirect, url_for
from werkzeug import Response

from moderation.config import Settings, load_settings
from moderation.jobs.background import BackgroundThread
from moderation.jobs.retention import RetentionWorker
from moderation.jobs.thresholds import ThresholdWorker
from moderation.services.runtime import Runtime
from moderation.web import (
    api,
    compat,
    current,
    desk,
    errors,
    health,
    hosts,
    log,
    overload,
    rate_limit,
    security,
    spans,
    tracing,
)
from moderation.wiring import build_runtime, delivery_worker, host_poller, training_worker


class _App(Flask):
    """Flask without its look at each view and hook, whether it is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def _work_in_background(app: Flask, settings: Settings, runtime: Runtime) -> None:
    """Start the workers as threads of the server; after a fork the first request starts them."""
    for run, name in (
        (delivery_worker(settings, runtime).run, "deliveries"),
        (training_worker(settings, runtime).run, "training"),
        (ThresholdWorker(runtime).run, "thresholds"),
        (RetentionWorker(runtime).run, "retention"),
        (host_poller(settings, runtime).run, "polling"),
    ):
        thread = BackgroundThread(run, name)
        thread.ensure_running()
        app.before_request(thread.ensure_running)


def _add_web(app: Flask) -> None:
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the provider that Flask starts with
    # Hooks run in this order before a request, and the other way round after it.
    tracing.register(app)
    spans.register(app, current.settings_of(app).otlp_endpoint)
    overload.register(app, blueprints=api.GUARDS | compat.GUARDS | hosts.GUARDS)
    security.register(
        app,
        guards=api.GUARDS | compat.GUARDS | hosts.GUARDS,
        batches=api.BATCHES | compat.BATCHES,
    )
    rate_limit.register(app)
    errors.register(app, shapes=compat.SHAPES)
    health.register(app)
    api.register(app)
    compat.register(app)
    hosts.register(app)
    desk.register(app)
    app.add_url_rule("/", "front_door", _front_door)


def _front_door() -> Response:
    return redirect(url_for("desk.queue"), code=303)


def create_app(settings: Settings | None = None, *, runtime: Runtime | None = None) -> Flask:
    """Make the application.

    Parameters
    ----------
    settings : Settings or None
        Read from the environment when None.
    runtime : Runtime or None
        Built from the settings when None; tests hand in their own.

    Raises
    ------
    SettingsError
        If a setting is wrong.
    """
    settings = settings if settings is not None else load_settings()
    runtime = runtime if runtime is not None else build_runtime(settings)
    log.configure(settings)
    app = _App(__name__, static_folder=None)
    current.attach(app, settings, runtime)
    _add_web(app)
    if settings.runs_deliveries:
        _work_in_background(app, settings, runtime)
    return app

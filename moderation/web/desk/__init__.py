"""The review desk: server-rendered pages on which moderators work through the queue."""

from __future__ import annotations

from flask import Flask

from moderation.web import current
from moderation.web.desk import (
    account_views,
    admin_forum_views,
    admin_log_views,
    admin_people_views,
    appeal_views,
    author_appeal_views,
    comfort_views,
    csrf,
    delivery_views,
    drift_views,
    error_pages,
    export_views,
    headers,
    history_views,
    item_views,
    layout,
    model_views,
    pin_views,
    policy_views,
    policy_word_views,
    provider_views,
    queue_views,
    second_opinion_views,
    session,
    sign_in_views,
    statistics_views,
    thread_views,
    threshold_views,
    training_views,
)
from moderation.web.desk.blueprint import bp
from moderation.web.desk.throttle import SignInThrottle

__all__ = ["register"]

_VIEWS = (
    account_views,
    admin_forum_views,
    admin_log_views,
    admin_people_views,
    appeal_views,
    comfort_views,
    delivery_views,
    drift_views,
    export_views,
    history_views,
    item_views,
    model_views,
    pin_views,
    policy_views,
    policy_word_views,
    provider_views,
    queue_views,
    second_opinion_views,
    sign_in_views,
    statistics_views,
    thread_views,
    threshold_views,
    training_views,
)
"""Imported for the routes that they add to the blueprint."""


def register(app: Flask) -> None:
    """Add the desk to an application that `moderation.web.current.attach` has prepared.

    Sets the secret key, the session cookie and the sign-in; forms of the desk alone are checked
    for their token, so that the JSON API works without one.
    """
    settings = current.settings_of(app)
    session.install(app, settings)
    app.extensions[sign_in_views.THROTTLE] = SignInThrottle(settings.rate_limit_store)
    if "csrf" not in app.extensions:
        csrf.install(app)
    layout.install(app)
    app.register_blueprint(bp)
    app.register_blueprint(author_appeal_views.bp)


bp.before_request(csrf.protect)
bp.after_request(headers.add_headers)
error_pages.install(bp)

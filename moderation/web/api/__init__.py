"""The native JSON API, version 1."""

from __future__ import annotations

from flask import Flask

from moderation.web.api import appeals, authors, comments, docs, scoring
from moderation.web.api.openapi import make_api
from moderation.web.api.operations import register_converters
from moderation.web.security import native_forum

_BLUEPRINTS = (comments.blueprint, appeals.blueprint, authors.blueprint, scoring.blueprint)

GUARDS = {blueprint.name: native_forum for blueprint in _BLUEPRINTS}
"""Blueprints that only forums may use, and how they know their callers."""

BATCHES = frozenset({"comments.submit_batch"})
"""Endpoints whose body may be as large as a batch."""


def register(app: Flask) -> None:
    """Add the API, its document and the page to try it to an application."""
    register_converters(app)
    api = make_api(app)
    for blueprint in _BLUEPRINTS:
        api.register_blueprint(blueprint)
    docs.register(app, api)

"""Where hosts send their events, in their own words."""

from __future__ import annotations

from flask import Flask

from moderation.web.hosts import coral, discourse, invision

_ROOMS = (discourse, coral, invision)

GUARDS = {room.blueprint.name: room.admit for room in _ROOMS}
"""Blueprints that only hosts may use, and how each knows its callers."""


def register(app: Flask) -> None:
    """Add the hosts' addresses to an application."""
    for room in _ROOMS:
        app.register_blueprint(room.blueprint)

"""Other services' wire formats: Perspective, OpenAI moderations, Akismet.

A client changes an address and a key, and nothing else. Whatever goes wrong under these paths is
told in that service's own shape and wording.
"""

from __future__ import annotations

from flask import Flask

from moderation.web.compat import akismet, openai, perspective

GUARDS = {
    perspective.blueprint.name: perspective.admit,
    openai.blueprint.name: openai.admit,
    akismet.blueprint.name: akismet.admit,
}
"""Blueprints that only forums may use, and how each knows its callers."""

BATCHES = frozenset({openai.BATCH_ENDPOINT})
"""Endpoints whose body may be as large as a batch."""

SHAPES = {
    **dict.fromkeys(perspective.PATHS, perspective.write_problem),
    **dict.fromkeys(openai.PATHS, openai.write_problem),
    **dict.fromkeys(akismet.PATHS, akismet.write_problem),
}
"""Beginnings of paths, and how errors look under them."""


def register(app: Flask) -> None:
    """Add the formats to an application."""
    for blueprint in (
        perspective.blueprint,
        perspective.discovery_blueprint,
        openai.blueprint,
        akismet.blueprint,
    ):
        app.register_blueprint(blueprint)

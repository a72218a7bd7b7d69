"""Whether the service lives, whether it can work, and how it is doing.

These three answer everybody: they name no forum and no comment. Keep ``/metrics`` inside your
network, as you would for any other service.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from moderation.services.readiness import readiness
from moderation.web import current

blueprint = Blueprint("health", __name__)


def register(app: Flask) -> None:
    """Add the three addresses to an application."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer that the process lives; asks nobody else."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Answer whether database, migrations, keys and model are there."""
    found = readiness(current.runtime())
    answer = jsonify(
        status="ready" if found.is_ready else "not_ready",
        database=found.database,
        migrations=found.migrations,
        secrets=found.secrets,
        model=found.model,
        model_version=found.model_version,
    )
    return answer, 200 if found.is_ready else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer in the text format of Prometheus."""
    return Response(current.metrics().exposition(), content_type=CONTENT_TYPE_LATEST)

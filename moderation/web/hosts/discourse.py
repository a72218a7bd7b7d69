"""Discourse's webhook."""

from __future__ import annotations

from flask import Blueprint, Response, request

from moderation.domain.forum import Forum
from moderation.domain.host import HostKind
from moderation.hosts.discourse import SIGNATURE_HEADER, read_event
from moderation.web import current
from moderation.web.hosts.admission import admit_signed, take
from moderation.web.security import read_body

blueprint = Blueprint("host_discourse", __name__, url_prefix="/hosts/discourse")


def admit() -> Forum:
    """Return the forum whose Discourse signed the request."""
    return admit_signed(HostKind.DISCOURSE, SIGNATURE_HEADER)


@blueprint.post("/<slug>")
def event(slug: str) -> Response:
    """Take an event."""
    del slug  # the guard has looked at it
    return take(read_event(dict(request.headers), read_body(), current.known_host().connection))

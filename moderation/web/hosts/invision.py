"""Invision Community's webhooks, each at an unguessable address of its own."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from moderation.domain.forum import Forum
from moderation.domain.host import HostKind
from moderation.hosts.invision import read_event
from moderation.services.hosts import host_by_address
from moderation.web import current
from moderation.web.hosts.admission import remember, take
from moderation.web.security import read_body

blueprint = Blueprint("host_invision", __name__, url_prefix="/hosts/invision")


def admit() -> Forum:
    """Return the forum that the address was made for.

    Raises
    ------
    NotFound
        If it was made for none.
    """
    token = (request.view_args or {}).get("token", "")
    known = host_by_address(current.runtime(), token)
    if known is None or known.connection.kind is not HostKind.INVISION:
        raise NotFound
    return remember(known)


@blueprint.post("/<token>")
def event(token: str) -> Response:
    """Take an event."""
    del token  # the guard has looked at it
    known = current.known_host()
    reads_back = bool(known.secrets) and known.connection.address is not None
    return take(read_event(known.purpose, read_body(), reads_back=reads_back))

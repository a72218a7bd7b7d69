"""Who is asking, for hosts that sign the raw body, and what they are answered."""

from __future__ import annotations

from flask import Response, g, jsonify, request
from werkzeug.exceptions import Unauthorized

from moderation.domain.forum import Forum
from moderation.domain.host import HostEvent, HostKind
from moderation.hosts.payload import is_hmac_signed
from moderation.services.host_intake import HostReceipt, Taken, take_event
from moderation.services.hosts import KnownHost, host_by_slug
from moderation.web import current
from moderation.web.security import read_body

_NOBODYS_SECRET = "0" * 43
"""Checked against when there is no such forum, so that the answer takes as long."""


def admit_signed(kind: HostKind, signature_header: str) -> Forum:
    """Return the forum whose host signed the current request.

    Raises
    ------
    Unauthorized
        If nobody did; why is not told.
    """
    slug = (request.view_args or {}).get("slug", "")
    known = host_by_slug(current.runtime(), slug, kind)
    is_right = is_hmac_signed(
        known.secrets if known is not None else (_NOBODYS_SECRET,),
        request.headers.get(signature_header, ""),
        read_body(),
    )
    if known is None or not is_right:
        raise Unauthorized(f"Sign the body: {signature_header}.")
    return remember(known)


def remember(known: KnownHost) -> Forum:
    """Keep the host for the rest of the request; returns its forum."""
    g.known_host = known
    return known.forum


def take(event: HostEvent) -> Response:
    """Do what an event asks for, and tell the host what became of it."""
    receipt = take_event(
        current.runtime(), current.known_host(), event, request_id=current.request_id()
    )
    return answer(receipt)


def answer(receipt: HostReceipt) -> Response:
    """Return what became of an event; hosts only look at the status, people at the rest."""
    judgement = receipt.judgement
    if receipt.taken is Taken.JUDGED and judgement is not None:
        current.metrics().count_verdict(judgement.verdict, judgement.scores)
    return jsonify(
        {
            "taken": receipt.taken.value,
            "why": receipt.why or None,
            "verdict": judgement.verdict.value if judgement is not None else None,
            "review_item_id": judgement.item_id if judgement is not None else None,
            "delivery_id": receipt.delivery_id,
        }
    )

"""Who is asking, how much they may send, and the headers that every answer carries.

A forum shows a bearer key, or signs the raw body as Standard Webhooks describes. Nothing of the
body is parsed before. Why a credential was refused is never told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from flask import Flask, Response, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import RequestEntityTooLarge, Unauthorized
from werkzeug.middleware.proxy_fix import ProxyFix

from moderation.config import Settings
from moderation.domain.errors import InvalidInputError
from moderation.domain.forum import Forum, check_slug
from moderation.domain.webhook_signature import is_signed
from moderation.services.registration import forum_by_key, forum_with_secrets
from moderation.web import current

FORUM_HEADER = "X-Moderation-Forum"

_NOBODYS_SECRET = "whsec_" + "A" * 43 + "="
"""Checked against when there is no such forum, so that the answer takes as long."""

_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_HTTPS_HEADERS = _HEADERS | {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


Guard = Callable[[], Forum]
"""Returns the forum that sent the current request, or raises what the caller shall read."""


def register(app: Flask, *, guards: Mapping[str, Guard], batches: Collection[str] = ()) -> None:
    """Guard an application.

    Parameters
    ----------
    guards : Mapping[str, Guard]
        Blueprints that only forums may use, and how each knows its callers.
    batches : Collection[str]
        Endpoints whose body may be as large as a batch.
    """
    settings = current.settings_of(app)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_batch_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_batch_body_bytes
    _believe_proxies(app, settings)

    def admit() -> None:
        guard = guards.get(request.blueprint or "")
        if guard is None:
            return
        is_batch = request.endpoint in batches
        most_bytes = settings.max_batch_body_bytes if is_batch else settings.max_body_bytes
        _refuse_declared_length(most_bytes)
        g.forum = guard()
        read_body()

    app.before_request(admit)
    app.after_request(_add_headers)


def _believe_proxies(app: Flask, settings: Settings) -> None:
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_port=hops, x_prefix=hops
        )


def _refuse_declared_length(most_bytes: int) -> None:
    # Werkzeug cuts a body of undeclared length off at the limit without a word: by reading one
    # byte more than is allowed we notice.
    request.max_content_length = most_bytes + 1
    if request.content_length is not None and request.content_length > most_bytes:
        raise RequestEntityTooLarge


def read_body() -> bytes:
    """Return the raw body of the current request.

    Raises
    ------
    RequestEntityTooLarge
        If it is larger than this address takes.
    """
    body = request.get_data()
    if request.max_content_length is not None and len(body) >= request.max_content_length:
        raise RequestEntityTooLarge
    return body


def native_forum() -> Forum:
    """Return the forum that showed its bearer key or signed the request.

    Raises
    ------
    Unauthorized
        If it did neither; why is not told.
    """
    found = _by_bearer_key() if "Authorization" in request.headers else _by_signature()
    if found is None:
        raise Unauthorized(
            "Show a valid bearer key or a valid signature.",
            www_authenticate=WWWAuthenticate("bearer", {"realm": "moderation"}),
        )
    return found


def _by_bearer_key() -> Forum | None:
    scheme, _, key = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer" or not key.startswith("mod_"):
        return None
    return forum_by_key(current.runtime(), key.strip())


def _by_signature() -> Forum | None:
    message_id = request.headers.get("webhook-id", "")
    signatures = request.headers.get("webhook-signature", "")
    if not message_id or not signatures:
        return None
    slug = request.headers.get(FORUM_HEADER) or request.args.get("forum", "")
    known = _with_secrets(slug)
    is_right = is_signed(
        known[1] if known is not None else (_NOBODYS_SECRET,),
        message_id=message_id,
        timestamp=request.headers.get("webhook-timestamp", ""),
        signatures=signatures,
        body=read_body(),
        now=current.runtime().clock(),
        tolerance_s=current.settings().signature_tolerance_s,
    )
    if known is None or not is_right:
        return None
    g.message_id = message_id
    return known[0]


def _with_secrets(slug: str) -> tuple[Forum, Collection[str]] | None:
    try:
        check_slug(slug)
    except InvalidInputError:
        return None
    return forum_with_secrets(current.runtime(), slug)


def _add_headers(response: Response) -> Response:
    given = {name.lower() for name, _ in response.headers}
    wanted = _HTTPS_HEADERS if current.settings().is_https else _HEADERS
    response.headers.extend(
        {name: value for name, value in wanted.items() if name.lower() not in given}
    )
    return response

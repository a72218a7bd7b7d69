"""Forms carry a token; the JSON API, which has no cookies, is left alone."""

from __future__ import annotations

from typing import cast

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect

from moderation.web import current

__all__ = ["install", "protect"]


def install(app: Flask) -> None:
    """Make tokens available; nothing is checked unless a blueprint asks for it."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session: forms stay open for hours
    CSRFProtect(app)


def protect() -> None:
    """Refuse a form without its token."""
    # The form is read here first, so its limits are set here: a pasted page is one large field.
    request.max_content_length = request.max_form_memory_size = current.settings().max_body_bytes
    cast(CSRFProtect, current.extension("csrf")).protect()

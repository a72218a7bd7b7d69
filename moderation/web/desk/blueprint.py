"""The desk's blueprint; the modules with views add to it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint(
    "desk",
    __name__,
    url_prefix="/desk",
    template_folder="templates",
    static_folder="static",
)

KEY = "int(max=9223372036854775807)"
"""Converter for our own keys: nothing larger fits into the database."""

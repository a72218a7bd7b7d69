"""The desk's blueprint; the modules with views add to it."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.exceptions import NotFound

bp = Blueprint(
    "desk",
    __name__,
    url_prefix="/desk",
    template_folder="templates",
    static_folder="static",
)

LARGEST_KEY = 2**63 - 1
"""Nothing larger fits into the database."""


@bp.before_request
def _refuse_impossible_keys() -> None:
    keys = (request.view_args or {}).values()
    if any(isinstance(key, int) and key > LARGEST_KEY for key in keys):
        raise NotFound

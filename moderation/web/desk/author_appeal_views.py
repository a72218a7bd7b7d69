"""The author's page: appeal once by a signed link, and read the answer at the same address.

It stands beside the desk: no cookie, no session. The address itself is what permits.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.appeal import MAX_APPEAL_WORDS
from moderation.domain.errors import ConflictError, InvalidInputError, NotFoundError
from moderation.services.appeals import AuthorView, author_view, file_appeal
from moderation.web import appeal_links, current
from moderation.web.appeal_links import AppealLink
from moderation.web.desk import error_pages, headers, layout
from moderation.web.desk.fields import typed_text
from moderation.web.desk.phrasebook import translated
from moderation.web.desk.shown_text import comment_text

bp = Blueprint("appeals_by_link", __name__, url_prefix="/appeals", template_folder="templates")
bp.after_request(headers.add_headers)
error_pages.install(bp)


@bp.before_request
def _limit_body() -> None:
    request.max_content_length = request.max_form_memory_size = current.settings().max_body_bytes


@bp.context_processor
def _for_templates() -> dict[str, Any]:
    return {"asset": layout.asset}


@bp.get("/<token>")
def show(token: str) -> Response:
    """Show the rejection with a form, or the appeal and its outcome."""
    return _show(token)


@bp.post("/<token>")
def send(token: str) -> Response:
    """File the appeal."""
    link = appeal_links.read(token)
    words = typed_text(request.form.get("words"))
    if link is None or link.is_expired:
        return _show(token)
    try:
        view = author_view(current.runtime(), link.forum, link.external_id, link.revision)
        file_appeal(
            current.runtime(),
            view.forum,
            link.external_id,
            words,
            days=current.settings().appeal_days,
            revision=link.revision,
        )
    except InvalidInputError as error:
        return _show(
            token, words=words, problem=translated(error.fields.get("words", error.message))
        )
    except ConflictError as error:
        return _show(token, words=words, lost=translated(error.message))
    return redirect(url_for("appeals_by_link.show", token=token), code=303)


def _show(token: str, *, words: str = "", problem: str = "", lost: str = "") -> Response:
    link = appeal_links.read(token)
    view = _view(link) if link is not None else None
    is_over = link is not None and link.is_expired and (view is None or view.appeal is None)
    status = 404 if view is None else 410 if is_over else 409 if lost else 422 if problem else 200
    body = render_template(
        "desk/author_appeal.html",
        view=view,
        is_over=is_over,
        text=comment_text(view.judgement) if view is not None else (),
        words=words,
        problem=problem,
        lost=lost,
        most=MAX_APPEAL_WORDS,
        kind_labels=(),
    )
    return make_response(body, status)


def _view(link: AppealLink) -> AuthorView | None:
    try:
        return author_view(current.runtime(), link.forum, link.external_id, link.revision)
    except NotFoundError:
        return None

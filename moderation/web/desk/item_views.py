"""One item: look at it, claim it, decide it, or give it back."""

from __future__ import annotations

from flask import jsonify, make_response, redirect, request
from werkzeug.wrappers import Response

from moderation.domain.errors import (
    AlreadyDecidedError,
    ClaimLostError,
    ConflictError,
    InvalidInputError,
    ModerationError,
    StaleRevisionError,
)
from moderation.domain.judgement import Decision
from moderation.domain.review import Role
from moderation.services import review, review_pages
from moderation.web import current
from moderation.web.desk import (
    drafts,
    fields,
    revisions,
    session,
    toasts,
    wording,
)
from moderation.web.desk.blueprint import bp
from moderation.web.desk.item_page import Notice, address, go_on, show_item
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.phrasebook import translated


@bp.get("/items/<int:item_id>")
@session.needs(Role.VIEWER)
def item(item_id: int) -> Response:
    """Show one item."""
    return show_item(item_id)


@bp.post("/items/<int:item_id>/claim")
@session.needs(Role.MODERATOR)
def take(item_id: int) -> Response:
    """Claim one item, and drop the one that the moderator comes from."""
    runtime = current.runtime()
    leaving = fields.whole_number(request.form.get("leaving"))
    if leaving is not None:
        review.leave(runtime, session.me(), leaving, fields.typed_text(request.form.get("token")))
    try:
        review.claim(runtime, session.me(), item_id, ttl_s=current.settings().claim_ttl_s)
    except ConflictError as error:
        toasts.say(error.message)
    return redirect(address(item_id), code=303)


@bp.post("/items/<int:item_id>/decide")
@session.needs(Role.MODERATOR)
def decide(item_id: int) -> Response:
    """Decide the item and go on to the next one."""
    draft = drafts.read_draft(request.form)
    token = fields.typed_text(request.form.get("token"))
    try:
        made = review.decide(
            current.runtime(), session.me(), item_id, token, drafts.decision_of(draft)
        )
    except InvalidInputError as error:
        return show_item(item_id, draft=draft, errors=error.fields, status=422)
    except ConflictError as error:
        return _refused(item_id, draft, error)
    toasts.say(_toast(made), undo=made.id)
    return go_on(after=item_id)


@bp.post("/items/<int:item_id>/skip")
@session.needs(Role.MODERATOR)
def skip(item_id: int) -> Response:
    """Give the item back to the queue."""
    return _release(item_id, _("Skipped: it is back in the queue."), is_escalated=False)


@bp.post("/items/<int:item_id>/escalate")
@session.needs(Role.MODERATOR)
def escalate(item_id: int) -> Response:
    """Hand the item to a senior moderator."""
    return _release(item_id, _("Escalated to a senior moderator."), is_escalated=True)


@bp.post("/items/<int:item_id>/renew")
@session.needs(Role.MODERATOR)
def renew(item_id: int) -> Response:
    """Lengthen the claim; answers the page's script as JSON, a person with the page."""
    ttl_s = current.settings().claim_ttl_s
    token = fields.typed_text(request.form.get("token"))
    is_script = request.accept_mimetypes.best == "application/json"
    try:
        review.renew_claim(current.runtime(), session.me(), item_id, token, ttl_s=ttl_s)
    except ClaimLostError as error:
        if is_script:
            return make_response(jsonify(code=error.code, detail=error.message), 409)
        return _refused(item_id, drafts.read_draft(request.form), error)
    if is_script:
        return make_response(jsonify(seconds=ttl_s))
    return redirect(address(item_id), code=303)


@bp.post("/items/<int:item_id>/leave")
@session.needs(Role.MODERATOR)
def leave(item_id: int) -> Response:
    """Let a claim end soon: its page was closed. Whoever only reloads it takes it up again."""
    token = fields.typed_text(request.form.get("token"))
    review.leave_soon(current.runtime(), session.me(), item_id, token)
    return Response(status=204)


@bp.post("/decisions/<int:decision_id>/undo")
@session.needs(Role.MODERATOR)
def undo(decision_id: int) -> Response:
    """Take a decision back and open its item, claimed, to decide it anew."""
    ttl_s = current.settings().claim_ttl_s
    reopened = review.undo(current.runtime(), session.me(), decision_id, ttl_s=ttl_s)
    toasts.say(_("Taken back: the item is yours to decide again."))
    return redirect(address(reopened.id), code=303)


def _release(item_id: int, said: str, *, is_escalated: bool) -> Response:
    draft = drafts.read_draft(request.form)
    token = fields.typed_text(request.form.get("token"))
    try:
        review.release(
            current.runtime(),
            session.me(),
            item_id,
            token,
            is_escalated=is_escalated,
            note=draft.note,
        )
    except ClaimLostError as error:
        return _refused(item_id, draft, error)
    toasts.say(said)
    return go_on(after=item_id)


def _refused(item_id: int, draft: drafts.Draft, error: ConflictError) -> Response:
    """Show why nothing was saved, with all that was typed, and the item to go on with."""
    runtime, user = current.runtime(), session.me()
    view = review_pages.view_item(runtime, user.reach, item_id)
    target = item_id
    if view.newest is not None and view.newest.item_id is not None:
        target = view.newest.item_id
    is_ours = True
    try:
        review.claim(runtime, user, target, ttl_s=current.settings().claim_ttl_s)
    except ModerationError:
        is_ours = False  # shown as it is, to read along
    notice = _notice(error, view, draft, is_ours=is_ours)
    return show_item(target, draft=draft, notice=notice, status=409)


def _notice(
    error: ConflictError, view: review_pages.ItemView, draft: drafts.Draft, *, is_ours: bool
) -> Notice:
    kept = "" if draft.is_empty else " " + _("What you typed is kept below.")
    if isinstance(error, StaleRevisionError):
        told = _("Your decision was about the earlier text and was not saved.")
        text = revisions.changes(view.judgement.body, view.newest.body) if view.newest else ()
        return Notice("same", _("The author has changed the text."), f"{told}{kept}", text)
    if isinstance(error, AlreadyDecidedError):
        made = view.decisions[-1] if view.decisions else None
        lead = (
            _("%(name)s has decided this item.", name=made.moderator)
            if made
            else _("It is decided.")
        )
        return Notice("people", lead, _("Your decision was not saved.") + kept)
    if isinstance(error, ClaimLostError):
        if is_ours:
            told = _("Nobody else had taken the item, so it is yours again. Nothing was saved yet.")
            return Notice("lock", _("Your claim had ended."), f"{told}{kept}")
        holder = view.item.claimed_by
        lead = (
            _("%(name)s has this item now.", name=holder)
            if holder
            else _("The item is no longer yours.")
        )
        return Notice("people", lead, _("Your claim ended; nothing was saved.") + kept)
    return Notice("warn", translated(error.message), _("Nothing was saved.") + kept)


def _toast(made: Decision) -> str:
    if not request.form.get("audit"):
        return f"{wording.decided_sentence(made)}."
    view = review_pages.view_item(current.runtime(), session.me().reach, made.item_id)
    return wording.decided_toast(made, view.judgement, was_audit=view.item.is_audit)

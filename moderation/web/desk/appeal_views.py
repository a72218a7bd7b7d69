"""Appeals at the desk: what waits, and answering as somebody else than the first."""

from __future__ import annotations

from collections.abc import Mapping

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from classifiers.labels import Label
from moderation.domain.appeal import MAX_APPEAL_WORDS, Appeal, AppealAnswer, AppealState
from moderation.domain.errors import ConflictError, InvalidInputError
from moderation.domain.review import ReasonCode, Role
from moderation.services import appeals as appealing
from moderation.web import current
from moderation.web.desk import ages, cards, layout, long_texts, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import N_
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.phrasebook import translated
from moderation.web.desk.shown_text import comment_text, plain_text

OUTCOMES = {
    AppealState.UPHELD: N_("Upheld: the comment is approved"),
    AppealState.DENIED: N_("Denied: it stays rejected"),
    AppealState.VOID: N_("Decision taken back before"),
}


@bp.get("/appeals")
@session.needs(Role.MODERATOR)
def appeals() -> str:
    """List the appeals that wait and those that were answered."""
    runtime = current.runtime()
    now, me = runtime.clock(), session.me()
    return layout.page(
        "appeals.html",
        active="desk.appeals",
        open_ones=[
            (one, ages.age(one.created_at, now), one.first_moderator_id == me.id)
            for one in appealing.open_appeals(runtime, me.reach)
        ],
        answered=[
            (one, _(OUTCOMES[one.state]), ages.moment(one.decided_at or one.created_at, now))
            for one in appealing.answered_appeals(runtime, me.reach)
        ],
    )


@bp.get("/appeals/<int:appeal_id>")
@session.needs(Role.MODERATOR)
def appeal(appeal_id: int) -> Response:
    """Show an appeal with the comment and the decision."""
    return _show(appeal_id, {})


@bp.post("/appeals/<int:appeal_id>")
@session.needs(Role.MODERATOR)
def decide_appeal(appeal_id: int) -> Response:
    """Answer an appeal."""
    form = request.form
    try:
        made = appealing.decide_appeal(current.runtime(), session.me(), appeal_id, _answer(form))
    except InvalidInputError as error:
        return _show(appeal_id, form, errors=error.fields, status=422)
    except ConflictError as error:
        return _show(appeal_id, form, lost=translated(error.message), status=409)
    toasts.say(
        _("%(outcome)s. The forum is told, with your reasons.", outcome=_(OUTCOMES[made.state]))
    )
    return redirect(url_for("desk.appeals"), code=303)


def _answer(form: Mapping[str, str]) -> AppealAnswer:
    outcome, rule = form.get("outcome"), form.get("rule")
    if outcome not in {"uphold", "deny"}:
        raise InvalidInputError(
            _("Uphold or deny?"), fields={"outcome": _("expected uphold or deny")}
        )
    return AppealAnswer(
        is_upheld=outcome == "uphold",
        rule=ReasonCode(rule) if rule in set(ReasonCode) else None,
        facts=typed_text(form.get("facts")),
        labels=frozenset(Label(one) for one in request.form.getlist("label") if one in set(Label)),
    )


def _show(
    appeal_id: int,
    form: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    lost: str = "",
    status: int = 200,
) -> Response:
    runtime = current.runtime()
    view = appealing.view_appeal(runtime, session.me(), appeal_id)
    now = runtime.clock()
    body = layout.page(
        "appeal.html",
        active="desk.appeals",
        view=view,
        author=cards.author_name(view.judgement),
        text=long_texts.folded(comment_text(view.judgement)),
        said=plain_text(view.appeal.words),
        filed=ages.age(view.appeal.created_at, now),
        rejected_at=ages.moment(view.decision.created_at, now),
        outcome=_(OUTCOMES[view.appeal.state]) if view.appeal.state in OUTCOMES else "",
        is_own=_is_own(view.appeal),
        rule=form.get("rule") or view.decision.reason,
        facts=typed_text(form.get("facts")),
        chosen=request.form.getlist("label"),
        most=MAX_APPEAL_WORDS,
        errors=errors or {},
        lost=lost,
    )
    return make_response(body, status)


def _is_own(appeal: Appeal) -> bool:
    return appeal.first_moderator_id == session.me().id

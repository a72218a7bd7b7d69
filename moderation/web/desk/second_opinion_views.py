"""Second opinions: give one blind, settle a dispute, see how far people agree."""

from __future__ import annotations

from collections.abc import Mapping

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.errors import ConflictError, InvalidInputError
from moderation.domain.estimates import Figure
from moderation.domain.intervals import share
from moderation.domain.review import Role
from moderation.services import second_opinions
from moderation.services.second_opinions import Agreement, Asked, Dispute
from moderation.web import current
from moderation.web.desk import cards, drafts, figures, layout, long_texts, session, toasts
from moderation.web.desk.blueprint import bp
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.shown_text import comment_text
from moderation.web.desk.titles import label_title


@bp.get("/second-opinions")
@session.needs(Role.MODERATOR)
def second_opinions_page() -> str:
    """Show what waits: opinions for a moderator, disputes for a senior."""
    runtime, user = current.runtime(), session.me()
    return layout.page(
        "second_opinions.html",
        active="desk.second_opinions_page",
        waiting_opinions=second_opinions.waiting_for(runtime, user),
        disputes=second_opinions.disputes(runtime, user) if session.may(Role.SENIOR) else [],
        excerpt=cards.excerpt,
    )


@bp.post("/second-opinions/next")
@session.needs(Role.MODERATOR)
def next_second_opinion() -> Response:
    """Take the next comment and show it."""
    return redirect(url_for("desk.second_opinion"), code=303)


@bp.get("/second-opinions/mine")
@session.needs(Role.MODERATOR)
def second_opinion() -> Response:
    """Show the comment that the moderator holds, or takes now, without what was decided."""
    return _show_next()


@bp.post("/second-opinions/<int:opinion_id>")
@session.needs(Role.MODERATOR)
def give_second_opinion(opinion_id: int) -> Response:
    """Give the opinion and go on to the next one."""
    draft = drafts.read_draft(request.form)
    try:
        second_opinions.give(current.runtime(), session.me(), opinion_id, drafts.decision_of(draft))
    except InvalidInputError as error:
        return _show_next(draft, error.fields, status=422)
    except ConflictError as error:
        toasts.say(error.message)
        return redirect(url_for("desk.second_opinions_page"), code=303)
    toasts.say(_("Your opinion is kept."))
    return redirect(url_for("desk.second_opinion"), code=303)


@bp.get("/disputes/<int:opinion_id>")
@session.needs(Role.SENIOR)
def dispute(opinion_id: int) -> Response:
    """Show two different answers and the comment."""
    return _show_dispute(opinion_id)


@bp.post("/disputes/<int:opinion_id>")
@session.needs(Role.SENIOR)
def settle_dispute(opinion_id: int) -> Response:
    """Settle a dispute: what is said here trains, and goes to the forum if it is new to it."""
    draft = drafts.read_draft(request.form)
    try:
        second_opinions.settle(
            current.runtime(), session.me(), opinion_id, drafts.decision_of(draft)
        )
    except InvalidInputError as error:
        return _show_dispute(opinion_id, draft, error.fields, status=422)
    except ConflictError as error:
        toasts.say(error.message)
    else:
        toasts.say(_("Settled: your answer trains."))
    return redirect(url_for("desk.second_opinions_page"), code=303)


@bp.get("/agreement")
@session.needs(Role.SENIOR)
def agreement() -> str:
    """Show how far people agree."""
    found = second_opinions.agreement(current.runtime(), session.me())
    return layout.page(
        "agreement.html",
        active="desk.second_opinions_page",
        agreement=found,
        picture=_picture(found),
        words=strength,
    )


def _picture(found: Agreement) -> figures.Picture | None:
    """Draw how often two people gave the same answer, by label; None before anybody did."""
    rows = []
    for one in found.labels:
        if one.judged_twice:
            same = share(one.same, one.judged_twice)
            rows.append((label_title(one.label), Figure(same.value, same.low, same.high)))
    return figures.shares_picture(rows) if rows else None


def strength(value: float | None) -> str:
    """Return a coefficient in a word (Landis and Koch 1977, whose bands are a habit, no law)."""
    if value is None:
        return _("nothing to say yet")
    for least, word in (
        (0.8, _("almost perfect")),
        (0.6, _("substantial")),
        (0.4, _("moderate")),
        (0.2, _("fair")),
    ):
        if value >= least:
            return word
    return _("slight") if value > 0 else _("no more than chance")


def _show_next(
    draft: drafts.Draft = drafts.EMPTY,
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> Response:
    asked = second_opinions.take_next(
        current.runtime(), session.me(), ttl_s=current.settings().claim_ttl_s
    )
    if asked is None:
        toasts.say(_("No second opinion is asked of you."))
        return redirect(url_for("desk.second_opinions_page"), code=303)
    return _page(asked, None, draft, errors, status)


def _show_dispute(
    opinion_id: int,
    draft: drafts.Draft = drafts.EMPTY,
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> Response:
    one = second_opinions.dispute(current.runtime(), session.me(), opinion_id)
    if one is None:
        toasts.say(_("This dispute is settled, or the decision was taken back."))
        return redirect(url_for("desk.second_opinions_page"), code=303)
    asked = Asked(one.opinion.id, one.opinion.forum_name, one.judgement)
    return _page(asked, one, draft, errors, status)


def _page(
    asked: Asked,
    disputed: Dispute | None,
    draft: drafts.Draft,
    errors: Mapping[str, str] | None,
    status: int,
) -> Response:
    body = layout.page(
        "second_opinion.html",
        active="desk.second_opinions_page",
        asked=asked,
        judgement=asked.judgement,
        author=cards.author_name(asked.judgement),
        text=long_texts.folded(comment_text(asked.judgement)),
        dispute=disputed,
        draft=draft,
        errors=errors or {},
    )
    return make_response(body, status)

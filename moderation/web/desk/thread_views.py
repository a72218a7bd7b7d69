"""Try a thread: what the machine would say about the posts of a page, without storing them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from flask import make_response, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from moderation.domain.errors import InvalidInputError
from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.domain.verdict import Verdict
from moderation.services import threads
from moderation.services.roles import require_role_in
from moderation.services.threads import JudgedPost
from moderation.web import current
from moderation.web.desk import (
    chosen,
    fields,
    highlight,
    layout,
    locales,
    long_texts,
    session,
    titles,
    toasts,
    wording,
)
from moderation.web.desk.blueprint import bp
from moderation.web.desk.messages import N_, ngettext
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.score_bars import ScoreBar, bars_of
from moderation.web.desk.shown_text import Shown, outline_for, shown_text

_NUMBERS = (
    N_("No"),
    N_("One"),
    N_("Two"),
    N_("Three"),
    N_("Four"),
    N_("Five"),
    N_("Six"),
    N_("Seven"),
    N_("Eight"),
    N_("Nine"),
    N_("Ten"),
)

_WOULD_BE = {
    Verdict.PUBLISH: N_("%(number)s would be published"),
    Verdict.FLAG: N_("%(number)s would be flagged"),
    Verdict.HOLD: N_("%(number)s would be held"),
}

_AND = {
    Verdict.PUBLISH: N_("%(number)s published"),
    Verdict.FLAG: N_("%(number)s flagged"),
    Verdict.HOLD: N_("%(number)s held"),
}


@dataclass(frozen=True, slots=True)
class PostCard:
    """One judged post, ready to be drawn."""

    author: str
    posted_at: str
    chip: str
    verdict: str
    is_strong: bool
    text: tuple[Shown, ...]
    bars: tuple[ScoreBar, ...]
    why: tuple[wording.Why, ...]


@bp.get("/try-a-thread")
@session.needs(Role.VIEWER)
def thread() -> Response:
    """Show the form."""
    return _show("", forum=None)


@bp.post("/try-a-thread")
@session.needs(Role.VIEWER)
def read_thread() -> Response:
    """Judge the posts of a page; store them only when asked to."""
    runtime = current.runtime()
    forum = chosen.named_forum(request.form)
    try:
        content = _content()
        if request.form.get("store"):
            return _store(content, forum)
        started = time.perf_counter()
        posts = (
            threads.judge_thread(runtime.models, content)
            if forum is None
            else threads.judge_thread_for(runtime, forum, content)
        )
    except InvalidInputError as error:
        # What was uploaded is not shown: it may be a whole page of HTML.
        return _show(_pasted(), forum=forum, error=error, status=422)
    took_ms = max(1, round(1000 * (time.perf_counter() - started)))
    return _show(_pasted(), forum=forum, posts=posts, took_ms=took_ms)


def _store(content: str, forum: Forum | None) -> Response:
    if forum is None:
        raise InvalidInputError(
            _("Storing takes a forum."),
            fields={"forum": _("choose the forum that the posts belong to")},
        )
    require_role_in(session.me(), forum.id, Role.MODERATOR)
    posts = threads.store_thread(current.runtime(), forum, content)
    queued = sum(post.judged.outcome.is_queued for post in posts)
    said = _(
        "%(posts)s stored in %(forum)s, %(queued)s in the queue.",
        posts=count_of(len(posts)),
        forum=forum.name,
        queued=locales.number(queued),
    )
    toasts.say(said)
    return redirect(url_for("desk.queue", forum=forum.slug), code=303)


def _show(
    pasted: str,
    *,
    forum: Forum | None,
    posts: list[JudgedPost] | None = None,
    error: InvalidInputError | None = None,
    took_ms: int = 0,
    status: int = 200,
) -> Response:
    body = layout.page(
        "thread.html",
        active="desk.thread",
        pasted=pasted,
        forum=forum,
        forums=chosen.forums(),
        posts=[post_card(post) for post in posts or ()],
        heading=heading([post.judged.outcome.verdict for post in posts]) if posts else "",
        thread_title=_title(posts),
        model_version=posts[0].judged.outcome.model_version if posts else None,
        took_ms=took_ms,
        error=error,
        most_bytes=current.settings().max_body_bytes,
    )
    return make_response(body, status)


def _content() -> str:
    upload = request.files.get("page")
    if isinstance(upload, FileStorage) and upload.filename:
        content = fields.typed_text(upload.read().decode("utf-8", "replace"))
    else:
        content = _pasted()
    if not content.strip():
        raise InvalidInputError(
            _("There is nothing to read."),
            fields={"thread": _("paste a page or choose a saved one")},
        )
    return content


def _pasted() -> str:
    return fields.typed_text(request.form.get("paste"))


def _title(posts: list[JudgedPost] | None) -> str | None:
    thread_of = posts[0].judged.comment.thread if posts else None
    return thread_of.title if thread_of is not None else None


def heading(verdicts: list[Verdict]) -> str:
    """Return what was found, for example ``Two posts: one would be published, one flagged``."""
    counted = [(verdict, verdicts.count(verdict)) for verdict in _WOULD_BE if verdict in verdicts]
    told = [
        _((_WOULD_BE if place == 0 else _AND)[verdict], number=_small(count))
        for place, (verdict, count) in enumerate(counted)
    ]
    return f"{count_of(len(verdicts))}: {', '.join(told) or _('none would be published')}"


def count_of(number: int) -> str:
    """Return a number of posts, small ones in words."""
    shown = _(_NUMBERS[number]) if number < len(_NUMBERS) else locales.number(number)
    return ngettext("%(number)s post", "%(number)s posts", number, number=shown)


def _small(number: int) -> str:
    return _(_NUMBERS[number]).lower() if number < len(_NUMBERS) else locales.number(number)


def post_card(post: JudgedPost) -> PostCard:
    """Return one post ready to be drawn."""
    judged, outcome = post.judged, post.judged.outcome
    chip = wording.verdict_chip(outcome.verdict)
    comment = judged.comment
    outline = outline_for(comment.text, comment.text_format, judged.body, judged.quotes)
    shown = highlight.shown_spans(judged.spans, outcome.scores)
    return PostCard(
        author=post.author or _("author unknown"),
        posted_at=post.posted_at or "",
        chip=chip.icon,
        verdict=titles.action_word(outcome.verdict).capitalize(),
        is_strong=chip.is_strong,
        text=long_texts.folded(shown_text(outline, shown, outcome.rule_spans)),
        bars=bars_of(outcome.scores),
        why=why_of(post),
    )


def why_of(post: JudgedPost) -> tuple[wording.Why, ...]:
    """Return why a post got its verdict."""
    judged, outcome = post.judged, post.judged.outcome
    grounds = wording.Grounds(judged.body, outcome.scores, judged.spans, outcome.rule_spans)
    why = wording.why_here(grounds, outcome.reasons, report_count=0, is_audit=False)
    if why or outcome.verdict is not Verdict.PUBLISH:
        return why
    said = _("Both scores are below their thresholds.")
    if judged.quotes:
        said = f"{said} {_('Quoted text is set aside before scoring.')}"
    return (wording.Why("check", None, "", said),)

"""What every page of the desk carries: navigation, counts and words for templates."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, render_template, url_for

from classifiers.labels import DECIDING_LABELS, DEFINITIONS, KIND_LABELS
from moderation.domain.review import MAX_NOTE_LENGTH, REASON_TITLES, Role
from moderation.services import review_pages
from moderation.web import current
from moderation.web.desk import (
    ages,
    figures,
    locales,
    phrasebook,
    session,
    titles,
    toasts,
    wording,
)
from moderation.web.desk.blueprint import bp
from moderation.web.desk.messages import N_

_STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry of the navigation and the role that it takes."""

    title: str
    endpoint: str
    role: Role


_NAV = (
    NavEntry(N_("Queue"), "desk.queue", Role.VIEWER),
    NavEntry(N_("Decided"), "desk.history", Role.VIEWER),
    NavEntry(N_("Second opinions"), "desk.second_opinions_page", Role.MODERATOR),
    NavEntry(N_("Appeals"), "desk.appeals", Role.MODERATOR),
    NavEntry(N_("Deliveries"), "desk.deliveries", Role.VIEWER),
    NavEntry(N_("Try a thread"), "desk.thread", Role.VIEWER),
    NavEntry(N_("Statistics"), "desk.statistics", Role.VIEWER),
    NavEntry(N_("Policy"), "desk.policy", Role.VIEWER),
    NavEntry(N_("Models"), "desk.models", Role.VIEWER),
    NavEntry(N_("Export"), "desk.export", Role.SENIOR),
    NavEntry(N_("Admin"), "desk.people", Role.ADMIN),
)


def install(app: Flask) -> None:
    """Give the templates their words."""
    locales.install(app)
    app.jinja_env.globals.update(language=locales.language, time_zone=locales.zone)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        action_word=titles.action_word,
        day=locales.day,
        decided_sentence=wording.decided_sentence,
        delivery_title=titles.delivery_title,
        field_title=titles.field_title,
        label_title=titles.label_title,
        mid_sentence=titles.mid_sentence,
        moment=_moment,
        move_title=titles.move_title,
        phrase=phrasebook.translated,
        reason_title=titles.reason_title,
        role_title=titles.role_title,
        share=figures.exact_share,
        source_word=titles.source_word,
        state_title=titles.state_title,
    )


def _moment(at: datetime | str) -> str:
    """Return a moment; a stored one is written as RFC 3339."""
    there = datetime.fromisoformat(at) if isinstance(at, str) else at
    return ages.moment(there, current.runtime().clock())


@bp.context_processor
def _for_templates() -> dict[str, Any]:
    return {
        "asset": asset,
        "deciding_labels": DECIDING_LABELS,
        "definitions": DEFINITIONS,
        "kind_labels": KIND_LABELS,
        "max_note_length": MAX_NOTE_LENGTH,
        "reasons": REASON_TITLES,
        "Role": Role,
    }


def page(template: str, *, active: str = "", waiting: int | None = None, **context: object) -> str:
    """Draw a page with its navigation.

    Parameters
    ----------
    template : str
        File in ``templates/desk/``.
    active : str
        Endpoint of the navigation entry that the page belongs to.
    waiting : int or None
        How many items are open; counted when None.
    """
    me = session.me()
    return render_template(
        f"desk/{template}",
        me=me,
        may=session.may,
        may_everywhere=session.may_everywhere,
        nav=[entry for entry in _NAV if session.may(entry.role)],
        active=active,
        waiting=review_pages.count_waiting(current.runtime(), me.reach)
        if waiting is None
        else waiting,
        toast=toasts.pending(),
        my_comfort=locales.my_comfort(),
        **context,
    )


def bare_page(template: str, **context: object) -> str:
    """Draw a page without navigation: nobody is signed in, or the database is away."""
    has_provider = bool(current.settings().oidc_issuer)
    return render_template(f"desk/{template}", has_provider=has_provider, **context)


def asset(name: str) -> str:
    """Return a static file's address, which changes with its content."""
    return url_for("desk.static", filename=name, v=_digest(name))


@functools.cache
def _digest(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]

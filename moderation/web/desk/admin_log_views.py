"""The audit log: everything that happened, searched by who, what, where and when."""

from __future__ import annotations

from flask import request

from moderation.domain.review import Role
from moderation.services.audit_log import LogFilter, log_page
from moderation.web import current
from moderation.web.desk import ages, chosen, fields, layout, session
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text

PAGE_LENGTH = 100


@bp.get("/admin/log")
@session.needs(Role.ADMIN)
def audit_log() -> str:
    """Show what happened, newest first."""
    runtime, given = current.runtime(), request.args
    wanted = {
        name: typed_text(given.get(name)).strip()
        for name in ("actor", "kind", "forum", "comment", "since", "until")
    }
    page = log_page(
        runtime,
        session.me().reach,
        LogFilter(
            actor=wanted["actor"] or None,
            kind=wanted["kind"] or None,
            forum=wanted["forum"] or None,
            comment=wanted["comment"] or None,
            since=fields.day_start(wanted["since"]),
            until=fields.day_start(wanted["until"], days_later=1),
        ),
        before=fields.whole_number(given.get("before")),
        limit=PAGE_LENGTH,
    )
    now = runtime.clock()
    return layout.page(
        "audit_log.html",
        active="desk.people",
        lines=[(one, ages.moment(one.at, now), _details(one.details)) for one in page.entries],
        kinds=page.kinds,
        wanted=wanted,
        forums=chosen.forums(Role.ADMIN),
        next_before=page.next_before,
    )


def _details(details: dict[str, object]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')}: {value}" for name, value in details.items() if value is not None
    )

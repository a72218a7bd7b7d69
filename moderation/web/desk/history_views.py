"""What was decided, by whom, and undo."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from moderation.domain.review import DecisionAction, Role
from moderation.services import review_pages
from moderation.storage.decisions import DecidedRow
from moderation.storage.users import User
from moderation.web import current
from moderation.web.desk import ages, cards, fields, layout, session
from moderation.web.desk.blueprint import bp

PAGE_LENGTH = 50


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """One decision as the list shows it."""

    row: DecidedRow
    at: str
    excerpt: str
    may_undo: bool


@bp.get("/history")
@session.needs(Role.VIEWER)
def history() -> str:
    """Show decisions, newest first: one's own, or everybody's."""
    runtime, user = current.runtime(), session.me()
    is_own = request.args.get("by") == "me"
    before = fields.whole_number(request.args.get("before"))
    rows = review_pages.decided_page(
        runtime, user, by=user if is_own else None, before=before, limit=PAGE_LENGTH + 1
    )
    now = runtime.clock()
    lines = [
        DecidedLine(
            row=row,
            at=ages.moment(row.decision.created_at, now),
            excerpt=cards.excerpt(row.body, 160),
            may_undo=may_undo(row, user),
        )
        for row in rows[:PAGE_LENGTH]
    ]
    return layout.page(
        "history.html",
        active="desk.history",
        lines=lines,
        is_own=is_own,
        next_before=lines[-1].row.decision.id if len(rows) > PAGE_LENGTH else None,
    )


def may_undo(row: DecidedRow, user: User) -> bool:
    """Whether this account may take the decision back."""
    if not row.is_in_force or row.decision.action is DecisionAction.UNDO:
        return False
    if row.decision.moderator == user.username:
        return user.reach.has_in(row.forum_id, Role.MODERATOR)
    return user.reach.has_in(row.forum_id, Role.SENIOR)

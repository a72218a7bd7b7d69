"""The forums that a person may see, as conditions of queries."""

from __future__ import annotations

from sqlalchemy import ColumnElement, CompoundSelect, Select, Table, select, true, union_all

from moderation.domain.reach import ForumKeys


def within(column: ColumnElement[int], forums: ForumKeys) -> ColumnElement[bool]:
    """Return the condition that a column names one of the forums."""
    return true() if forums is None else column.in_(sorted(forums))


def newest_within(
    table: Table, forums: ForumKeys, *conditions: ColumnElement[bool], limit: int
) -> CompoundSelect[int] | Select[int]:
    """Return the keys of a table's newest rows in some forums: at most ``limit`` of each forum.

    Each forum is walked along its own index from the end. Asked for all of them at once, a
    database sorts everything that they hold.
    """

    def newest(*where: ColumnElement[bool]) -> Select[int]:
        found = select(table.c.id).where(*where).order_by(table.c.id.desc()).limit(limit)
        return select(found.subquery().c.id)

    if forums is None:
        return newest(*conditions)
    if not forums:
        return select(table.c.id).where(~true())
    return union_all(*(newest(table.c.forum_id == key, *conditions) for key in sorted(forums)))

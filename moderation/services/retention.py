"""What a forum keeps, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

from moderation.domain.forum import Forum
from moderation.domain.retention import Retention
from moderation.services.reporting import reporter_key
from moderation.services.runtime import Runtime
from moderation.storage import erasing
from moderation.storage import retention as rows
from moderation.storage.authors import (
    reader_reports,
    rename_author,
    rename_reporter,
    unpseudonymised,
)
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.forums import set_pseudonymises

STEP_ROWS = 200
"""Comments that one transaction changes: intake and the desk wait for no longer."""


def read_retention(runtime: Runtime, forum: Forum) -> Retention:
    """Return how long a forum keeps what is personal."""
    with runtime.database.read() as connection:
        return rows.read_retention(connection, forum.id)


def set_retention(runtime: Runtime, forum: Forum, rules: Retention, *, by: str) -> None:
    """Put rules in force; the worker begins to erase within minutes."""
    with runtime.database.write() as connection:
        rows.put_retention(connection, forum.id, rules)
        append_event(
            connection,
            "retention_changed",
            at=runtime.clock(),
            actor=by,
            forum_id=forum.id,
            details=asdict(rules),
        )


def enforce_step(runtime: Runtime) -> int:
    """Erase a little of what has outlived its time, in each forum.

    Returns
    -------
    int
        How many comments and items were changed; 0 when nothing is due.
    """
    with runtime.database.read() as connection:
        forum_ids = rows.forums_with_rules(connection)
    return sum(_enforce(runtime, forum_id) for forum_id in forum_ids)


def _enforce(runtime: Runtime, forum_id: int) -> int:
    with runtime.database.write() as connection:
        found = rows.lock_retention(connection, forum_id)
        if found is None:
            return 0
        now = runtime.clock()
        counts = {
            "texts": rows.texts_due(connection, found, now=now, limit=STEP_ROWS),
            "authors": rows.authors_due(connection, found, now=now, limit=STEP_ROWS),
            "decisions": rows.decisions_due(connection, found, now=now, limit=STEP_ROWS),
        }
        if counts["authors"]:
            erasing.forget_authors(connection, forum_id, counts["authors"])
        if counts["texts"]:
            erasing.erase_texts(connection, counts["texts"], at=now)
        if counts["decisions"]:
            erasing.remove_decisions(connection, counts["decisions"])
        erased = {name: len(pks) for name, pks in counts.items() if pks}
        if erased:
            append_event(
                connection,
                "erased_by_age",
                at=now,
                actor="retention",
                forum_id=forum_id,
                details=erased,
            )
        return sum(erased.values())


def set_pseudonymising(runtime: Runtime, forum: Forum, *, wanted: bool, by: str) -> int:
    """Store a forum's authors under pseudonyms from now on, or under their own ids.

    Switching it on also renames the authors that are stored already, in small steps. Switching
    it off brings no name back.

    Returns
    -------
    int
        How many stored authors were renamed.
    """
    with runtime.database.write() as connection:
        set_pseudonymises(connection, forum.id, wanted=wanted)
        append_event(
            connection,
            "pseudonyms_on" if wanted else "pseudonyms_off",
            at=runtime.clock(),
            actor=by,
            forum_id=forum.id,
        )
    if not wanted:
        return 0
    renamed = _in_steps(runtime, forum, unpseudonymised, _rename_author)
    _in_steps(runtime, forum, reader_reports, _rename_reporter)
    return renamed


_Page = Callable[..., list[tuple[int, str]]]
_Rename = Callable[[Connection, Runtime, Forum, int, str], bool]


def _in_steps(runtime: Runtime, forum: Forum, page: _Page, rename: _Rename) -> int:
    renamed, last = 0, 0
    while True:
        with runtime.database.write() as connection:
            found = page(connection, forum.id, after=last, limit=STEP_ROWS)
            renamed += sum(rename(connection, runtime, forum, pk, name) for pk, name in found)
        if not found:
            return renamed
        last = found[-1][0]


def _rename_author(
    connection: Connection, runtime: Runtime, forum: Forum, pk: int, external_id: str
) -> bool:
    name = runtime.pseudonyms().of_author(forum.slug, external_id)
    if name == external_id:
        return False
    rename_author(connection, forum.id, pk, external_id, name)
    return True


def _rename_reporter(
    connection: Connection, runtime: Runtime, forum: Forum, pk: int, key: str
) -> bool:
    name = reporter_key(runtime, replace(forum, pseudonymises_authors=True), key)
    rename_reporter(connection, pk, name)
    return name != key

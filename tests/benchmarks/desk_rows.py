"""A forum's past, made in the database by SQL: a million comments are stored within minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import insert, text
from sqlalchemy.schema import CreateIndex, DropIndex

from moderation.domain.review import Role
from moderation.storage.database import Connection, Database
from moderation.storage.tables import forums, metadata, policies, users
from tests.builders import _password_hash
from tests.fakes import START

WAITING_EVERY = 10
"""Of so many comments one waits for a person; two are decided."""

MODERATORS = ("mira", "jo", "kim")

_AT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', {start} - {seconds}, 'unixepoch')",
    "postgresql": "to_timestamp({start} - {seconds})",
}

_WORDS = (
    "'you idiot, the council put off its vote on the ' || {place} || ' again and nobody asked why,"
    " although everyone at the meeting of ' || {day} || ' said it would cost more with each month"
    " that passes; comment ' || n || ' of those that I have written about it'"
)

_NUMBERS = {
    "sqlite": (
        "WITH RECURSIVE numbers(n) AS"
        " (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})"
    ),
    "postgresql": (
        "WITH numbers AS"
        " (SELECT generate_series(CAST({first} AS bigint), CAST({last} AS bigint)) AS n)"
    ),
}
_CHUNK = 500_000
"""Comments in one transaction: SQLite's log would grow as large as the file."""

_REASONS = """'["over_threshold:abusive"]'"""
_SPANS = """'[["abusive", 4, 9, 4, 9, 3.5]]'"""
_SCORES = (
    """'[["abusive", ' || {risk} || ', 0.5, "rule", true],"""
    """ ["partisan", 0.2, 0.5, "rule", false]]'"""
)


def fill(database: Database, rows: int, *, waiting: int | None = None) -> None:
    """Store comments with verdicts and history, into tables that are empty.

    Parameters
    ----------
    rows : int
        Comments.
    waiting : int or None
        Of so many a person has to decide; every tenth when None. Two of ten are decided.
    """
    every = rows // waiting if waiting else WAITING_EVERY
    with database.write() as connection:
        _people(connection)
    # What is checked row by row takes most of the time, and these rows are ours.
    off, on, tidy = _WITHOUT_CHECKS[database.engine.dialect.name]
    indexes = [index for table in metadata.sorted_tables for index in table.indexes]
    with _without_transaction(database) as execute:
        execute(off)
        for index in indexes:
            execute(str(DropIndex(index).compile(database.engine)))
        for first in range(1, rows + 1, _CHUNK):
            part = _Part(rows, first, min(first + _CHUNK - 1, rows))
            for statement in _statements(database.engine.dialect.name, every, part):
                execute(statement)
        for index in indexes:
            execute(str(CreateIndex(index).compile(database.engine)))
        execute(on)
        execute(tidy)
    if not database.is_sqlite:
        with database.write() as connection:
            _move_sequences(connection)


_WITHOUT_CHECKS = {
    "sqlite": (
        "PRAGMA foreign_keys=OFF",
        "PRAGMA foreign_keys=ON",
        "PRAGMA wal_checkpoint(TRUNCATE)",
    ),
    "postgresql": (
        "SET session_replication_role = replica",
        "SET session_replication_role = origin",
        "VACUUM ANALYZE",
    ),
}


@dataclass(frozen=True, slots=True)
class _Part:
    """Comments of one chunk, of so many in all."""

    rows: int
    first: int
    last: int


@contextmanager
def _without_transaction(database: Database) -> Iterator[Callable[[str], object]]:
    """Give what executes a statement by the driver, each committed by itself."""
    connection = database.engine.raw_connection()
    driver = connection.driver_connection
    connection.detach()
    if isinstance(driver, psycopg.Connection):
        driver.autocommit = True
    yield connection.cursor().execute
    connection.close()


def _people(connection: Connection) -> None:
    for key in (1, 2, 3):
        connection.execute(
            insert(forums).values(
                id=key, slug=f"forum-{key}", name=f"Forum {key}", created_at=START
            )
        )
        connection.execute(
            insert(policies).values(
                forum_id=key, version=1, document={}, created_at=START, created_by="benchmark"
            )
        )
    for key, name in enumerate(MODERATORS, start=1):
        connection.execute(
            insert(users).values(
                id=key,
                username=name,
                password_hash=_password_hash(),
                role=Role.MODERATOR.value,
                is_active=True,
                created_at=START,
            )
        )


def _statements(dialect: str, every: int, part: _Part) -> list[str]:
    numbers = _NUMBERS[dialect].format(first=part.first, last=part.last)
    rows = part.rows
    at = _AT[dialect].format(start=int(START.timestamp()), seconds=f"({rows} - n)")
    body = _WORDS.format(place=_one_of(("harbour", "bridge", "school")), day="(n % 365)")
    risk = "(0.5 + (n % 4999) / 10000.0)"
    waits, is_decided = f"n % {every} = 0", "n % 10 IN (1, 2)"
    is_queued = f"({waits} OR {is_decided})"
    language = _one_of(("en", "de", "th"))
    label = _one_of(("abusive", "partisan", "abusive"))
    forum = "CASE WHEN n % 53 = 0 THEN 3 WHEN n % 7 = 0 THEN 2 ELSE 1 END"
    return [
        f"{numbers} INSERT INTO authors (id, forum_id, external_id, name)"
        f" SELECT n, 1, 'u' || n, 'Author ' || n FROM numbers WHERE n <= {rows} / 20 + 1",
        f"{numbers} INSERT INTO threads (id, forum_id, external_id, title)"
        f" SELECT n, 1, 't' || n, 'Thread ' || n FROM numbers WHERE n <= {rows} / 50 + 1",
        f"{numbers} INSERT INTO comments (id, forum_id, external_id, revision, is_latest, source,"
        " text_format, body, quotes, repeat_key, author_id, thread_id, language, received_at)"
        f" SELECT n, {forum}, 'c' || n, 'r', {_bool('1 = 1', dialect)}, {body}, 'plain', {body},"
        f" '[]', 'key' || (n % 900000), 1 + n % ({rows} / 20), 1 + n % ({rows} / 50),"
        f" {language}, {at} FROM numbers",
        f"{numbers} INSERT INTO verdicts (comment_id, verdict, reasons, scores, spans, rule_spans,"
        " model_version, policy_version, request_id, created_at)"
        f" SELECT n, 'flag', {_json(_REASONS, dialect)},"
        f" {_json(_SCORES.format(risk=risk), dialect)},"
        f" {_json(_SPANS, dialect)}, '[]',"
        f" '2026-01-01-0000000001', 1, 'r', {at} FROM numbers",
        f"{numbers} INSERT INTO review_items (id, comment_id, forum_id, state, reasons, source,"
        " is_held, is_audit, is_escalated, report_count, risk, usefulness, top_label, author_id,"
        " thread_id, language, host, created_at, due_at,"
        " decision_id, closed_at)"
        f" SELECT n, n, {forum}, CASE WHEN {waits} THEN 'pending' ELSE 'decided' END,"
        f" {_json(_REASONS, dialect)}, {_one_of(('model', 'model', 'report'))},"
        f" {_bool('n % 7 = 0', dialect)}, {_bool('n % 900 = 0', dialect)},"
        f" {_bool('n % 1100 = 0', dialect)}, CASE WHEN n % 3 = 2 THEN n % 9 ELSE 0 END,"
        f" {risk}, {risk} / 3, {label}, 1 + n % ({rows} / 20), 1 + n % ({rows} / 50), {language},"
        f" 'forum.example', {at}, {at}, CASE WHEN {waits} THEN NULL ELSE n END,"
        f" CASE WHEN {waits} THEN NULL ELSE {at} END FROM numbers WHERE {is_queued}",
        f"{numbers} INSERT INTO decisions (id, item_id, comment_id, forum_id, action, labels,"
        " reason, note, moderator_id, revision, model_version, policy_version, created_at)"
        f" SELECT n, n, n, {forum}, CASE WHEN n % 3 = 0 THEN 'approve' ELSE 'reject' END,"
        " '{\"abusive\": true}', CASE WHEN n % 3 = 0 THEN NULL ELSE 'insult' END, '',"
        f" 1 + n % 3, 'r', '2026-01-01-0000000001', 1, {at}"
        f" FROM numbers WHERE {is_queued} AND NOT ({waits})",
        f"{numbers} INSERT INTO feedback (id, forum_id, comment_id, decision_id, source, labels,"
        " decision, decided_by, decided_at, created_at)"
        f" SELECT n, {forum}, n, n, 'model', '{{\"abusive\": true}}', 'reject', 'mira', {at}, {at}"
        f" FROM numbers WHERE {is_queued} AND NOT ({waits})",
        f"{numbers} INSERT INTO events (at, kind, actor, forum_id, comment_id, details)"
        f" SELECT {at}, 'verdict', 'service', {forum}, n,"
        ' \'{"verdict": "flag", "policy_version": 1}\' FROM numbers',
        f"{numbers} INSERT INTO deliveries (message_id, forum_id, comment_id, event_type, payload,"
        " state, attempts, next_attempt_at, created_at, closed_at)"
        f" SELECT 'm' || n, {forum}, n, 'comment.decided', '{{}}', 'delivered', 1, {at}, {at}, {at}"
        f" FROM numbers WHERE {is_queued} AND NOT ({waits})",
    ]


def _one_of(values: tuple[str, ...]) -> str:
    chosen = " ".join(f"WHEN {place} THEN '{value}'" for place, value in enumerate(values))
    return f"CASE n % {len(values)} {chosen} END"


def _bool(condition: str, dialect: str) -> str:
    return f"({condition})" if dialect == "postgresql" else f"CAST({condition} AS INTEGER)"


def _json(expression: str, dialect: str) -> str:
    return f"CAST({expression} AS json)" if dialect == "postgresql" else expression


def _move_sequences(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        if "id" in table.c:
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"
                    f" (SELECT coalesce(max(id), 0) + 1 FROM {table.name}), false)"
                )
            )

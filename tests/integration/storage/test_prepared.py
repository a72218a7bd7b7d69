"""Prepared statements give what SQLAlchemy's executions give, and fail as they do."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, func, insert, literal, select

from moderation.domain.errors import ConflictError, InvalidInputError, StorageUnavailableError
from moderation.domain.forum import Forum
from moderation.services.runtime import Runtime
from moderation.storage.as_json import as_json
from moderation.storage.database import Database
from moderation.storage.prepared import Prepared
from moderation.storage.tables import authors, comments, events
from tests.builders import a_comment, submitted

postgresql_only = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)]
)

AT = datetime(2026, 3, 2, 9, 30, 0, 250_000, tzinfo=UTC)


def test_rows_are_those_of_sqlalchemy(runtime: Runtime, forum: Forum) -> None:
    submitted(runtime, forum, a_comment("c1", "you idiot", posted_at=AT))
    statement = (
        select(comments, literal("x").label("fixed"))
        .where(comments.c.external_id == bindparam("name"))
        .limit(5)
    )
    with runtime.database.read() as connection:
        wanted = [tuple(row) for row in connection.execute(statement, {"name": "c1"})]
        assert Prepared(lambda _: statement).rows(connection, {"name": "c1"}) == wanted
        assert Prepared(lambda _: statement).row(connection, {"name": "c2"}) is None


def test_values_are_stored_as_sqlalchemy_stores_them(runtime: Runtime, forum: Forum) -> None:
    values = {
        "at": AT,
        "kind": "told",
        "actor": "model",
        "forum_id": forum.id,
        "comment_id": None,
        "details": {"label": "abusive", "score": 1e-07, "half": "\ud800"},
    }
    one = Prepared(lambda _: insert(events).returning(events.c.id, events.c.details))
    with runtime.database.write() as connection:
        ((pk, details),) = one.rows(connection, values)
        row = connection.execute(select(events).where(events.c.id == pk)).mappings().one()
        assert {name: row[name] for name in values} == values
        assert details == values["details"]


def test_refusals_are_told_as_ever(database: Database, forum: Forum) -> None:
    one = Prepared(lambda _: insert(authors))
    author = {"forum_id": forum.id, "external_id": "u1"}
    with database.write() as connection:
        one.rows(connection, author)
    with pytest.raises(ConflictError), database.write() as connection:
        one.rows(connection, author)


@postgresql_only
def test_a_value_that_the_database_cannot_hold_is_refused(database: Database, forum: Forum) -> None:
    one = Prepared(lambda _: insert(authors))
    with pytest.raises(InvalidInputError), database.write() as connection:
        one.rows(connection, {"forum_id": forum.id, "external_id": "a\0b"})


@postgresql_only
def test_a_lost_connection_is_told_and_replaced(database: Database) -> None:
    number = Prepared(lambda _: select(func.pg_backend_pid()))

    def after_its_end() -> None:
        with database.look() as connection, database.write() as other:
            ((own,),) = number.rows(connection, {})
            other.execute(select(func.pg_terminate_backend(own)))
            number.rows(connection, {})

    with pytest.raises(StorageUnavailableError):
        after_its_end()
    with database.look() as connection:
        assert number.rows(connection, {})


@pytest.mark.parametrize(
    "value",
    [
        [["abusive", 0.1 + 0.2, False, None]],
        {"long": 2**70},  # beyond 64 bits
        {"half": "\ud83d"},  # half a surrogate pair
        {1: "a key that is no text"},
    ],
)
def test_json_of_any_value_reads_as_it_was(value: object) -> None:
    assert json.loads(as_json(value)) == json.loads(json.dumps(value))

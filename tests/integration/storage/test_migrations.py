"""Migrations go up and down on both databases and end where the code expects it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import event, inspect, select, text

from moderation.domain.errors import InvalidInputError
from moderation.storage import schema
from moderation.storage.database import Database, open_database
from moderation.storage.tables import metadata
from tests.integration.killed import die, killed
from tests.integration.racing import race


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    """An open database without a single table."""
    database = open_database(empty_url)
    yield database
    database.dispose()


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_upgrade_makes_every_table_and_downgrade_removes_it(empty: Database) -> None:
    assert schema.current(empty) is None
    schema.upgrade(empty)
    assert tables(empty) == set(metadata.tables)
    assert schema.current(empty) == schema.head()
    schema.downgrade(empty, "base")
    assert tables(empty) == set()
    assert schema.current(empty) is None
    schema.upgrade(empty)
    assert tables(empty) == set(metadata.tables)


def test_models_and_migrations_agree(database: Database) -> None:
    assert schema.differences(database) == []


def test_models_and_migrations_have_the_same_checks_and_indexes(database: Database) -> None:
    found = inspect(database.engine)
    for table in metadata.sorted_tables:
        checks = {str(check["name"]) for check in found.get_check_constraints(table.name)}
        named = {str(check.name) for check in table.constraints if "CheckC" in type(check).__name__}
        assert checks == {
            f"ck_{table.name}_{name.removeprefix(f'ck_{table.name}_')}" for name in named
        }
        indexes = {index["name"] for index in found.get_indexes(table.name)}
        assert indexes >= {index.name for index in table.indexes}


def test_upgrade_of_what_is_up_to_date_changes_nothing(database: Database) -> None:
    schema.upgrade(database)
    assert schema.current(database) == schema.head()


def test_an_unknown_revision_is_refused_in_a_sentence(database: Database) -> None:
    with pytest.raises(InvalidInputError, match="was not migrated"):
        schema.upgrade(database, "9999")
    assert schema.current(database) == schema.head()


def test_two_migrations_at_once_take_turns(empty_url: str) -> None:
    def migrate(url: str) -> str | None:
        database = open_database(url)
        try:
            schema.upgrade(database)
            return schema.current(database)
        finally:
            database.dispose()

    assert race(migrate, [empty_url] * 4) == [schema.head()] * 4


@pytest.mark.parametrize("moment", [1, 20, 60, "commit"])
def test_a_migration_killed_at_any_moment_is_done_whole_by_the_next_start(
    empty: Database, empty_url: str, moment: int | str
) -> None:
    schema.upgrade(empty, "0001")
    with empty.write() as connection:
        connection.execute(
            text(
                "INSERT INTO forums (id, slug, name, created_at)"
                " VALUES (1, 'f', 'F', '2026-03-02 09:00:00')"
            )
        )
    empty.dispose()

    def migrate() -> None:
        database = open_database(empty_url)
        statements = count(1)
        if moment == "commit":
            event.listen(database.engine, "commit", die)
        else:
            event.listen(
                database.engine,
                "after_cursor_execute",
                lambda *_: die() if next(statements) == moment else None,
            )
        schema.upgrade(database)

    killed(migrate)
    assert schema.current(empty) == "0001"
    schema.upgrade(empty)
    assert schema.differences(empty) == []
    with empty.read() as connection:
        assert connection.scalars(text("SELECT slug FROM forums")).all() == ["f"]


def test_comments_of_an_older_schema_keep_their_threads_title(empty: Database) -> None:
    schema.upgrade(empty, "0001")
    with empty.write() as connection:
        for statement in (
            "INSERT INTO forums (id, slug, name, created_at)"
            " VALUES (1, 'f', 'F', '2026-03-02 09:00:00')",
            "INSERT INTO threads (id, forum_id, external_id, title) VALUES (7, 1, 't', 'Budget')",
            "INSERT INTO comments (id, forum_id, external_id, revision, is_latest, source,"
            " text_format, body, quotes, thread_id, received_at) VALUES"
            " (1, 1, 'c', 'r', true, 'x', 'plain', 'x', '[]', 7, '2026-03-02 09:00:00'),"
            " (2, 1, 'd', 'r', true, 'x', 'plain', 'x', '[]', NULL, '2026-03-02 09:00:00')",
        ):
            connection.execute(text(statement))
    schema.upgrade(empty)
    with empty.read() as connection:
        titles = connection.scalars(text("SELECT scored_title FROM comments ORDER BY id")).all()
    assert titles == ["Budget", None]


def test_decisions_in_force_become_feedback_when_the_table_comes(empty: Database) -> None:
    schema.upgrade(empty, "0002")
    at = "'2026-03-02 09:00:00'"
    with empty.write() as connection:
        for statement in (
            f"INSERT INTO forums (id, slug, name, created_at) VALUES (1, 'f', 'F', {at})",
            "INSERT INTO users (id, username, password_hash, role, is_active, created_at)"
            f" VALUES (5, 'mira', 'x', 'moderator', true, {at})",
            "INSERT INTO comments (id, forum_id, external_id, revision, is_latest, source,"
            f" text_format, body, quotes, received_at) VALUES"
            f" (1, 1, 'c', 'r', true, 'x', 'plain', 'x', '[]', {at})",
            "INSERT INTO review_items (id, comment_id, forum_id, state, reasons, source, is_held,"
            " is_audit, risk, created_at, decision_id)"
            f" VALUES (3, 1, 1, 'decided', '[]', 'report', false, false, 0.5, {at}, 9)",
            "INSERT INTO decisions (id, item_id, comment_id, forum_id, action, labels, reason,"
            " note, moderator_id, revision, policy_version, created_at)"
            " VALUES (8, 3, 1, 1, 'approve', '{}', NULL, '', 5, 'r', 1, " + at + "),"
            " (9, 3, 1, 1, 'reject', '{\"abusive\": true}', 'insult', '', 5, 'r', 1, " + at + ")",
        ):
            connection.exec_driver_sql(statement)
    schema.upgrade(empty)
    with empty.read() as connection:
        (row,) = connection.execute(select(metadata.tables["feedback"])).all()
    assert (row.decision_id, row.source, row.decided_by) == (9, "report", "mira")
    assert (row.labels, row.decision, row.reason) == ({"abusive": True}, "reject", "insult")
    assert row.decided_at.isoformat() == "2026-03-02T09:00:00+00:00"

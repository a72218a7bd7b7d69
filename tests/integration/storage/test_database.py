"""What the engine promises: durability, isolation, times with a zone, refused rows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from moderation.domain.errors import ConflictError, InvalidInputError, StorageUnavailableError
from moderation.domain.forum import Forum
from moderation.services.runtime import Runtime
from moderation.storage.database import Database, open_database
from moderation.storage.tables import (
    comments,
    credentials,
    decisions,
    deliveries,
    events,
    forums,
    reports,
    review_items,
    users,
    verdicts,
)
from tests.builders import a_comment, a_user, sqlite_only, submitted
from tests.fakes import START
from tests.integration.racing import race


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),  # readers and the writer do not wait for each other
        ("synchronous", 1),  # NORMAL: the rest of FULL is the shared sync's
        ("foreign_keys", 1),
        ("busy_timeout", 10_000),
    ],
)
@sqlite_only
def test_pragma_is_on_in_every_connection(database: Database, pragma: str, value: object) -> None:
    with database.read() as first, database.read() as second:
        for connection in (first, second):
            assert connection.scalar(text(f"PRAGMA {pragma}")) == value


@sqlite_only
def test_a_write_transaction_takes_the_lock_at_its_start(database: Database) -> None:
    order: list[str] = []

    def second_writer() -> None:
        with database.write():
            order.append("second")

    with database.write():
        thread = threading.Thread(target=second_writer)
        thread.start()
        # Nothing has been written yet: with a plain BEGIN the other would pass.
        thread.join(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


@sqlite_only
def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    with database.write() as writer:
        writer.execute(insert(events).values(at=START, kind="x", actor="a", details={}))
        with database.read() as reader:
            assert reader.execute(select(events.c.id)).all() == []


def test_two_writers_that_begin_by_reading_both_succeed(database: Database) -> None:
    def read_then_write(number: int) -> int:
        with database.write() as connection:
            connection.execute(select(events.c.id)).all()
            connection.execute(
                insert(events).values(at=START, kind=str(number), actor="a", details={})
            )
        return number

    assert race(read_then_write, range(8)) == list(range(8))


def test_an_error_rolls_everything_back(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as connection:
            connection.execute(insert(events).values(at=START, kind="x", actor="a", details={}))
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.read() as connection:
        assert connection.execute(select(events.c.id)).all() == []


def test_a_naive_time_is_refused(database: Database) -> None:
    naive = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001
    with pytest.raises(StatementError, match="without zone"), database.write() as connection:
        connection.execute(insert(events).values(at=naive, kind="x", actor="a", details={}))


def test_a_time_of_any_zone_comes_back_in_utc(database: Database) -> None:
    at = datetime(2026, 3, 2, 23, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
    with database.write() as connection:
        connection.execute(insert(events).values(at=at, kind="x", actor="a", details={}))
    with database.read() as connection:
        found = connection.scalar(select(events.c.at))
    assert found == at
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize("url", ["postgresql+psycopg://nobody@127.0.0.1:1/none"])
def test_a_database_that_is_away_is_told_as_such(url: str) -> None:
    database = open_database(url)
    with pytest.raises(StorageUnavailableError):
        database.ping()
    database.dispose()


@pytest.fixture
def rows(runtime: Runtime, forum: Forum) -> dict[str, Any]:
    """Keys of rows to hang impossible ones on."""
    user = a_user(runtime)
    judgement = submitted(runtime, forum, a_comment(text="You idiot"))
    return {
        "forum": forum.id,
        "user": user.id,
        "comment": judgement.comment_pk,
        "item": judgement.item_id,
    }


def an_item(rows: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "forum_id": rows["forum"],
        "state": "pending",
        "reasons": [],
        "source": "model",
        "is_held": False,
        "is_audit": False,
        "risk": 0.5,
        "created_at": START,
        **changed,
    }


def test_an_item_is_claimed_by_somebody_or_not_at_all(
    database: Database, rows: dict[str, Any]
) -> None:
    for broken in (
        {"state": "claimed"},  # by nobody
        {"state": "claimed", "claimed_by": rows["user"], "claim_token": "t"},  # without end
        {
            "claim_token": "t",
            "claimed_by": rows["user"],
            "claim_expires_at": START,
        },  # while pending
        {"state": "decided"},  # by no decision
        {"decision_id": 1},  # while pending
        {"state": "gone"},
    ):
        with pytest.raises(IntegrityError), database.write() as connection:
            connection.execute(
                update(review_items).where(review_items.c.id == rows["item"]).values(**broken)
            )


def test_a_comment_has_one_item(database: Database, rows: dict[str, Any]) -> None:
    with pytest.raises(ConflictError), database.write() as connection:
        connection.execute(insert(review_items).values(**an_item(rows, comment_id=rows["comment"])))


def test_rows_without_their_parent_are_refused(database: Database, rows: dict[str, Any]) -> None:
    nowhere = 999_999
    impossible = [
        insert(review_items).values(**an_item(rows, comment_id=nowhere)),
        insert(review_items).values(**an_item(rows | {"forum": nowhere}, comment_id=nowhere)),
        insert(reports).values(
            comment_id=nowhere, forum_id=rows["forum"], reporter_key="r", created_at=START
        ),
        insert(decisions).values(
            item_id=rows["item"],
            comment_id=rows["comment"],
            forum_id=rows["forum"],
            action="approve",
            labels={},
            note="",
            moderator_id=nowhere,
            revision="r",
            policy_version=1,
            created_at=START,
        ),
    ]
    for statement in impossible:
        with pytest.raises(IntegrityError), database.write() as connection:
            connection.execute(statement)


def test_values_outside_of_their_list_are_refused(database: Database, rows: dict[str, Any]) -> None:
    impossible = [
        update(verdicts).values(verdict="reject"),
        update(users).values(role="root"),
        insert(deliveries).values(
            message_id="m",
            forum_id=rows["forum"],
            event_type="x",
            payload="{}",
            state="lost",
            next_attempt_at=START,
            created_at=START,
        ),
        # A bearer key is kept as a digest alone, a signing secret never as one.
        insert(credentials).values(
            forum_id=rows["forum"], kind="bearer", secret="s", created_at=START
        ),
        insert(credentials).values(
            forum_id=rows["forum"], kind="signing", key_digest="d", created_at=START
        ),
        insert(credentials).values(
            forum_id=rows["forum"], kind="basic", key_digest="d", created_at=START
        ),
    ]
    for statement in impossible:
        with pytest.raises(IntegrityError), database.write() as connection:
            connection.execute(statement)


def test_a_revision_is_stored_once(database: Database, rows: dict[str, Any]) -> None:
    with database.read() as connection:
        row = dict(connection.execute(select(comments)).mappings().one())
    del row["id"]
    with pytest.raises(ConflictError), database.write() as connection:
        connection.execute(insert(comments).values(**row))


@pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_a_value_that_the_database_cannot_hold_is_invalid_input(database: Database) -> None:
    for broken in ("a\x00b", "x" * 201):
        with pytest.raises(InvalidInputError), database.write() as connection:
            connection.execute(insert(events).values(at=START, kind="x", actor=broken, details={}))


@sqlite_only
def test_the_key_of_a_removed_forum_is_not_given_again(database: Database) -> None:
    def add(slug: str) -> int:
        with database.write() as connection:
            made: int = connection.execute(
                insert(forums).values(slug=slug, name=slug, created_at=START).returning(forums.c.id)
            ).scalar_one()
        return made

    first = add("a")
    with database.write() as connection:
        connection.execute(forums.delete())
    assert add("b") > first


def test_a_new_file_opens_for_all_who_come_at_once(tmp_path: Path) -> None:
    def ask(url: str) -> None:
        database = open_database(url)
        try:
            database.ping()
        finally:
            database.dispose()

    for number in range(20):  # one try in twenty showed it: the journal's mode is changed unwaited
        assert race(ask, [f"sqlite:///{tmp_path / str(number)}.sqlite3"] * 8) == [None] * 8

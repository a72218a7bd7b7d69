"""Personal data: kept as long as the forum says, erased and shown on request, under pseudonyms."""

from __future__ import annotations

import io
import logging
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from classifiers.labels import Label
from moderation.domain.comment import Author, Parent, Thread
from moderation.domain.errors import InvalidInputError, NotFoundError
from moderation.domain.forum import Forum
from moderation.domain.judgement import Judgement
from moderation.domain.retention import Retention
from moderation.services import erasure, removal, retention
from moderation.services.exporting import WHOLE, ExportFormat, export_labels, note_export
from moderation.services.intake import submit_comment
from moderation.services.lookup import read_comment
from moderation.services.policy_changes import change_policy
from moderation.services.pseudonyms import Pseudonyms
from moderation.services.registration import find_forum
from moderation.services.reporting import READER, Report, report_comment
from moderation.services.runtime import Runtime
from moderation.storage.feedback import ImportedLabel, insert_imported
from moderation.storage.labelled import ExportFilter
from moderation.storage.tables import metadata
from tests.builders import a_comment, a_user, decided, sqlite_only, submitted
from tests.fakes import FakeModels, FakeScorer, FixedClock

DAY_S = 86_400.0
SECRET_WORDS = "you idiot from Pumpernickel Lane"
"""What must not be found anywhere once it was erased."""


def stored_text(runtime: Runtime) -> str:
    """Return all that the database holds, as one text."""
    with runtime.database.read() as connection:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        )


def an_insult(runtime: Runtime, forum: Forum, name: str = "c1", **fields: Any) -> Judgement:
    comment = a_comment(name, SECRET_WORDS, author=Author("u-7", "Petronella"), **fields)
    return submitted(runtime, forum, comment)


def exported(runtime: Runtime) -> str:
    target = io.BytesIO()
    export_labels(runtime, ExportFilter(), target, ExportFormat.JSONL)
    return target.getvalue().decode()


def enforce(runtime: Runtime) -> int:
    steps = 0
    while changed := retention.enforce_step(runtime):
        steps += changed
    return steps


def test_text_author_and_decisions_go_after_their_days(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    rules = Retention(text_days=30, author_days=10, decision_days=60)
    retention.set_retention(runtime, forum, rules, by="test")
    judgement = an_insult(runtime, forum)
    report_comment(runtime, forum, "c1", Report(f"{READER}u-9", "rude", "Pumpernickel again"))
    decided(runtime, a_user(runtime), judgement, note="Pumpernickel is known for it")
    assert enforce(runtime) == 0

    clock.advance(11 * DAY_S)
    assert enforce(runtime) == 1
    held = stored_text(runtime)
    assert "u-7" not in held
    assert "Petronella" not in held
    assert "u-9" not in held
    assert "Pumpernickel Lane" in held

    clock.advance(20 * DAY_S)
    assert enforce(runtime) == 1
    assert "Pumpernickel" not in stored_text(runtime)
    record = read_comment(runtime, forum, "c1")
    assert record.decision is not None  # what was decided is kept for longer
    assert record.judgement.spans == ()
    assert exported(runtime) == ""  # no words, nothing to learn

    clock.advance(30 * DAY_S)
    assert enforce(runtime) == 1
    record = read_comment(runtime, forum, "c1")
    assert record.decision is None
    assert "mira" not in [event.actor for event in record.history]
    assert enforce(runtime) == 0


def test_retention_works_in_small_steps_and_goes_on_where_it_was(
    runtime: Runtime, forum: Forum, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "STEP_ROWS", 2)
    for number in range(5):
        an_insult(runtime, forum, f"c{number}")
    retention.set_retention(runtime, forum, Retention(text_days=1), by="test")
    clock.advance(2 * DAY_S)
    an_insult(runtime, forum, "young")

    assert [retention.enforce_step(runtime) for _ in range(4)] == [2, 2, 1, 0]
    assert read_comment(runtime, forum, "young").judgement.body == SECRET_WORDS


def test_text_that_is_too_old_leaves_the_queue(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    an_insult(runtime, forum)
    retention.set_retention(runtime, forum, Retention(text_days=1), by="test")
    clock.advance(2 * DAY_S)
    enforce(runtime)
    assert read_comment(runtime, forum, "c1").judgement.item_state == "withdrawn"


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_days_that_cannot_be_are_refused(days: int) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Retention(author_days=days)
    assert list(caught.value.fields) == ["author_days"]


def test_an_erased_author_is_nowhere(runtime: Runtime, forum: Forum, clock: FixedClock) -> None:
    thread = Thread("t1", "Budget day")
    judgement = an_insult(runtime, forum, thread=thread)
    decided(runtime, a_user(runtime), judgement, note="Petronella, as always")
    reply = a_comment("c2", "Please stay calm.", thread=thread, parent=Parent("c1", SECRET_WORDS))
    submitted(runtime, forum, reply)
    report_comment(runtime, forum, "c2", Report(f"{READER}u-7", "rude", "Pumpernickel!"))
    clock.advance(60)
    note_export(runtime, ExportFilter(), WHOLE, actor="mira")

    receipt = erasure.erase_author(runtime, forum, "u-7", by="test")

    assert (receipt.comments, receipt.reports) == (1, 1)
    assert [export["by"] for export in receipt.exports] == ["mira"]
    held = stored_text(runtime)
    assert not [word for word in ("u-7", "Petronella", "Pumpernickel") if word in held]
    assert "Please stay calm." in held  # another person's words
    record = read_comment(runtime, forum, "c1")
    assert record.decision is not None
    with pytest.raises(NotFoundError):
        erasure.erase_author(runtime, forum, "u-7", by="test")
    # The same comment again is the same question: its text does not come back.
    assert an_insult(runtime, forum, thread=thread).verdict == judgement.verdict
    assert "Pumpernickel" not in stored_text(runtime)


def test_an_erased_comment_leaves_the_others_alone(runtime: Runtime, forum: Forum) -> None:
    an_insult(runtime, forum)
    an_insult(runtime, forum, "c2")

    assert erasure.erase_comment(runtime, forum, "c1", by="test").comments == 1
    assert erasure.erase_comment(runtime, forum, "c1", by="test").comments == 1  # repeatable

    assert read_comment(runtime, forum, "c1").judgement.source == ""
    assert read_comment(runtime, forum, "c2").judgement.source == SECRET_WORDS
    removal.restore_comment(runtime, forum, "c1")
    assert read_comment(runtime, forum, "c1").judgement.item_state == "withdrawn"


def test_an_author_reads_what_is_stored(
    runtime: Runtime, forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "PAGE_ROWS", 1)
    judgement = an_insult(runtime, forum)
    an_insult(runtime, forum, "c2")
    decided(runtime, a_user(runtime), judgement)

    page = erasure.author_data(runtime, forum, "u-7")
    assert [row["external_id"] for row, _ in page.comments] == ["c1"]
    whole = erasure.export_author(runtime, forum, "u-7")

    assert [row["source"] for row, _ in whole.comments] == [SECRET_WORDS] * 2
    assert [decision is not None for _, decision in whole.comments] == [True, False]
    assert whole.author == Author("u-7", "Petronella")
    with pytest.raises(NotFoundError):
        erasure.author_data(runtime, forum, "nobody")


def test_pseudonyms_stand_for_authors_old_and_new(runtime: Runtime, forum: Forum) -> None:
    keyed = replace(runtime, pseudonyms=lambda: Pseudonyms("k" * 32))
    an_insult(keyed, forum)
    report_comment(keyed, forum, "c1", Report(f"{READER}u-9", None, None))

    assert retention.set_pseudonymising(keyed, forum, wanted=True, by="test") == 1
    changed = find_forum(keyed, forum.slug)
    assert changed is not None
    an_insult(keyed, changed, "c2")

    held = stored_text(keyed)
    assert not [word for word in ("u-7", "Petronella", "u-9") if word in held]
    assert len(erasure.export_author(keyed, changed, "u-7").comments) == 2
    is_new = report_comment(keyed, changed, "c1", Report(f"{READER}u-9", None, None)).is_new
    assert not is_new  # the same reader still counts once
    assert erasure.erase_author(keyed, changed, "u-7", by="test").comments == 2


def test_a_trusted_author_is_known_before_the_pseudonym(runtime: Runtime, forum: Forum) -> None:
    keyed = replace(runtime, pseudonyms=lambda: Pseudonyms("k" * 32))
    document = {"audit_share": 0, "trusted_authors": ["u-7"]}
    change_policy(keyed, forum.slug, document, by="test")
    retention.set_pseudonymising(keyed, forum, wanted=True, by="test")
    changed = find_forum(keyed, forum.slug)
    assert changed is not None
    assert an_insult(keyed, changed).verdict == "publish"


@sqlite_only
def test_comment_text_is_in_no_log_line(
    runtime: Runtime, forum: Forum, models: FakeModels, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(FakeScorer):
        def score(self, comment: Any, *, with_spans: bool = True) -> Any:
            del with_spans
            raise ValueError(f"cannot score {comment.text}")

    caplog.set_level(logging.DEBUG)
    decided(runtime, a_user(runtime), an_insult(runtime, forum), note="Pumpernickel")
    broken = replace(runtime, models=FakeModels(Failing()))
    submit_comment(broken, forum, a_comment("c9", SECRET_WORDS), request_id="r")
    erasure.erase_author(runtime, forum, "u-7", by="test")
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "cannot score" not in told
    assert "Pumpernickel" not in told


def test_no_column_can_hold_an_address() -> None:
    names = {column.name for table in metadata.sorted_tables for column in table.columns}
    assert not [name for name in names if "mail" in name or name == "ip" or "ip_" in name]


@sqlite_only
def test_imported_labels_of_an_author_go_with_them(runtime: Runtime, forum: Forum) -> None:
    row = ImportedLabel(
        forum.id, "import", {Label.ABUSIVE: True}, SECRET_WORDS, None, None, None, None, None,
        {"author_id": "u-7", "comment_id": "c1"}, "d" * 64,
    )  # fmt: skip
    with runtime.database.write() as connection:
        insert_imported(connection, [row], at=runtime.clock())
    assert erasure.erase_author(runtime, forum, "u-7", by="test").labels == 1
    assert "Pumpernickel" not in stored_text(runtime)

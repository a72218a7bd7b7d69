"""Readers' reports and the author's deletion, and what they do to an item."""

from __future__ import annotations

import pytest

from moderation.domain.errors import (
    NotFoundError,
)
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import ItemState
from moderation.services import lookup, removal, reporting, review, review_pages
from moderation.services.reporting import Report
from moderation.services.runtime import Runtime
from moderation.storage.users import User
from tests.builders import a_comment, decided, register_forum, submitted
from tests.integration.racing import race
from tests.integration.services.review_steps import (
    ANY,
    INSULT,
    queued,
)


def report(
    runtime: Runtime, forum: Forum, reader: str, external_id: str = "c1"
) -> reporting.ReportReceipt:
    return reporting.report_comment(runtime, forum, external_id, Report(reader, "rude", None))


def test_a_report_queues_a_published_comment(runtime: Runtime, forum: Forum) -> None:
    submitted(runtime, forum)
    receipt = report(runtime, forum, "r1")
    assert (receipt.item_state, receipt.report_count, receipt.is_new) == ("pending", 1, True)
    item = review_pages.view_item(runtime, EVERYWHERE, receipt.item_id).item
    assert (item.reasons, item.source.value, item.is_held) == (("user_report",), "report", False)


def test_reports_add_up_on_one_item_and_a_reader_counts_once(
    runtime: Runtime, forum: Forum
) -> None:
    item_id = queued(runtime, forum)
    receipts = [report(runtime, forum, reader) for reader in ("r1", "r2", "r1", "r3")]
    assert {receipt.item_id for receipt in receipts} == {item_id}
    assert [receipt.report_count for receipt in receipts] == [1, 2, 2, 3]
    assert not report(runtime, forum, "r3").is_new
    view = review_pages.view_item(runtime, EVERYWHERE, item_id)
    assert view.item.reasons == ("over_threshold:abusive", "user_report")
    assert view.item.source.value == "model"
    assert view.reports == (("rude", 3),)


def test_eight_first_reports_at_once_make_one_item(runtime: Runtime, forum: Forum) -> None:
    submitted(runtime, forum)
    answers = race(lambda number: report(runtime, forum, f"r{number}"), range(8))
    found = [answer for answer in answers if isinstance(answer, reporting.ReportReceipt)]
    assert len(found) == 8, answers
    assert len({receipt.item_id for receipt in found}) == 1
    assert sorted(receipt.report_count for receipt in found) == list(range(1, 9))


def test_a_report_does_not_reopen_what_a_person_decided(
    runtime: Runtime, forum: Forum, mira: User
) -> None:
    decided(runtime, mira, submitted(runtime, forum, a_comment(text=INSULT)), reason=None)
    receipt = report(runtime, forum, "r1")
    assert (receipt.item_state, receipt.report_count) == ("decided", 1)


def test_a_reported_audit_item_is_no_longer_hidden(runtime: Runtime) -> None:
    forum = register_forum(runtime, audit_share=1).forum
    item_id = queued(runtime, forum, text="Thank you for the help.")
    assert review_pages.view_item(runtime, EVERYWHERE, item_id).item.is_audit
    report(runtime, forum, "r1")
    item = review_pages.view_item(runtime, EVERYWHERE, item_id).item
    assert (item.is_audit, item.reasons) == (False, ("audit_sample", "user_report"))
    assert item.source.value == "audit_sample"  # why it was chosen stays true


def test_a_report_on_nothing_is_not_found(runtime: Runtime, forum: Forum) -> None:
    with pytest.raises(NotFoundError):
        report(runtime, forum, "r1")
    submitted(runtime, forum)
    with pytest.raises(NotFoundError):
        report(runtime, register_forum(runtime, "tribune").forum, "r1")
    removal.delete_comment(runtime, forum, "c1")
    with pytest.raises(NotFoundError):
        report(runtime, forum, "r1")


def test_deletion_withdraws_the_open_item(runtime: Runtime, forum: Forum, mira: User) -> None:
    item_id = queued(runtime, forum)
    assert removal.delete_comment(runtime, forum, "c1")
    assert not removal.delete_comment(runtime, forum, "c1")
    view = review_pages.view_item(runtime, EVERYWHERE, item_id)
    assert view.item.state is ItemState.WITHDRAWN
    assert view.judgement.deleted_at == runtime.clock()
    assert review.claim_next(runtime, mira, ANY, ttl_s=300) is None
    assert [event.kind for event in view.history] == ["verdict", "deleted"]


def test_deletion_leaves_a_decision_in_force(runtime: Runtime, forum: Forum, mira: User) -> None:
    made = decided(runtime, mira, submitted(runtime, forum, a_comment(text=INSULT)))
    removal.delete_comment(runtime, forum, "c1")
    assert lookup.read_comment(runtime, forum, "c1").decision == made


def test_deletion_of_what_was_never_sent_is_not_found(runtime: Runtime, forum: Forum) -> None:
    with pytest.raises(NotFoundError):
        removal.delete_comment(runtime, forum, "c1")

"""A reader reports a comment."""

from __future__ import annotations

from dataclasses import dataclass

from classifiers.labels import DECIDING_LABELS
from moderation.domain.comment import host_name
from moderation.domain.errors import NotFoundError
from moderation.domain.forum import Forum
from moderation.domain.judgement import Judgement
from moderation.domain.verdict import ReasonKind, Source
from moderation.services.runtime import Runtime
from moderation.storage import judgements, queue_pages, review_queue
from moderation.storage.comments import take_turns
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.reports import NewReport, insert_report


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader says.

    Attributes
    ----------
    reporter_key : str
        Who reports, or the request's message id: the same key counts once a comment.
    """

    reporter_key: str
    reason: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ReportReceipt:
    """What became of a report.

    Attributes
    ----------
    is_new : bool
        False when the same reader had reported the comment before.
    """

    item_id: int
    item_state: str
    report_count: int
    is_new: bool


def report_comment(
    runtime: Runtime, forum: Forum, external_id: str, report: Report
) -> ReportReceipt:
    """Queue a reported comment, or add the report to its item.

    A comment that a person has judged already is not reopened: the report is counted and shown.

    Raises
    ------
    NotFoundError
        If the forum has sent no such comment, or deleted it.
    """
    with runtime.database.write() as connection:
        take_turns(connection, forum.id, [external_id])
        judgement = judgements.latest_judgement(connection, forum.id, external_id)
        if judgement is None or judgement.deleted_at is not None:
            raise NotFoundError("No such comment.")
        now = runtime.clock()
        key = reporter_key(runtime, forum, report.reporter_key)
        new = NewReport(judgement.comment_pk, forum.id, key, report.reason, report.note)
        is_new = insert_report(connection, new, at=now)
        if is_new:
            append_event(
                connection,
                "reported",
                at=now,
                actor="reader",
                forum_id=forum.id,
                comment_pk=judgement.comment_pk,
                details={"reason": report.reason},
            )
            _count(connection, runtime, judgement)
        return _receipt(connection, judgement, is_new=is_new)


READER = "reader:"
"""Begins the key of a report whose reader the forum named."""


def reporter_key(runtime: Runtime, forum: Forum, key: str) -> str:
    """Return what is stored of who reports: a pseudonym where the forum asks for it."""
    if not (forum.pseudonymises_authors and key.startswith(READER)):
        return key
    return READER + runtime.pseudonyms().of_author(forum.slug, key.removeprefix(READER))


def _count(connection: Connection, runtime: Runtime, judgement: Judgement) -> None:
    reason = ReasonKind.USER_REPORT.value
    item = (
        queue_pages.item_by_id(connection, judgement.item_id)
        if judgement.item_id is not None
        else None
    )
    if item is not None:
        reasons = item.reasons if reason in item.reasons else (*item.reasons, reason)
        review_queue.add_report(connection, item.id, reasons, is_first=reason not in item.reasons)
        return
    policy = runtime.policies.of(connection, judgement.forum_id).policy
    scores = [row.score for row in judgement.scores if row.label in DECIDING_LABELS]
    review_queue.insert_item(
        connection,
        review_queue.NewItem(
            comment_pk=judgement.comment_pk,
            forum_id=judgement.forum_id,
            reasons=(reason,),
            source=Source.REPORT,
            is_held=False,
            is_audit=False,
            risk=max(scores, default=1.0),
            top_label=None,
            report_count=1,
            host=host_name(judgement.permalink),
            time_target_minutes=policy.time_target_minutes,
        ),
        at=runtime.clock(),
    )


def _receipt(connection: Connection, judgement: Judgement, *, is_new: bool) -> ReportReceipt:
    stored = judgements.judgement_by_pk(connection, judgement.comment_pk)
    item_id = stored.item_id if stored is not None else None
    item = queue_pages.item_by_id(connection, item_id) if item_id is not None else None
    if item is None:
        raise NotFoundError("No such comment.")
    return ReportReceipt(item.id, item.state.value, item.report_count, is_new)

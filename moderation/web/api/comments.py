"""Comments: submit one or many, read one with its history, report it, correct us, delete it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response
from marshmallow import ValidationError

from moderation.domain.comment import Comment
from moderation.domain.review import DecisionAction
from moderation.services.erasure import erase_comment
from moderation.services.feedback import GivenFeedback, record_feedback
from moderation.services.intake import submit_comment, submit_comments
from moderation.services.lookup import read_comment
from moderation.services.removal import delete_comment
from moderation.services.reporting import READER, Report, report_comment
from moderation.services.storing import Submission
from moderation.web import current
from moderation.web.api import examples
from moderation.web.api.answer_schemas import (
    BatchAnswerSchema,
    ErasureSchema,
    FeedbackReceiptSchema,
    RecordSchema,
    ReportReceiptSchema,
    VerdictSchema,
)
from moderation.web.api.answers import (
    feedback_answer,
    record_answer,
    report_answer,
    verdict_answer,
)
from moderation.web.api.author_answers import erasure_answer
from moderation.web.api.operations import (
    Answer,
    ApiBlueprint,
    Body,
    answer_json,
    refuse_impossible_ids,
)
from moderation.web.errors import document, problem_of
from moderation.web.reading import invalid_input
from moderation.web.schemas import (
    BatchSchema,
    CommentSchema,
    DeletionQuery,
    FeedbackSchema,
    OffsetsQuery,
    OffsetUnit,
    ReportSchema,
)

REPLAYED = "Idempotent-Replayed"
REPLAYED_HEADER = {
    REPLAYED: {"description": "`true`: this answer was given before.", "schema": {"type": "string"}}
}

_AT_ONCE = 100
"""Comments of a batch stored in one transaction: SQLite has one writer, and others wait for it."""

blueprint = ApiBlueprint(
    "comments", __name__, url_prefix="/v1", description="Comments and the verdicts on them."
)


blueprint.before_request(refuse_impossible_ids)


@blueprint.operation(
    "POST",
    "/comments",
    body=Body(CommentSchema, examples.COMMENT),
    query=OffsetsQuery,
    answers={
        201: Answer("Judged and stored.", VerdictSchema, examples.VERDICT),
        200: Answer("Known already: the stored answer.", VerdictSchema, headers=REPLAYED_HEADER),
    },
)
def submit(comment: Comment, query: Mapping[str, Any]) -> Response:
    """Ask whether a comment may appear.

    The same forum, id and revision always get the same answer, also when two copies arrive at
    once and after a new model was promoted. A new revision is judged anew and replaces the old
    one in the queue. The comment is stored durably before the answer is sent.
    """
    submission = submit_comment(
        current.runtime(), current.forum(), comment, request_id=current.request_id()
    )
    _count([submission])
    return answer_json(
        verdict_answer(submission.judgement, query["offsets"]),
        _status(submission),
        {REPLAYED: "true"} if submission.is_replay else None,
    )


@blueprint.operation(
    "POST",
    "/comments/batch",
    body=Body(BatchSchema, examples.BATCH),
    query=OffsetsQuery,
    answers={200: Answer("One result a comment.", BatchAnswerSchema, examples.BATCH_ANSWER)},
)
def submit_batch(batch: Mapping[str, Any], query: Mapping[str, Any]) -> Response:
    """Ask about up to 1,000 comments.

    Results come in order, each with the status that the comment alone would have got. A wrong
    comment does not sink the others. After a 503 send the batch again: what was stored already
    is answered as a replay.
    """
    entries: Sequence[Comment | ValidationError] = batch["comments"]
    right = [entry for entry in entries if isinstance(entry, Comment)]
    waiting = _submitted(right)
    return answer_json(
        {
            "results": [
                _result(index, entry, waiting, query["offsets"])
                for index, entry in enumerate(entries)
            ]
        }
    )


@blueprint.operation(
    "GET",
    "/comments/<comment_id:comment_id>",
    query=OffsetsQuery,
    answers={200: Answer("The comment's record.", RecordSchema, examples.RECORD)},
    refuses=(404,),
)
def read(query: Mapping[str, Any], comment_id: str) -> Response:
    """Read a comment's verdict, decision and history.

    Verdict and decision are those of the newest revision.
    """
    record = read_comment(current.runtime(), current.forum(), comment_id)
    return answer_json(record_answer(record, query["offsets"]))


@blueprint.operation(
    "DELETE",
    "/comments/<comment_id:comment_id>",
    query=DeletionQuery,
    answers={
        204: Answer("Deleted, now or before."),
        200: Answer("Erased, with `erase=true`.", ErasureSchema, examples.ERASURE),
    },
    refuses=(404,),
)
def delete(query: Mapping[str, Any], comment_id: str) -> Response:
    """Say that the forum has deleted a comment, or have it erased.

    It leaves the queue; its text and decision stay for training. With `erase=true` text, author
    and notes of all revisions are erased for good. May be repeated.
    """
    if query["erase"]:
        receipt = erase_comment(current.runtime(), current.forum(), comment_id, by="forum")
        return answer_json(erasure_answer(comment_id, receipt))
    delete_comment(current.runtime(), current.forum(), comment_id)
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


@blueprint.operation(
    "POST",
    "/comments/<comment_id:comment_id>/reports",
    body=Body(ReportSchema, examples.REPORT),
    answers={
        201: Answer("Counted.", ReportReceiptSchema, examples.REPORT_RECEIPT),
        200: Answer(
            "This reader had reported it before.", ReportReceiptSchema, headers=REPLAYED_HEADER
        ),
    },
    refuses=(404,),
)
def report(body: Mapping[str, Any], query: Mapping[str, Any], comment_id: str) -> Response:
    """Pass on a reader's report.

    The comment is queued with the reason `user_report`; reports add up on one review item.
    """
    del query
    receipt = report_comment(
        current.runtime(),
        current.forum(),
        comment_id,
        Report(_reporter_key(body.get("reporter_id")), body.get("reason"), body.get("note")),
    )
    return answer_json(
        report_answer(comment_id, receipt),
        201 if receipt.is_new else 200,
        None if receipt.is_new else {REPLAYED: "true"},
    )


@blueprint.operation(
    "POST",
    "/comments/<comment_id:comment_id>/feedback",
    body=Body(FeedbackSchema, examples.FEEDBACK),
    answers={
        201: Answer("Stored.", FeedbackReceiptSchema, examples.FEEDBACK_RECEIPT),
        200: Answer(
            "The same person had said the same.", FeedbackReceiptSchema, headers=REPLAYED_HEADER
        ),
    },
    refuses=(404,),
)
def feedback(body: Mapping[str, Any], query: Mapping[str, Any], comment_id: str) -> Response:
    """Say what the forum itself judged a comment to be.

    For corrections by the forum's own staff and for the outcome of appeals. It trains the next
    model and is exported; the verdict and the queue stay as they are.
    """
    del query
    decision = body.get("decision")
    receipt = record_feedback(
        current.runtime(),
        current.forum(),
        comment_id,
        GivenFeedback(
            labels=body["labels"],
            source=body["source"].value,
            decision=DecisionAction(decision.value) if decision is not None else None,
            given_by=body.get("given_by"),
            revision=body.get("revision"),
        ),
    )
    return answer_json(
        feedback_answer(comment_id, receipt),
        201 if receipt.is_new else 200,
        None if receipt.is_new else {REPLAYED: "true"},
    )


def _submitted(comments: Sequence[Comment]) -> Iterator[Submission]:
    submissions: list[Submission] = []
    for start in range(0, len(comments), _AT_ONCE):
        submissions += submit_comments(
            current.runtime(),
            current.forum(),
            comments[start : start + _AT_ONCE],
            request_id=current.request_id(),
        )
    _count(submissions)
    return iter(submissions)


def _status(submission: Submission) -> int:
    return 200 if submission.is_replay else 201


def _result(
    index: int,
    entry: Comment | ValidationError,
    submissions: Iterator[Submission],
    unit: OffsetUnit,
) -> dict[str, Any]:
    if isinstance(entry, ValidationError):
        error = invalid_input(entry.messages, under=f"comments.{index}")
        return {"index": index, **document(problem_of(error))}
    submission = next(submissions)
    return {
        "index": index,
        "status": _status(submission),
        **verdict_answer(submission.judgement, unit),
    }


def _count(submissions: Sequence[Submission]) -> None:
    for submission in submissions:
        if not submission.is_replay:
            judgement = submission.judgement
            current.metrics().count_verdict(judgement.verdict, judgement.scores)


def _reporter_key(reporter_id: str | None) -> str:
    if reporter_id is not None:
        return f"{READER}{reporter_id}"
    message = current.message_id() or current.request_id()
    return f"message:{hashlib.sha256(message.encode()).hexdigest()}"

"""The shape of the answers, for the OpenAPI document; a test holds every answer against it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from classifiers.labels import Label
from moderation.domain.appeal import AppealState
from moderation.domain.review import DecisionAction, ItemState, ReasonCode
from moderation.domain.statement import FoundBy
from moderation.domain.verdict import Verdict
from moderation.web.schemas import HostSource, OffsetUnit


def _text(description: str, **options: Any) -> fields.String:
    return fields.String(required=True, metadata={"description": description}, **options)


def _choice(choices: Any, description: str, **options: Any) -> fields.Enum[Any]:
    return fields.Enum(
        choices,
        by_value=fields.String,
        required=True,
        metadata={"description": description},
        **options,
    )


def _time(description: str, **options: Any) -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, metadata={"description": description}, **options)


class LabelScoreSchema(Schema):
    """One label's score beside its threshold."""

    score = fields.Float(
        required=True,
        metadata={"description": "Calibrated probability.", "minimum": 0, "maximum": 1},
    )
    threshold = fields.Float(
        required=True,
        metadata={"description": "At or above it the label flags.", "minimum": 0, "maximum": 1},
    )
    flags = fields.Boolean(
        required=True, metadata={"description": "Whether this label counts for the verdict."}
    )
    rule = _text("The sentence that chose the threshold.")


class SpanSchema(Schema):
    """Words that pushed a score, as offsets into the text as sent; end exclusive."""

    label = _choice(Label, "The score that was pushed.")
    start = fields.Integer(required=True, metadata={"minimum": 0})
    end = fields.Integer(required=True, metadata={"minimum": 0})
    weight = fields.Float(required=True, metadata={"description": "Push in log-odds."})


class WordRuleMatchSchema(Schema):
    """Words that one of the forum's own rules matched."""

    rule_id = _text("The rule, as the policy names it.")
    start = fields.Integer(required=True, metadata={"minimum": 0})
    end = fields.Integer(required=True, metadata={"minimum": 0})


class ScoreAnswerSchema(Schema):
    """What the service thinks of a text."""

    verdict = _choice(
        Verdict, "`publish`: show it. `flag`: show it, people look at it. `hold`: hide it."
    )
    reasons = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "Strongest first, written `kind` or `kind:detail`.",
            "example": ["over_threshold:abusive"],
        },
    )
    scores = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(LabelScoreSchema),
        required=True,
        metadata={"description": "By label; empty when the text could not be scored."},
    )
    offsets = _choice(OffsetUnit, "What the offsets below count.")
    spans = fields.List(fields.Nested(SpanSchema), required=True)
    word_rules = fields.List(fields.Nested(WordRuleMatchSchema), required=True)
    model_version = _text("Null when the text could not be scored.", allow_none=True)
    policy_version = fields.Integer(required=True)
    request_id = _text("The request that was answered with this verdict.")


class VerdictSchema(ScoreAnswerSchema):
    """The stored verdict on one revision of one comment."""

    id = _text("The comment's id in the forum.")
    revision = _text("As sent, or the hash of the text.")
    is_latest = fields.Boolean(
        required=True, metadata={"description": "Whether no newer revision has come since."}
    )
    review_item_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Null when nobody looks at it."}
    )
    judged_at = _time("When the verdict was given.")


class DecisionSchema(Schema):
    """What a moderator decided."""

    decision = _choice(DecisionAction, "`approve` or `reject`.")
    labels = fields.Dict(
        keys=fields.String(),
        values=fields.Boolean(),
        required=True,
        metadata={"description": "Labels judged true or false; absent is unknown."},
    )
    reason = _choice(ReasonCode, "Why it was rejected.", allow_none=True)
    decided_by = _text("The moderator's name.")
    decided_at = _time("When it was decided.")
    revision = _text("The revision that the moderator saw.")
    model_version = _text("The model behind the verdict.", allow_none=True)
    policy_version = fields.Integer(required=True)


class EventSchema(Schema):
    """One thing that happened to the comment."""

    at = _time("When.")
    kind = _text("For example `verdict`, `reported`, `claimed`, `decided`, `delivered`.")
    actor = _text("A moderator's name, `model`, `forum`, `reader` or `worker`.")
    details = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)


class StatementSchema(Schema):
    """Why a comment is hidden: the fields of Article 17 of the EU's Digital Services Act."""

    restriction = _text("`visibility_removed` or `none`.")
    territorial_scope = _text("Where it holds.")
    duration = _text("How long it holds.")
    facts = _text("What the decision rests on; never the comment's text.")
    found_by = _choice(
        FoundBy, "`automated`: a model or a rule. `notice`: a reader. `own_initiative`: a sample."
    )
    is_detected_automatically = fields.Boolean(required=True)
    is_decided_automatically = fields.Boolean(
        required=True, metadata={"description": "Always false: a person decides."}
    )
    ground = _text("`forum_rules`; null where nothing is restricted.", allow_none=True)
    rule = _choice(ReasonCode, "The rule; null where nothing is restricted.", allow_none=True)
    rule_title = _text("The rule in words.", allow_none=True)
    redress = fields.List(
        fields.String(), required=True, metadata={"description": "What the author can do."}
    )


class AppealSchema(Schema):
    """An author's appeal and its outcome."""

    state = _choice(AppealState, "`upheld`: the comment is approved. `void`: taken back before.")
    filed_at = _time("When it was filed.")
    decided_at = _time("When it was answered.", allow_none=True)
    statement_of_reasons = fields.Nested(StatementSchema, required=True, allow_none=True)


class AppealReceiptSchema(AppealSchema):
    """What became of an appeal."""

    id = _text("The comment's id in the forum.")
    appeal_id = fields.Integer(required=True)
    is_new = fields.Boolean(
        required=True, metadata={"description": "False when the same had been filed before."}
    )


class AppealLinkSchema(Schema):
    """An address for the author."""

    id = _text("The comment's id in the forum.")
    url = _text("Signed; whoever holds it may appeal once.")
    expires_at = _time("When it stops working.")


class RecordSchema(VerdictSchema):
    """A comment's newest revision with its decision, and the history of all revisions."""

    review_state = _choice(ItemState, "Null when it was never queued.", allow_none=True)
    decision = fields.Nested(DecisionSchema, required=True, allow_none=True)
    statement_of_reasons = fields.Nested(
        StatementSchema,
        required=True,
        allow_none=True,
        metadata={"description": "For a rejection in force."},
    )
    appeal = fields.Nested(AppealSchema, required=True, allow_none=True)
    deleted_at = _time("When the forum deleted it.", allow_none=True)
    history = fields.List(fields.Nested(EventSchema), required=True)


class ReportReceiptSchema(Schema):
    """What became of a report."""

    id = _text("The comment's id in the forum.")
    review_item_id = fields.Integer(required=True)
    review_state = _choice(ItemState, "`decided` items are not reopened.")
    report_count = fields.Integer(required=True, metadata={"minimum": 1})
    is_new = fields.Boolean(
        required=True, metadata={"description": "False when this reader had reported it before."}
    )


class FeedbackReceiptSchema(Schema):
    """What became of feedback."""

    id = _text("The comment's id in the forum.")
    revision = _text("The revision that it is about.")
    feedback_id = fields.Integer(required=True)
    source = _choice(HostSource, "Where it comes from.")
    labels = fields.Dict(
        keys=fields.String(),
        values=fields.Boolean(),
        required=True,
        metadata={"description": "What was judged."},
    )
    weight = fields.Float(
        required=True,
        metadata={"description": "In training, beside 1 for a moderator's decision."},
    )
    is_new = fields.Boolean(
        required=True, metadata={"description": "False when this had been said before."}
    )


class ExportNoteSchema(Schema):
    """An export that may hold what was erased."""

    at = _time("When it was made.")
    by = _text("Who made it.")
    pseudonymised = fields.Boolean(required=True)
    text_dropped = fields.Boolean(required=True)


class ErasureSchema(Schema):
    """What was erased, and where copies may be left."""

    id = _text("The author's or the comment's id in the forum.")
    comments = fields.Integer(
        required=True, metadata={"description": "Revisions erased.", "minimum": 0}
    )
    reports = fields.Integer(
        required=True, metadata={"description": "Reports now without a name.", "minimum": 0}
    )
    labels = fields.Integer(
        required=True, metadata={"description": "Imported labels removed.", "minimum": 0}
    )
    exports = fields.List(
        fields.Nested(ExportNoteSchema),
        required=True,
        metadata={"description": "Exports of labels made since: erase the rows there, too."},
    )
    backups = _text("What is true of backups.")


class AuthorCommentSchema(Schema):
    """One revision of one comment of the author."""

    id = _text("The comment's id in the forum.")
    revision = _text("As sent, or the hash of the text.")
    text = _text("Empty once erased.")
    format = _text("How the text is written.")
    thread_id = _text("Where it stands.", allow_none=True)
    parent_id = _text("What it answers.", allow_none=True)
    permalink = _text("Its address.", allow_none=True)
    created_at = _time("When it was written.", allow_none=True)
    received_at = _time("When it arrived here.")
    deleted_at = _time("When the forum deleted it.", allow_none=True)
    erased_at = _time("When its text was erased.", allow_none=True)
    verdict = _choice(Verdict, "The machine's answer.")
    reasons = fields.List(fields.String(), required=True)
    scores = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    model_version = _text("The model behind the verdict.", allow_none=True)
    appeal = _text("The author's words against the decision.", allow_none=True)
    decision = fields.Nested(DecisionSchema, required=True, allow_none=True)


class AuthorReportSchema(Schema):
    """A report that the author made."""

    comment_id = _text("The comment that was reported.")
    reason = _text("As sent.", allow_none=True)
    note = _text("As sent.", allow_none=True)
    created_at = _time("When.")


class AuthorDataSchema(Schema):
    """Everything that is stored about an author; comments come in pages."""

    id = _text("The author's id in the forum.")
    name = _text("As sent last; null under a pseudonym.", allow_none=True)
    joined_at = _time("As sent.", allow_none=True)
    post_count = fields.Integer(required=True, allow_none=True)
    trusted = fields.Boolean(required=True)
    comments = fields.List(fields.Nested(AuthorCommentSchema), required=True)
    reports = fields.List(
        fields.Nested(AuthorReportSchema),
        required=True,
        metadata={"description": "On the first page only."},
    )
    next_after = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Send it as `after` for the next page; null on the last."},
    )


class FieldErrorSchema(Schema):
    """One wrong field."""

    field = _text("Path, for example `author.joined_at` or `comments.3.text`.")
    message = _text("What was expected.")


class ProblemSchema(Schema):
    """Problem details (RFC 9457)."""

    type = _text("`urn:moderation:problem:` and the code.")
    title = _text("The status in words.")
    status = fields.Integer(required=True)
    detail = _text("One sentence for the person who can mend it.")
    code = _text("Stable, machine-readable name.")
    errors = fields.List(fields.Nested(FieldErrorSchema), required=True)
    request_id = _text("Name it when you ask for help: the log knows it.")


class BatchVerdictSchema(VerdictSchema):
    """The verdict on one comment of a batch."""

    index = fields.Integer(required=True, metadata={"minimum": 0})
    status = fields.Integer(
        required=True, metadata={"description": "201, or 200 for a replay.", "enum": [200, 201]}
    )


class BatchProblemSchema(ProblemSchema):
    """What is wrong with one comment of a batch."""

    index = fields.Integer(required=True, metadata={"minimum": 0})


BATCH_PARTS = {"BatchVerdict": BatchVerdictSchema, "BatchProblem": BatchProblemSchema}
"""Registered by name, so that the answer below can refer to them."""


class BatchAnswerSchema(Schema):
    """One result for each comment, in order; ``status`` tells verdicts from problems."""

    results = fields.List(
        fields.Raw(
            metadata={"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in BATCH_PARTS]}
        ),
        required=True,
    )

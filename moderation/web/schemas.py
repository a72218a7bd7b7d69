"""What forums may send: names, types, lengths and ranges of every field.

Unknown fields are refused, so that a misspelt one is noticed. E-mail and IP addresses have no
field: a forum that sends them is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marshmallow import fields, validate

from moderation.domain.comment import Author, Comment, Parent, Thread, content_revision
from moderation.domain.feedback import FeedbackSource
from moderation.domain.review import DecisionAction
from moderation.domain.text_format import TextFormat
from moderation.web.fields import (
    Address,
    Answers,
    CommentText,
    EachOnItsOwn,
    Flag,
    Instant,
    Language,
    Name,
    Remembered,
    WholeNumber,
)
from moderation.web.strict_schema import StrictSchema

MAX_BATCH = 1000
MAX_ID_LENGTH = 200
_LARGEST_KEY = 2**63 - 1
_MOST_POSTS = 2_147_483_647


class OffsetUnit(StrEnum):
    """What the offsets of spans count."""

    CODEPOINT = "codepoint"
    UTF16 = "utf16"


def _id(**options: Any) -> Name:
    return Name(least=1, most=MAX_ID_LENGTH, **options)


class AuthorSchema(StrictSchema):
    """Who wrote the comment."""

    id = _id(required=True, metadata={"description": "The forum's own id.", "example": "812"})
    name = Name(most=200, allow_none=True, metadata={"example": "sam"})
    joined_at = Instant(
        allow_none=True, metadata={"description": "When the account was made (RFC 3339)."}
    )
    post_count = WholeNumber(least=0, most=_MOST_POSTS, allow_none=True)
    trusted = Flag(
        allow_none=True,
        metadata={"description": "Published unseen, if the forum's policy believes this mark."},
    )

    def _made(self, data: dict[str, Any]) -> Author:
        return Author(
            external_id=data["id"],
            name=data.get("name"),
            joined_at=data.get("joined_at"),
            post_count=data.get("post_count"),
            is_trusted=bool(data.get("trusted")),
        )


class ThreadSchema(StrictSchema):
    """Where the comment stands."""

    id = _id(required=True, metadata={"example": "41"})
    title = Name(most=1000, allow_none=True, metadata={"example": "Budget day"})
    url = Address(allow_none=True)

    def _made(self, data: dict[str, Any]) -> Thread:
        return Thread(data["id"], data.get("title"), data.get("url"))


class ParentSchema(StrictSchema):
    """The comment that is answered."""

    id = _id(required=True)
    text = CommentText(allow_none=True, metadata={"description": "As plain text."})

    def _made(self, data: dict[str, Any]) -> Parent:
        return Parent(data["id"], data.get("text"))


class CommentSchema(StrictSchema):
    """One revision of one comment."""

    id = _id(required=True, metadata={"description": "The forum's own id.", "example": "c-7261"})
    revision = _id(
        allow_none=True,
        metadata={
            "description": (
                "The forum's own revision, anything that changes with the text. By default a "
                "hash of text and format."
            )
        },
    )
    text = CommentText(
        least=1,
        required=True,
        metadata={"description": "The comment as written, in `format`.", "example": "Well said."},
    )
    format = fields.Enum(
        TextFormat,
        by_value=fields.String(error_messages={"invalid": "expected a string"}),
        load_default=TextFormat.PLAIN,
        error_messages={
            "unknown": "expected one of {choices}",
            "null": "must not be null",
        },
        metadata={"description": "The markup of `text`."},
    )
    author = Remembered(AuthorSchema, allow_none=True)
    thread = Remembered(ThreadSchema, allow_none=True)
    parent = fields.Nested(ParentSchema, allow_none=True)
    permalink = Address(allow_none=True)
    created_at = Instant(
        allow_none=True, metadata={"description": "When it was written (RFC 3339)."}
    )
    language = Language(allow_none=True, metadata={"example": "en"})

    def _made(self, data: dict[str, Any]) -> Any:
        return _comment(data)


def _comment(data: dict[str, Any]) -> Comment:
    revision = data.get("revision")
    return Comment(
        external_id=data.get("id") or "",
        revision=revision or content_revision(data["text"], data["format"]),
        text=data["text"],
        text_format=data["format"],
        author=data.get("author"),
        thread=data.get("thread"),
        parent=data.get("parent"),
        permalink=data.get("permalink"),
        posted_at=data.get("created_at"),
        language=data.get("language"),
    )


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """A comment to score, and the model that shall.

    Attributes
    ----------
    comment : Comment
    model_version : str or None
        None: the current one.
    """

    comment: Comment
    model_version: str | None


class ScoreSchema(CommentSchema):
    """A comment to score without storing it; the id may be left out."""

    id = _id(allow_none=True)
    model_version = Name(
        least=1,
        most=40,
        allow_none=True,
        metadata={
            "description": (
                "The installed model that scores, as an earlier answer named it: the same text "
                "gets exactly the score of then. By default the current one."
            ),
            "example": "2026-02-11-9f2c01ab77",
        },
    )

    def _made(self, data: dict[str, Any]) -> ScoreRequest:
        return ScoreRequest(_comment(data), data.get("model_version"))


class BatchSchema(StrictSchema):
    """Up to 1,000 comments."""

    comments = EachOnItsOwn(fields.Nested(CommentSchema), most=MAX_BATCH, required=True)


class ReportSchema(StrictSchema):
    """What a reader says about a comment."""

    reporter_id = Name(
        least=1,
        most=180,
        allow_none=True,
        metadata={
            "description": (
                "Who reports; the same reader counts once a comment. Without it the request "
                "counts, known by its `webhook-id` or `X-Request-Id`."
            )
        },
    )
    reason = Name(most=200, allow_none=True, metadata={"example": "harassment"})
    note = CommentText(allow_none=True)


def _choice(choices: type[StrEnum], **options: Any) -> fields.Enum[Any]:
    return fields.Enum(
        choices,
        by_value=fields.String(error_messages={"invalid": "expected a string"}),
        error_messages={"unknown": "expected one of {choices}", "null": "must not be null"},
        **options,
    )


class HostSource(StrEnum):
    """Where a forum's feedback comes from."""

    HOST_CORRECTION = FeedbackSource.HOST_CORRECTION.value
    APPEAL = FeedbackSource.APPEAL.value


class Action(StrEnum):
    """What the forum did with a comment."""

    APPROVE = DecisionAction.APPROVE.value
    REJECT = DecisionAction.REJECT.value


class FeedbackSchema(StrictSchema):
    """What the forum itself judged a comment to be."""

    labels = Answers(
        required=True,
        metadata={
            "description": "Judged labels, at least one. A label that is left out is unknown.",
            "example": {"abusive": False},
        },
    )
    source = _choice(
        HostSource,
        load_default=HostSource.HOST_CORRECTION,
        metadata={
            "description": (
                "`appeal`: somebody looked again at what had been decided, and this is the "
                "outcome. Each source has a weight in training."
            )
        },
    )
    decision = _choice(
        Action, allow_none=True, metadata={"description": "What was done with the comment."}
    )
    given_by = Name(
        least=1,
        most=MAX_ID_LENGTH,
        allow_none=True,
        metadata={"description": "Who judged, by the forum's id of the person."},
    )
    revision = _id(
        allow_none=True,
        metadata={"description": "The revision that was judged; by default the newest."},
    )


class AppealFiledSchema(StrictSchema):
    """What an author says against a rejection."""

    words = CommentText(
        required=True,
        metadata={"description": "The author's own words, at most 4,000 characters."},
    )
    author_id = _id(
        allow_none=True,
        metadata={"description": "Who appeals; must be the comment's author where it is known."},
    )
    revision = _id(
        allow_none=True,
        metadata={"description": "The revision that was rejected; by default the newest."},
    )


class OffsetsQuery(StrictSchema):
    """The query of an address whose answer holds offsets."""

    offsets = fields.Enum(
        OffsetUnit,
        by_value=fields.String(error_messages={"invalid": "expected a string"}),
        load_default=OffsetUnit.CODEPOINT,
        error_messages={"unknown": "expected one of {choices}"},
        metadata={
            "description": (
                "What the offsets of spans count: Unicode code points (Python, PostgreSQL), or "
                "UTF-16 units (JavaScript, Java, C#)."
            )
        },
    )
    forum = fields.String(
        metadata={"description": "The forum that signed, if `X-Moderation-Forum` is not sent."}
    )


class ForumQuery(StrictSchema):
    """The query of every other address."""

    forum = fields.String(
        metadata={"description": "The forum that signed, if `X-Moderation-Forum` is not sent."}
    )


class DeletionQuery(ForumQuery):
    """The query of a deletion."""

    erase = fields.Boolean(
        load_default=False,
        error_messages={"invalid": "expected true or false"},
        metadata={
            "description": "Whether text and author are erased as well, for good.",
            "default": False,
        },
    )


class AuthorQuery(ForumQuery):
    """The query of an author's data."""

    after = fields.Integer(
        load_default=0,
        error_messages={"invalid": "expected a whole number", "too_large": "expected less"},
        validate=validate.Range(0, _LARGEST_KEY, error=f"expected 0 to {_LARGEST_KEY}"),
        metadata={"description": "`next_after` of the page before.", "default": 0},
    )

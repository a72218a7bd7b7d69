"""What clients of OpenAI's moderations endpoint send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from moderation.domain.comment import Comment, content_revision
from moderation.domain.text_format import TextFormat
from moderation.web.compat.callers import digest_id
from moderation.web.compat.openai.errors import OpenAIError
from moderation.web.fields import CommentText, Name

MODELS = (
    "omni-moderation-latest",
    "omni-moderation-2024-09-26",
    "text-moderation-latest",
    "text-moderation-stable",
    "text-moderation-007",
)
"""OpenAI's names; each of them means the model in force."""

MOST_INPUTS = 1000
_text = CommentText()


@dataclass(frozen=True, slots=True)
class ModerationRequest:
    """A request that was read.

    Attributes
    ----------
    comments : tuple[Comment, ...]
        One a result.
    model : str
        As the answer names it.
    model_version : str or None
        One of our own, when the request names it; None for the model in force.
    """

    comments: tuple[Comment, ...]
    model: str
    model_version: str | None


class _Input(fields.Field[tuple[str, ...]]):
    """A string, a list of strings, or a list of text parts that are one comment."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own way
        "required": "'input' is a required property",
        "null": "'input' is a required property",
        "invalid": "Invalid type for 'input': expected a string, an array of strings, or an array "
        "of objects of type text.",
        "empty": "Invalid 'input': expected a non-empty array.",
        "count": "Invalid 'input': expected at most {most} entries.",
        "image": "Images are not supported by this service: it has no model for them. Send parts "
        "of type text only.",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[str, ...]:
        del attr, data, kwargs
        if isinstance(value, str):
            return (_checked(value, "'input'"),)
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if not value:
            raise self.make_error("empty")
        if len(value) > MOST_INPUTS:
            raise self.make_error("count", most=MOST_INPUTS)
        if all(isinstance(entry, str) for entry in value):
            return tuple(_checked(entry, f"'input[{n}]'") for n, entry in enumerate(value))
        return (_checked("\n".join(self._part(entry) for entry in value), "'input'"),)

    def _part(self, entry: Any) -> str:
        if isinstance(entry, Mapping) and entry.get("type") == "image_url":
            raise self.make_error("image")
        if not isinstance(entry, Mapping) or entry.get("type") != "text":
            raise self.make_error("invalid")
        text = entry.get("text")
        if not isinstance(text, str):
            raise self.make_error("invalid")
        return text


def _checked(text: str, where: str) -> str:
    try:
        checked: str = _text.deserialize(text)
    except ValidationError as error:
        raise ValidationError(f"Invalid {where}: {'; '.join(error.messages)}.") from None
    return checked


class ModerationSchema(Schema):
    """The body; fields that OpenAI may add are passed over."""

    input = _Input(required=True)
    model = Name(
        least=1,
        most=80,
        load_default=MODELS[0],
        allow_none=True,
        error_messages={"invalid": "Invalid type for 'model': expected a string."},
    )

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> ModerationRequest:
        model = data["model"] or MODELS[0]
        return ModerationRequest(
            comments=tuple(_comment(text) for text in data["input"]),
            model=model,
            model_version=None if model in MODELS else model,
        )


def _comment(text: str) -> Comment:
    return Comment(
        external_id=digest_id("openai", text),
        revision=content_revision(text, TextFormat.PLAIN),
        text=text,
    )


def read(body: Mapping[str, Any]) -> ModerationRequest:
    """Read a body; raises `OpenAIError` about the first wrong field."""
    try:
        request: ModerationRequest = ModerationSchema(unknown=EXCLUDE).load(body)
    except ValidationError as error:
        found: Any = error.messages
        param, messages = next(iter(found.items()))
        raise OpenAIError(400, str(messages[0]), param=str(param)) from None
    return request

"""What clients of the Perspective API send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from moderation.domain.comment import Comment, Parent, Thread, content_revision
from moderation.domain.text_format import TextFormat
from moderation.web.compat.callers import digest_id
from moderation.web.compat.perspective.errors import GoogleError, wrong_fields
from moderation.web.fields import Flag, Language, Text

MAX_TEXT_BYTES = 20_480
_MOST = 1_000_000
_LONGEST_TITLE = 300
_LONGEST_TOKEN = 120
_SNAKE = re.compile(r"_([a-z])")


class _Message(Schema):
    """A message in proto3's JSON: null is absent, and names may be written with underscores."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "unknown", "type": "expected an object"}  # noqa: RUF012

    @pre_load
    def _normal(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {
            _SNAKE.sub(lambda match: match[1].upper(), name): value
            for name, value in data.items()
            if value is not None
        }


def _text(**options: Any) -> Text:
    return Text(most=_MOST, **options)


class _TextEntry(_Message):
    text = _text(load_default="")
    type = _text(
        load_default="PLAIN_TEXT",
        validate=validate.OneOf(
            ("TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"), error="expected one of {choices}"
        ),
    )


class _ArticleAndParent(_Message):
    article = fields.Nested(_TextEntry)
    parentComment = fields.Nested(_TextEntry)  # noqa: N815 - the wire's own name


class _Context(_Message):
    entries = fields.List(fields.Nested(_TextEntry), error_messages={"invalid": "expected a list"})
    articleAndParentComment = fields.Nested(_ArticleAndParent)  # noqa: N815


class _Number(fields.Float):
    """A JSON number; proto3 takes one in a string as well."""

    default_error_messages = {  # noqa: RUF012
        "invalid": "expected a number",
        "special": "expected a number",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> float:
        if isinstance(value, bool):
            raise self.make_error("invalid")
        return float(super()._deserialize(value, attr, data, **kwargs))


class _AttributeParameters(_Message):
    scoreType = _text(load_default="PROBABILITY")  # noqa: N815
    scoreThreshold = _Number()  # noqa: N815


class _Score(_Message):
    value = _Number(load_default=0.0)
    type = _text(load_default="PROBABILITY")


class _SpanScore(_Message):
    begin = fields.Integer()
    end = fields.Integer()
    score = fields.Nested(_Score)


class _AttributeScores(_Message):
    summaryScore = fields.Nested(_Score)  # noqa: N815
    spanScores = fields.List(fields.Nested(_SpanScore))  # noqa: N815


class _Request(_Message):
    comment = fields.Nested(_TextEntry)
    context = fields.Nested(_Context)
    languages = fields.List(
        Language(), load_default=list, error_messages={"invalid": "expected a list"}
    )
    clientToken = _text()  # noqa: N815
    communityId = _text()  # noqa: N815
    sessionId = _text()  # noqa: N815


class AnalyzeSchema(_Request):
    """AnalyzeCommentRequest."""

    requestedAttributes = fields.Dict(  # noqa: N815
        keys=fields.String(),
        values=fields.Nested(_AttributeParameters),
        load_default=dict,
        error_messages={"invalid": "expected an object"},
    )
    doNotStore = Flag(load_default=False)  # noqa: N815
    spanAnnotations = Flag(load_default=False)  # noqa: N815


class SuggestSchema(_Request):
    """SuggestCommentScoreRequest."""

    attributeScores = fields.Dict(  # noqa: N815
        keys=fields.String(),
        values=fields.Nested(_AttributeScores),
        load_default=dict,
        error_messages={"invalid": "expected an object"},
    )


def read(schema: Schema, body: Mapping[str, Any]) -> dict[str, Any]:
    """Read a body; whatever is wrong becomes Google's error, every wrong field named."""
    try:
        loaded: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        raise _refusal(error.messages) from None
    return loaded


def _refusal(messages: Any) -> GoogleError:
    return wrong_fields(dict(_violations(messages, "")))


def _violations(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            # A map's messages stand under "key" and "value"; a score has a field of that name.
            is_step = name not in {"_schema", "key"} and not (
                name == "value" and isinstance(inner, Mapping)
            )
            step = str(name) if is_step else ""
            yield from _violations(inner, f"{path}.{step}" if path and step else path or step)
        return
    text = "; ".join(str(one) for one in messages)
    if text == "unknown":
        holder, _, name = path.rpartition(".")
        where = f" at '{holder}'" if holder else ""
        yield (
            path,
            f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.',
        )
    else:
        yield path, f"Invalid value at '{path}': {text}."


@dataclass(frozen=True, slots=True)
class Asked:
    """Which comment is meant.

    Attributes
    ----------
    ids : tuple[str, ...]
        Names under which it may be stored, its own first: a client that corrects us need not
        repeat context and token.
    """

    comment: Comment
    ids: tuple[str, ...]


def asked_comment(body: Mapping[str, Any]) -> Asked:
    """Return the comment of a body that was read."""
    entry = body["comment"]
    text = entry["text"]
    text_format = TextFormat.HTML if entry["type"] == "HTML" else TextFormat.PLAIN
    title, parent = _context(body.get("context") or {})
    token = body.get("clientToken")
    bare = digest_id("perspective", text)
    known = digest_id("perspective", text, title, parent) if title or parent else bare
    ids = dict.fromkeys(_named(token, digest) for digest in (known, bare))
    ids |= dict.fromkeys((known, bare))
    return Asked(
        Comment(
            external_id=next(iter(ids)),
            revision=content_revision(text, text_format),
            text=text,
            text_format=text_format,
            thread=Thread(digest_id("article", title), title) if title else None,
            parent=Parent(digest_id("parent", parent), parent) if parent else None,
            language=next(iter(body["languages"]), None),
        ),
        tuple(ids),
    )


def _named(token: str | None, digest: str) -> str:
    # The token alone is no id: some clients send the same one with every comment.
    if not token or not token.isprintable() or len(token) > _LONGEST_TOKEN:
        return digest
    return f"{token}~{digest}"


def _context(context: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the title and the answered comment, where the context holds them."""
    both = context.get("articleAndParentComment") or {}
    article = " ".join((both.get("article") or {}).get("text", "").split())
    parent = (both.get("parentComment") or {}).get("text", "").strip()
    if not parent:
        # Some clients put JSON for their own use here (Coral), which nobody has written to read.
        said = [entry["text"].strip() for entry in context.get("entries") or ()]
        parent = next((text for text in reversed(said) if text and text[0] != "{"), "")
    # A whole article is no title, and the scorer has learnt from titles.
    return article if 0 < len(article) <= _LONGEST_TITLE else None, parent[:MAX_TEXT_BYTES] or None

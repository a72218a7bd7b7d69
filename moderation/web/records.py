"""Comments that come as lines of a file instead of requests: the same schema, the same errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moderation.domain.comment import Comment
from moderation.web.json_body import parse_object
from moderation.web.reading import load
from moderation.web.schemas import CommentSchema

_schema = CommentSchema()


def comment_from_line(line: bytes) -> Comment:
    """Read one comment as ``POST /v1/comments`` takes it; needs an application context.

    Raises
    ------
    ModerationError
        If the line is no JSON object in UTF-8, or breaks a rule; ``fields`` names each wrong field.
    """
    return comment_from_fields(parse_object(line))


def comment_from_fields(fields: Mapping[str, Any]) -> Comment:
    """Read one comment of a parsed row; raises as `comment_from_line`."""
    loaded: Comment = load(_schema, fields)
    return loaded

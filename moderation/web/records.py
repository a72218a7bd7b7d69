"""Comments that come as lines of a file instead of requests: the same schema, the same errors."""

from __future__ import annotations

from marshmallow import ValidationError

from moderation.domain.comment import Comment
from moderation.web.api.parser import invalid_input
from moderation.web.json_body import parse_object
from moderation.web.schemas import CommentSchema

_schema = CommentSchema()


def comment_from_line(line: bytes) -> Comment:
    """Read one comment as ``POST /v1/comments`` takes it; needs an application context.

    Raises
    ------
    ModerationError
        If the line is no JSON object in UTF-8, or breaks a rule; ``fields`` names each wrong field.
    """
    try:
        loaded: Comment = _schema.load(parse_object(line))
    except ValidationError as error:
        raise invalid_input(error.messages) from error
    return loaded

"""What clients of Akismet send: a form in which every field may be missing.

E-mail and IP addresses, cookies and whatever else of the server's environment comes along are
dropped here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from moderation.domain.comment import Author, Comment, Thread, content_revision
from moderation.domain.errors import InvalidInputError
from moderation.domain.forum import check_callback_url
from moderation.domain.text_format import TextFormat
from moderation.web.compat.akismet.errors import AkismetError
from moderation.web.compat.callers import digest_id
from moderation.web.fields import Address, CommentText, Language

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LONGEST_NAME = 190
_ALWAYS_SPAM_NAME = "viagra-test-123"
_ALWAYS_SPAM_MAIL = "akismet-guaranteed-spam@example.com"


@dataclass(frozen=True, slots=True)
class AkismetComment:
    """A form that was read.

    Attributes
    ----------
    is_test : bool
        Nothing may be stored or learnt.
    forced : bool or None
        The answer to one of Akismet's magic values.
    callback : str or None
        Where a later verdict is to be told.
    """

    comment: Comment
    is_test: bool
    forced: bool | None
    callback: str | None

    @property
    def guid(self) -> str:
        """The comment's name in answers and callbacks."""
        return self.comment.external_id


class _Loose(fields.Field[str | None]):
    """Text without control characters; empty is absent."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str | None:
        del attr, data, kwargs
        kept = "".join(c for c in str(value) if unicodedata.category(c) != "Cc").strip()
        return kept or None


class FormSchema(Schema):
    """The fields that we look at."""

    blog = _Loose(load_default=None)
    comment_content = CommentText(load_default="")
    comment_author = _Loose(load_default=None)
    comment_author_email = _Loose(load_default=None)
    comment_date_gmt = _Loose(load_default=None)
    permalink = _Loose(load_default=None)
    blog_lang = _Loose(load_default=None)
    user_role = _Loose(load_default=None)
    is_test = _Loose(load_default=None)
    callback = _Loose(load_default=None)

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> AkismetComment:
        return AkismetComment(
            comment=_comment(data),
            is_test=(data["is_test"] or "").lower() in {"1", "true"},
            forced=_forced(data),
            callback=_callback(data["callback"]),
        )


def read(form: Mapping[str, str]) -> AkismetComment:
    """Read a form.

    Raises
    ------
    AkismetError
        If the blog is not named, or a field cannot be used.
    """
    # A browser's form cannot be trusted to hold no NUL, and no reader sees one.
    clean = {name: value.replace("\0", "") for name, value in form.items()}
    if not clean.get("blog", "").strip():
        raise AkismetError('Empty "blog" value')
    try:
        loaded: AkismetComment = FormSchema(unknown=EXCLUDE).load(clean)
    except ValidationError as error:
        found: Any = error.messages
        field, messages = next(iter(found.items()))
        raise AkismetError(f"{field}: {messages[0]}") from None
    except InvalidInputError as error:
        field, expected = next(iter(error.fields.items()))
        raise AkismetError(f"{field}: {expected}") from None
    return loaded


def _comment(data: Mapping[str, Any]) -> Comment:
    text, author, date = data["comment_content"], data["comment_author"], data["comment_date_gmt"]
    text_format = TextFormat.HTML if _TAG.search(text) else TextFormat.PLAIN
    permalink = _valid(Address(), data["permalink"])
    # With its date a comment stays itself when it is edited; without, only its text tells it apart.
    return Comment(
        external_id=digest_id("akismet", data["permalink"], author, date or text),
        revision=content_revision(text, text_format),
        text=text,
        text_format=text_format,
        # A name is no id, anybody can take it: it must not meet the ids of trusted authors.
        author=Author(f"akismet:{author[:_LONGEST_NAME]}", author[:_LONGEST_NAME])
        if author
        else None,
        thread=Thread(digest_id("page", permalink), None, permalink) if permalink else None,
        permalink=permalink,
        posted_at=_instant(date),
        language=_valid(Language(), (data["blog_lang"] or "").split(",")[0].replace("_", "-")),
    )


def _valid(field: fields.Field[Any], value: str | None) -> str | None:
    try:
        found: str | None = field.deserialize(value) if value else None
    except ValidationError:
        return None
    return found


def _instant(date: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(date) if date else None
    except ValueError:
        return None
    if at is None or not 1970 <= at.year < 2200:  # noqa: PLR2004 - the years that we store
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _forced(data: Mapping[str, Any]) -> bool | None:
    if data["comment_author"] == _ALWAYS_SPAM_NAME:
        return True
    if data["comment_author_email"] == _ALWAYS_SPAM_MAIL:
        return True
    return False if data["user_role"] == "administrator" else None


def _callback(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        return check_callback_url(url)
    except InvalidInputError as error:
        (expected,) = error.fields.values()
        raise InvalidInputError(error.message, fields={"callback": expected}) from None

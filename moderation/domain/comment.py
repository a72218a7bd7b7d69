"""A comment as the forum sends it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from moderation.domain.text_format import TextFormat


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it, as the forum tells us. E-mail and IP address have no place here."""

    external_id: str
    name: str | None = None
    joined_at: datetime | None = None
    post_count: int | None = None
    is_trusted: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """Where it stands."""

    external_id: str
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Parent:
    """The comment that it answers."""

    external_id: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """One revision of one comment; never changed after it is stored.

    Attributes
    ----------
    external_id : str
        The forum's own id.
    revision : str
        The forum's revision, or a hash of text and format (`content_revision`).
    text : str
        As sent, in ``text_format``.
    posted_at : datetime or None
        When the author wrote it, by the forum's clock, in UTC.
    """

    external_id: str
    revision: str
    text: str
    text_format: TextFormat = TextFormat.PLAIN
    author: Author | None = None
    thread: Thread | None = None
    parent: Parent | None = None
    permalink: str | None = None
    posted_at: datetime | None = None
    language: str | None = None


def content_revision(text: str, text_format: TextFormat) -> str:
    """Return the default revision: the first 32 hex digits of SHA-256 over format and text."""
    digest = hashlib.sha256(f"{text_format.value}\0{text}".encode("utf-8", "surrogatepass"))
    return f"sha256-{digest.hexdigest()[:32]}"


def host_name(address: str | None) -> str | None:
    """Return the host name of a comment's page in lower case; None when the address has none."""
    try:
        return urlsplit(address or "").hostname
    except ValueError:
        return None


_NOT_A_WORD = re.compile(r"[\W_]+")
_SPACES_FOR_MARKS = bytes(code if chr(code).isalnum() else ord(" ") for code in range(256))
MIN_REPEAT_LENGTH = 20
"""Shorter texts ("yes", "thank you") say too little without their context to count as repeats."""


def repeat_key(body: str) -> str | None:
    """Return a digest that is equal for texts which differ only in case, marks and spacing.

    Parameters
    ----------
    body : str
        The reduced text.

    Returns
    -------
    str or None
        32 hex digits, or None when the text is too short to be recognised again.
    """
    if body.isascii():  # the same words, sooner: nothing to normalise, and small is folded
        words = b" ".join(body.encode().lower().translate(_SPACES_FOR_MARKS).split()).decode()
    else:
        words = _NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", body).casefold()).strip()
    if len(words) < MIN_REPEAT_LENGTH:
        return None
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]

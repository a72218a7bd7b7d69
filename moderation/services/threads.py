"""Judge the posts of a thread page: without storing them, or into a forum."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.comment import Author, Comment, Parent, Thread, content_revision
from moderation.domain.errors import InvalidInputError
from moderation.domain.forum import Forum
from moderation.hosts.invision_thread import ThreadFormatError, ThreadPage, read_thread
from moderation.services.intake import score_only, submit_comments
from moderation.services.judging import JudgedComment, reduce_comment
from moderation.services.live_models import LiveModels
from moderation.services.offline import judge_offline
from moderation.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class JudgedPost:
    """One post of a thread with its outcome.

    Attributes
    ----------
    author, posted_at : str or None
        As the page shows them.
    """

    author: str | None
    posted_at: str | None
    judged: JudgedComment


def judge_thread(models: LiveModels, content: str) -> list[JudgedPost]:
    """Judge the posts of a page by the built-in policy, storing nothing.

    Parameters
    ----------
    content : str
        The saved HTML of the page, or its text as "select all, copy" gives it.

    Raises
    ------
    InvalidInputError
        If no posts are found; says what was expected.
    """
    page = _read(content)
    return _paired(page, judge_offline(models, _comments(page)))


def judge_thread_for(runtime: Runtime, forum: Forum, content: str) -> list[JudgedPost]:
    """Judge the posts of a page by a forum's policy, storing nothing."""
    page = _read(content)
    return _paired(page, score_only(runtime, forum, _comments(page)))


def store_thread(runtime: Runtime, forum: Forum, content: str) -> list[JudgedPost]:
    """Judge the posts of a page by a forum's policy, store them and queue what is flagged.

    A page that is stored again adds nothing: the comment ids are made of the posts' contents.
    """
    page = _read(content)
    comments = _comments(page)
    # The ids are ours: the forum could do nothing with a message about them.
    request_id = f"thread-{runtime.new_token()}"
    submit_comments(runtime, forum, comments, request_id=request_id, tells_forum=False)
    return _paired(page, score_only(runtime, forum, comments))


def _read(content: str) -> ThreadPage:
    try:
        return read_thread(content)
    except ThreadFormatError as error:
        raise InvalidInputError(str(error), fields={"thread": str(error)}) from error


def _paired(page: ThreadPage, judged: Sequence[JudgedComment]) -> list[JudgedPost]:
    return [
        JudgedPost(post.author, post.posted_at, one)
        for post, one in zip(page.posts, judged, strict=True)
    ]


def _comments(page: ThreadPage) -> list[Comment]:
    """Turn posts into comments; each answers the first post, whose start is its parent text."""
    thread_id = f"page-{_digest(page.title or '', page.posts[0].body)}"
    comments: list[Comment] = []
    for post in page.posts:
        parent = None
        if comments:
            opening = reduce_comment(comments[0]).reduced.text
            parent = Parent(comments[0].external_id, opening[:MAX_PARENT_CHARS])
        comments.append(
            Comment(
                external_id=f"post-{_digest(thread_id, post.author or '', post.body)}",
                revision=content_revision(post.body, post.text_format),
                text=post.body,
                text_format=post.text_format,
                author=Author(post.author, post.author) if post.author else None,
                thread=Thread(thread_id, page.title),
                parent=parent,
            )
        )
    return comments


MAX_PARENT_CHARS = 1000
"""How much of the opening post goes along as context."""


def _digest(*parts: str) -> str:
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:16]

"""Erase what is personal on request, and give a person what is stored about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moderation.domain.comment import Author
from moderation.domain.errors import NotFoundError
from moderation.domain.forum import Forum
from moderation.domain.judgement import Decision
from moderation.domain.retention import Erasure
from moderation.services.lookup import decision_in_force
from moderation.services.reporting import READER, reporter_key
from moderation.services.retention import STEP_ROWS
from moderation.services.runtime import Runtime
from moderation.storage import authors, comments, erasing, judgements
from moderation.storage.database import Connection
from moderation.storage.events import append_event

PAGE_ROWS = 200
"""Comments of one page of an author's data."""


def erase_comment(runtime: Runtime, forum: Forum, external_id: str, *, by: str) -> Erasure:
    """Erase the text, author and notes of all revisions of a comment; repeatable.

    What stays says nothing of the person: its id, verdict, scores and the decision's labels. The
    same comment sent again is answered as before and stores no text.

    Raises
    ------
    NotFoundError
        If the forum never sent such a comment.
    """
    with runtime.database.write() as connection:
        pks = comments.revision_pks(connection, forum.id, external_id)
        if not pks:
            raise NotFoundError("No such comment.")
        since = comments.first_received_at(connection, pks)
        _erase(connection, runtime, forum, pks, by=by)
        comments.mark_deleted(connection, forum.id, external_id, at=runtime.clock())
        labels = erasing.remove_imported(
            connection, forum.id, field="comment_id", value=external_id
        )
        exports = erasing.exports_since(connection, forum.slug, since)
    return Erasure(comments=len(pks), labels=labels, exports=tuple(exports))


def erase_author(runtime: Runtime, forum: Forum, external_id: str, *, by: str) -> Erasure:
    """Erase an author: profile, the text of every comment, reports made, imported labels.

    Works in small steps; when it is interrupted, asking again does the rest.

    Parameters
    ----------
    external_id : str
        As the forum names the author, also where pseudonyms are stored.

    Raises
    ------
    NotFoundError
        If nothing of such an author is stored.
    """
    with runtime.database.read() as connection:
        known = _find(connection, runtime, forum, external_id)
        since = authors.first_received_at(connection, known.pk) if known is not None else None
        exports = erasing.exports_since(connection, forum.slug, since) if since else []
    count = _erase_all(runtime, forum, known.pk, by=by) if known is not None else 0
    with runtime.database.write() as connection:
        if known is not None:
            erasing.remove_idle_authors(connection, [known.pk])
        key = reporter_key(runtime, forum, READER + external_id)
        reports = erasing.forget_reporter(connection, forum.id, key)
        labels = erasing.remove_imported(connection, forum.id, field="author_id", value=external_id)
        if known is None and not reports and not labels:
            raise NotFoundError("No such author.")
        append_event(
            connection,
            "author_erased",
            at=runtime.clock(),
            actor=by,
            forum_id=forum.id,
            details={"comments": count, "reports": reports, "labels": labels},
        )
    return Erasure(count, reports, labels, tuple(exports))


def _erase_all(runtime: Runtime, forum: Forum, author_pk: int, *, by: str) -> int:
    count = 0
    while True:
        with runtime.database.write() as connection:
            pks = authors.author_comment_pks(connection, author_pk, limit=STEP_ROWS)
            _erase(connection, runtime, forum, pks, by=by)
        if not pks:
            return count
        count += len(pks)


def _erase(
    connection: Connection, runtime: Runtime, forum: Forum, pks: Sequence[int], *, by: str
) -> None:
    now = runtime.clock()
    # Authors first: intake, too, takes an author's turn before it touches comments.
    erasing.forget_authors(connection, forum.id, pks)
    erasing.erase_parent_texts(connection, pks)
    erasing.erase_texts(connection, pks, at=now)
    for pk in pks:
        append_event(connection, "erased", at=now, actor=by, forum_id=forum.id, comment_pk=pk)


@dataclass(frozen=True, slots=True)
class AuthorData:
    """What is stored about one author, a page at a time.

    Attributes
    ----------
    author : Author or None
        None when only reports are stored.
    comments : tuple[tuple[dict, Decision or None], ...]
        Columns of each comment with its verdict, and the decision in force.
    reports : tuple[dict, ...]
        Reports that the author made; on the first page only.
    next_after : int or None
        Where the next page begins; None on the last.
    """

    author: Author | None
    comments: tuple[tuple[dict[str, Any], Decision | None], ...]
    reports: tuple[dict[str, Any], ...]
    next_after: int | None


def author_data(runtime: Runtime, forum: Forum, external_id: str, *, after: int = 0) -> AuthorData:
    """Return what is stored about an author.

    Parameters
    ----------
    after : int
        ``next_after`` of the page before; 0 for the first.

    Raises
    ------
    NotFoundError
        If nothing is stored.
    """
    with runtime.database.read() as connection:
        known = _find(connection, runtime, forum, external_id)
        key = reporter_key(runtime, forum, READER + external_id)
        made = authors.reports_by(connection, forum.id, key) if after == 0 else []
        if known is None and not made:
            raise NotFoundError("No such author.")
        found = (
            authors.author_comments_page(connection, known.pk, after=after, limit=PAGE_ROWS)
            if known is not None
            else []
        )
        decided = [(row, _decision(connection, row["pk"])) for row in found]
    is_full = len(found) == PAGE_ROWS
    return AuthorData(
        known.author if known is not None else None,
        tuple(decided),
        tuple(made),
        found[-1]["pk"] if is_full else None,
    )


def _decision(connection: Connection, comment_pk: int) -> Decision | None:
    judgement = judgements.judgement_by_pk(connection, comment_pk)
    return decision_in_force(connection, judgement) if judgement is not None else None


def _find(
    connection: Connection, runtime: Runtime, forum: Forum, external_id: str
) -> authors.StoredAuthor | None:
    if forum.pseudonymises_authors:
        external_id = runtime.pseudonyms().of_author(forum.slug, external_id)
    return authors.find_author(connection, forum.id, external_id)


def export_author(runtime: Runtime, forum: Forum, external_id: str) -> AuthorData:
    """Return everything that is stored about an author at once; raises as `author_data`."""
    page = author_data(runtime, forum, external_id)
    rows = list(page.comments)
    last = page.next_after
    while last is not None:
        more = author_data(runtime, forum, external_id, after=last)
        rows += more.comments
        last = more.next_after
    return AuthorData(page.author, tuple(rows), page.reports, None)

"""Stored comments with their verdicts, read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, select

from classifiers.labels import Label
from moderation.domain.comment import Author, Parent, Thread
from moderation.domain.judgement import Judgement, PlacedSpan, QuoteText
from moderation.domain.review import ItemState
from moderation.domain.text_format import TextFormat
from moderation.domain.verdict import LabelScore, RuleSpan, Verdict
from moderation.storage.comments import NewComment, StoredComment
from moderation.storage.tables import authors, comments, review_items, threads, verdicts

_QUERY = (
    select(
        comments,
        authors.c.external_id.label("author_external_id"),
        authors.c.name.label("author_name"),
        authors.c.joined_at.label("author_joined_at"),
        authors.c.post_count.label("author_post_count"),
        authors.c.is_trusted.label("author_is_trusted"),
        threads.c.external_id.label("thread_external_id"),
        threads.c.title.label("thread_title"),
        threads.c.url.label("thread_url"),
        verdicts.c.verdict,
        verdicts.c.reasons,
        verdicts.c.scores,
        verdicts.c.spans,
        verdicts.c.rule_spans,
        verdicts.c.model_version,
        verdicts.c.policy_version,
        verdicts.c.request_id,
        verdicts.c.created_at.label("judged_at"),
        review_items.c.id.label("item_id"),
        review_items.c.state.label("item_state"),
    )
    .join(verdicts, verdicts.c.comment_id == comments.c.id)
    .outerjoin(authors, authors.c.id == comments.c.author_id)
    .outerjoin(threads, threads.c.id == comments.c.thread_id)
    .outerjoin(review_items, review_items.c.comment_id == comments.c.id)
)
_BY_REVISION = _QUERY.where(
    comments.c.forum_id == bindparam("forum"),
    comments.c.external_id == bindparam("external"),
    comments.c.revision == bindparam("revision"),
)
_BY_PK = _QUERY.where(comments.c.id == bindparam("pk"))


def stored_judgement(
    connection: Connection, forum_id: int, external_id: str, revision: str
) -> Judgement | None:
    """Return the judgement of exactly this revision."""
    key = {"forum": forum_id, "external": external_id, "revision": revision}
    found = connection.execute(_BY_REVISION, key).mappings().first()
    return _judgement(found) if found else None


def latest_judgement(connection: Connection, forum_id: int, external_id: str) -> Judgement | None:
    """Return the judgement of the newest revision."""
    row = connection.execute(
        _QUERY.where(comments.c.forum_id == forum_id, comments.c.external_id == external_id)
        .order_by(comments.c.id.desc())
        .limit(1)
    )
    found = row.mappings().first()
    return _judgement(found) if found else None


def judgement_by_pk(connection: Connection, comment_pk: int) -> Judgement | None:
    """Return one revision by our key."""
    found = connection.execute(_BY_PK, {"pk": comment_pk}).mappings().first()
    return _judgement(found) if found else None


def judgements_by_pks(connection: Connection, comment_pks: Sequence[int]) -> dict[int, Judgement]:
    """Return several revisions by our keys, in one query."""
    rows = connection.execute(_QUERY.where(comments.c.id.in_(comment_pks))).mappings()
    return {row["id"]: _judgement(row) for row in rows}


def thread_neighbours(
    connection: Connection, judgement: Judgement, *, limit: int
) -> Sequence[Judgement]:
    """Return the latest comments of the same thread around the given one, in order of arrival."""
    if judgement.thread is None:
        return []
    thread = select(threads.c.id).where(
        threads.c.forum_id == judgement.forum_id,
        threads.c.external_id == judgement.thread.external_id,
    )
    base = _QUERY.where(
        comments.c.thread_id == thread.scalar_subquery(),
        comments.c.is_latest,
        comments.c.deleted_at.is_(None),
    )
    before = base.where(comments.c.id < judgement.comment_pk).order_by(comments.c.id.desc())
    after = base.where(comments.c.id > judgement.comment_pk).order_by(comments.c.id)
    earlier = [_judgement(row) for row in connection.execute(before.limit(limit)).mappings()]
    later = [_judgement(row) for row in connection.execute(after.limit(limit)).mappings()]
    return [*reversed(earlier), *later]


def author_comments(
    connection: Connection, forum_id: int, author: str, *, limit: int
) -> Sequence[Judgement]:
    """Return an author's newest comments."""
    rows = connection.execute(
        _QUERY.where(
            comments.c.forum_id == forum_id,
            authors.c.external_id == author,
            comments.c.is_latest,
        )
        .order_by(comments.c.id.desc())
        .limit(limit)
    ).mappings()
    return [_judgement(row) for row in rows]


def new_judgement(
    forum_id: int, stored: StoredComment, new: NewComment, *, item_id: int | None, at: datetime
) -> Judgement:
    """Return what `stored_judgement` would, of a comment that was just stored."""
    comment, outcome = new.comment, new.outcome
    return Judgement(
        comment_pk=stored.pk,
        forum_id=forum_id,
        external_id=comment.external_id,
        revision=comment.revision,
        is_latest=True,
        source=comment.text,
        text_format=comment.text_format,
        body=new.body,
        quotes=new.quotes,
        author=stored.author,
        thread=stored.thread,
        parent=comment.parent,
        permalink=comment.permalink,
        language=comment.language,
        posted_at=comment.posted_at,
        received_at=at,
        deleted_at=None,
        verdict=outcome.verdict,
        reasons=outcome.reasons,
        scores=outcome.scores,
        spans=new.spans,
        rule_spans=outcome.rule_spans,
        model_version=outcome.model_version,
        policy_version=outcome.policy_version,
        request_id=new.request_id,
        judged_at=at,
        item_id=item_id,
        item_state=ItemState.PENDING if item_id is not None else None,
    )


def _judgement(row: RowMapping) -> Judgement:
    return Judgement(
        comment_pk=row["id"],
        forum_id=row["forum_id"],
        external_id=row["external_id"],
        revision=row["revision"],
        is_latest=row["is_latest"],
        source=row["source"],
        text_format=TextFormat(row["text_format"]),
        body=row["body"],
        quotes=tuple(QuoteText(text, by) for text, by in row["quotes"]),
        author=_author(row),
        thread=_thread(row),
        parent=_parent(row),
        permalink=row["permalink"],
        language=row["language"],
        posted_at=row["posted_at"],
        received_at=row["received_at"],
        deleted_at=row["deleted_at"],
        verdict=Verdict(row["verdict"]),
        reasons=tuple(row["reasons"]),
        scores=tuple(
            LabelScore(Label(label), score, threshold, rule, flags)
            for label, score, threshold, rule, flags in row["scores"]
        ),
        spans=tuple(PlacedSpan(Label(span[0]), *span[1:]) for span in row["spans"]),
        rule_spans=tuple(RuleSpan(*span) for span in row["rule_spans"]),
        model_version=row["model_version"],
        policy_version=row["policy_version"],
        request_id=row["request_id"],
        judged_at=row["judged_at"],
        item_id=row["item_id"],
        item_state=ItemState(row["item_state"]) if row["item_state"] else None,
    )


def _author(row: RowMapping) -> Author | None:
    if row["author_external_id"] is None:
        return None
    return Author(
        row["author_external_id"],
        row["author_name"],
        row["author_joined_at"],
        row["author_post_count"],
        row["author_is_trusted"],
    )


def _thread(row: RowMapping) -> Thread | None:
    if row["thread_external_id"] is None:
        return None
    return Thread(row["thread_external_id"], row["thread_title"], row["thread_url"])


def _parent(row: RowMapping) -> Parent | None:
    if row["parent_external_id"] is None:
        return None
    return Parent(row["parent_external_id"], row["parent_text"])

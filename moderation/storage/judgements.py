"""Stored comments with their verdicts, read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, bindparam, select, union_all

from classifiers.labels import Label
from moderation.domain.comment import Author, Parent, Thread
from moderation.domain.judgement import Judgement, PlacedSpan, QuoteText
from moderation.domain.review import ItemState
from moderation.domain.text_format import TextFormat
from moderation.domain.verdict import LabelScore, RuleSpan, Verdict
from moderation.storage.comments import NewComment, StoredComment
from moderation.storage.tables import authors, comments, review_items, threads, verdicts

JUDGEMENTS = (
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
"""Comments with their verdicts, authors, threads and items, to be narrowed."""

_BY_REVISION = JUDGEMENTS.where(
    comments.c.forum_id == bindparam("forum"),
    comments.c.external_id == bindparam("external"),
    comments.c.revision == bindparam("revision"),
)
_BY_PK = JUDGEMENTS.where(comments.c.id == bindparam("pk"))
_EARLIER = (
    JUDGEMENTS.where(
        comments.c.forum_id == bindparam("forum"),
        comments.c.external_id == bindparam("external"),
        comments.c.id < bindparam("pk"),
    )
    .order_by(comments.c.id.desc())
    .limit(bindparam("most"))
)


def _nearest(*, is_before: bool) -> Select[int]:
    """Return the keys of the comments beside one in its thread, on one side."""
    here = comments.alias().c
    thread = select(comments.c.thread_id).where(comments.c.id == bindparam("pk"))
    side = here.id < bindparam("pk") if is_before else here.id > bindparam("pk")
    found = (
        select(here.id)
        .where(
            here.thread_id == thread.scalar_subquery(),
            here.is_latest,
            here.deleted_at.is_(None),
            side,
        )
        .order_by(here.id.desc() if is_before else here.id)
        .limit(bindparam("most"))
    )
    return select(found.subquery().c.id)


_NEIGHBOURS = JUDGEMENTS.where(
    comments.c.id.in_(union_all(_nearest(is_before=True), _nearest(is_before=False)))
).order_by(comments.c.id)


def stored_judgement(
    connection: Connection, forum_id: int, external_id: str, revision: str
) -> Judgement | None:
    """Return the judgement of exactly this revision."""
    key = {"forum": forum_id, "external": external_id, "revision": revision}
    found = connection.execute(_BY_REVISION, key).mappings().first()
    return judgement_of(found) if found else None


def latest_judgement(connection: Connection, forum_id: int, external_id: str) -> Judgement | None:
    """Return the judgement of the newest revision."""
    row = connection.execute(
        JUDGEMENTS.where(comments.c.forum_id == forum_id, comments.c.external_id == external_id)
        .order_by(comments.c.id.desc())
        .limit(1)
    )
    found = row.mappings().first()
    return judgement_of(found) if found else None


def judgement_by_pk(connection: Connection, comment_pk: int) -> Judgement | None:
    """Return one revision by our key."""
    found = connection.execute(_BY_PK, {"pk": comment_pk}).mappings().first()
    return judgement_of(found) if found else None


def judgements_by_pks(connection: Connection, comment_pks: Sequence[int]) -> dict[int, Judgement]:
    """Return several revisions by our keys, in one query."""
    rows = connection.execute(JUDGEMENTS.where(comments.c.id.in_(comment_pks))).mappings()
    return {row["id"]: judgement_of(row) for row in rows}


def earlier_revisions(
    connection: Connection, judgement: Judgement, *, limit: int
) -> Sequence[Judgement]:
    """Return the revisions of a comment before the given one, the newest first."""
    asked = {
        "forum": judgement.forum_id,
        "external": judgement.external_id,
        "pk": judgement.comment_pk,
        "most": limit,
    }
    return [judgement_of(row) for row in connection.execute(_EARLIER, asked).mappings()]


def thread_neighbours(
    connection: Connection, judgement: Judgement, *, limit: int
) -> Sequence[Judgement]:
    """Return the latest comments of the same thread around the given one, in order of arrival."""
    if judgement.thread is None:
        return []
    asked = {"pk": judgement.comment_pk, "most": limit}
    return [judgement_of(row) for row in connection.execute(_NEIGHBOURS, asked).mappings()]


def author_comments(
    connection: Connection, forum_id: int, author: str, *, limit: int
) -> Sequence[Judgement]:
    """Return an author's newest comments."""
    rows = connection.execute(
        JUDGEMENTS.where(
            comments.c.forum_id == forum_id,
            authors.c.external_id == author,
            comments.c.is_latest,
        )
        .order_by(comments.c.id.desc())
        .limit(limit)
    ).mappings()
    return [judgement_of(row) for row in rows]


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


def judgement_of(row: RowMapping) -> Judgement:
    """Return the judgement in a row of `JUDGEMENTS`."""
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

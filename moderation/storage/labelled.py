"""The labels that train: every feedback in force with its text, read in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    and_,
    func,
    or_,
    select,
)

from classifiers.labelled import LabelledComment
from classifiers.labels import Label
from moderation.domain.feedback import FeedbackWeights
from moderation.domain.reach import ForumKeys
from moderation.storage.tables import authors, comments, feedback, forums, threads, verdicts
from moderation.storage.within import within


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which labels are exported; None and empty mean all.

    Attributes
    ----------
    forum : str or None
        None means every forum but demos, whose decisions are play.
    within : ForumKeys
        Only of these forums; what belongs to none is left out then.
    since, until : datetime or None
        Decided on or after, and before. A label of unknown time is left out when either is given.
    label : Label or None
        Only rows in which this label was judged.
    answer : bool or None
        Only rows in which it was judged so; None for either.
    sources : tuple[str, ...]
    """

    forum: str | None = None
    within: ForumKeys = None
    since: datetime | None = None
    until: datetime | None = None
    label: Label | None = None
    answer: bool | None = None
    sources: tuple[str, ...] = ()


def newest_feedback(connection: Connection) -> int:
    """Return the key of the newest row, 0 when there is none: where an export ends."""
    return connection.scalar(select(func.max(feedback.c.id))) or 0


def labelled_batch(
    connection: Connection,
    wanted: ExportFilter,
    weights: FeedbackWeights,
    *,
    after: int,
    upto: int,
    limit: int,
) -> tuple[list[LabelledComment], int | None]:
    """Return labels that train, in the order of their arrival, and the key of the last one.

    Parameters
    ----------
    after, upto : int
        Keyset: the last key of the batch before (0 for the first), and of the whole export.

    Returns
    -------
    list of LabelledComment, int or None
        None when nothing is left.
    """
    rows = (
        connection.execute(
            _query()
            .where(*_conditions(wanted), feedback.c.id > after, feedback.c.id <= upto)
            .order_by(feedback.c.id)
            .limit(limit)
        )
        .mappings()
        .all()
    )
    judges = _judges(connection, [row["comment_pk"] for row in rows if row["comment_pk"]])
    labelled = [_labelled(row, weights, judges) for row in rows]
    return labelled, rows[-1]["id"] if rows else None


def count_labelled(connection: Connection, wanted: ExportFilter) -> int:
    """Return how many rows an export will have."""
    query = select(func.count(feedback.c.id)).select_from(_joined()).where(*_conditions(wanted))
    return connection.scalar(query) or 0


def _joined() -> FromClause:
    return (
        feedback.outerjoin(forums, forums.c.id == feedback.c.forum_id)
        .outerjoin(comments, comments.c.id == feedback.c.comment_id)
        .outerjoin(verdicts, verdicts.c.comment_id == feedback.c.comment_id)
        .outerjoin(authors, authors.c.id == comments.c.author_id)
        .outerjoin(threads, threads.c.id == comments.c.thread_id)
    )


def _query() -> Select[*tuple[Any, ...]]:
    return select(
        feedback.c.id,
        feedback.c.comment_id.label("comment_pk"),
        feedback.c.source,
        feedback.c.labels,
        feedback.c.decision,
        feedback.c.reason,
        feedback.c.decided_by,
        feedback.c.decided_at,
        feedback.c.weight,
        feedback.c.text,
        feedback.c.provenance,
        comments.c.body,
        comments.c.external_id,
        comments.c.revision,
        comments.c.scored_title,
        comments.c.parent_text,
        comments.c.posted_at,
        comments.c.received_at,
        authors.c.external_id.label("author"),
        threads.c.external_id.label("thread"),
        forums.c.slug,
        verdicts.c.model_version,
        verdicts.c.scores,
    ).select_from(_joined())


def _conditions(wanted: ExportFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        feedback.c.withdrawn_at.is_(None),
        # Nothing but quotes: there are no words to learn from.
        or_(feedback.c.comment_id.is_(None), func.trim(comments.c.body) != ""),
        forums.c.slug == wanted.forum
        if wanted.forum is not None
        else or_(feedback.c.forum_id.is_(None), ~forums.c.is_demo),
    ]
    if wanted.within is not None:
        conditions.append(within(feedback.c.forum_id, wanted.within))
    if wanted.since is not None:
        conditions.append(feedback.c.decided_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(feedback.c.decided_at < wanted.until)
    if wanted.sources:
        conditions.append(feedback.c.source.in_(wanted.sources))
    if wanted.label is not None:
        judged = feedback.c.labels[wanted.label.value].as_boolean()
        conditions.append(
            judged.is_not(None) if wanted.answer is None else judged.is_(wanted.answer)
        )
    return conditions


@dataclass(frozen=True, slots=True)
class _Judged:
    judge: str
    labels: Mapping[str, bool]


def _judges(connection: Connection, comment_pks: Sequence[int]) -> dict[int, list[_Judged]]:
    """Return who judged each comment and how: the newest word of each."""
    if not comment_pks:
        return {}
    rows = connection.execute(
        select(feedback.c.comment_id, feedback.c.decided_by, feedback.c.source, feedback.c.labels)
        .where(and_(feedback.c.comment_id.in_(comment_pks), feedback.c.withdrawn_at.is_(None)))
        .order_by(feedback.c.id)
    )
    found: dict[int, dict[str, _Judged]] = defaultdict(dict)
    for comment_pk, decided_by, source, labels in rows:
        judge = decided_by if decided_by is not None else f"({source})"
        found[comment_pk][judge] = _Judged(judge, labels)
    return {pk: list(judged.values()) for pk, judged in found.items()}


def _agreement(labels: Mapping[str, bool], judged: Sequence[_Judged]) -> float:
    agree = sum(
        all(other.labels[name] == answer for name, answer in labels.items() if name in other.labels)
        for other in judged
    )
    return agree / len(judged)


def _labelled(
    row: RowMapping, weights: FeedbackWeights, judges: Mapping[int, Sequence[_Judged]]
) -> LabelledComment:
    judged = LabelledComment(
        text=row["body"] if row["text"] is None else row["text"],
        labels={Label(name): answer for name, answer in row["labels"].items()},
        forum=row["slug"],
        decided_at=_rfc3339(row["decided_at"]),
        decided_by=row["decided_by"],
        decision=row["decision"],
        reason_code=row["reason"],
        source=row["source"],
        weight=row["weight"] if row["weight"] is not None else weights.of(row["source"]),
    )
    if row["comment_pk"] is None:
        return _with_provenance(judged, row["provenance"] or {})
    others = judges[row["comment_pk"]]
    return replace(
        judged,
        title=row["scored_title"],
        parent=row["parent_text"],
        comment_id=row["external_id"],
        revision=row["revision"],
        thread_id=row["thread"],
        author_id=row["author"],
        created_at=_rfc3339(row["posted_at"] or row["received_at"]),
        model_version=row["model_version"],
        scores={Label(score[0]): score[1] for score in row["scores"] or ()},
        n_judges=len(others),
        agreement=_agreement(row["labels"], others),
    )


def _with_provenance(judged: LabelledComment, known: Mapping[str, Any]) -> LabelledComment:
    fields = {name: value for name, value in known.items() if name not in {"scores", "forum"}}
    return replace(
        judged,
        forum=judged.forum or known.get("forum"),
        scores={Label(name): score for name, score in known.get("scores", {}).items()},
        **fields,
    )


def _rfc3339(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None

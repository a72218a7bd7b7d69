"""Feedback on a comment from beside the desk: hosts' corrections and appeals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError, NotFoundError
from moderation.domain.feedback import check_source
from moderation.domain.forum import Forum
from moderation.domain.judgement import Judgement
from moderation.domain.review import DecisionAction
from moderation.services.runtime import Runtime
from moderation.storage import judgements
from moderation.storage.comments import take_turns
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.feedback import NewFeedback, feedback_on, insert_feedback


@dataclass(frozen=True, slots=True)
class GivenFeedback:
    """What a host says a comment is.

    Attributes
    ----------
    labels : Mapping[Label, bool]
        Judged labels, at least one; absent is unknown.
    source : str
        A `moderation.domain.feedback.FeedbackSource` or another name.
    decision : DecisionAction or None
        What was done with the comment, if that is known.
    given_by : str or None
        Who judged, by the host's name for the person.
    revision : str or None
        The revision that was judged; None for the newest.
    """

    labels: Mapping[Label, bool]
    source: str
    decision: DecisionAction | None = None
    given_by: str | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class FeedbackReceipt:
    """What became of feedback.

    Attributes
    ----------
    weight : float
        What it weighs in training, positive.
    is_new : bool
        False when the same person had said the same before, and nothing else since.
    """

    id: int
    revision: str
    source: str
    labels: Mapping[Label, bool]
    weight: float
    is_new: bool


def record_feedback(
    runtime: Runtime, forum: Forum, external_id: str, given: GivenFeedback
) -> FeedbackReceipt:
    """Store what somebody outside of the desk judged a comment to be.

    It trains the next model, with the weight of its source. The verdict, the queue and the forum
    are left alone: a host that corrects us has acted already.

    Raises
    ------
    NotFoundError
        If the forum has sent no such comment or revision.
    InvalidInputError
        If no label is judged, or the source's name is none.
    """
    if not given.labels:
        raise InvalidInputError(
            "Feedback judges a label.", fields={"labels": "expected at least one label"}
        )
    check_source(given.source)
    with runtime.database.write() as connection:
        take_turns(connection, forum.id, [external_id])
        judgement = _judged(connection, forum, external_id, given.revision)
        same = _said_before(connection, judgement.comment_pk, given)
        now = runtime.clock()
        pk = same
        if pk is None:
            pk = insert_feedback(
                connection,
                NewFeedback(
                    forum_id=forum.id,
                    comment_pk=judgement.comment_pk,
                    source=given.source,
                    labels=given.labels,
                    decision=given.decision.value if given.decision is not None else None,
                    decided_by=given.given_by,
                ),
                at=now,
            )
            append_event(
                connection,
                "feedback",
                at=now,
                actor="forum",
                forum_id=forum.id,
                comment_pk=judgement.comment_pk,
                details={
                    "source": given.source,
                    "labels": {label.value: answer for label, answer in given.labels.items()},
                },
            )
    return FeedbackReceipt(
        pk,
        judgement.revision,
        given.source,
        given.labels,
        runtime.feedback_weights.of(given.source),
        is_new=same is None,
    )


def _judged(
    connection: Connection, forum: Forum, external_id: str, revision: str | None
) -> Judgement:
    found = (
        judgements.latest_judgement(connection, forum.id, external_id)
        if revision is None
        else judgements.stored_judgement(connection, forum.id, external_id, revision)
    )
    if found is None:
        raise NotFoundError("No such comment.")
    return found


def _said_before(connection: Connection, comment_pk: int, given: GivenFeedback) -> int | None:
    """Return the person's last feedback from this source if it says the same."""
    own = [
        said
        for said in feedback_on(connection, comment_pk)
        if said.source == given.source and said.decided_by == given.given_by
    ]
    action = given.decision.value if given.decision is not None else None
    if own and own[-1].labels == dict(given.labels) and own[-1].decision == action:
        return own[-1].id
    return None

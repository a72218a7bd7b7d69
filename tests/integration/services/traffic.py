"""Traffic whose scores are written in the comments, decided by a moderator who knows the truth."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from classifiers.labels import Label
from classifiers.scorer import Scored, ScoringInput
from moderation.domain.judgement import Judgement
from moderation.domain.review import DecisionAction, ReasonCode
from moderation.services.intake import submit_comments
from moderation.services.runtime import Runtime
from moderation.storage import decisions, review_queue
from moderation.storage.database import Connection, open_database
from moderation.storage.users import User
from tests.builders import a_comment, a_user, register_forum
from tests.fakes import KEYS, FakeModels, FakeScorer, FixedClock

DAYS = 10

_SCORE = re.compile(r"score (0\.\d+)")


class WrittenScorer(FakeScorer):
    """Gives ``abusive`` the score that stands in the text; a second model bends it."""

    def __init__(
        self,
        model_version: str = "2026-01-01-0000000001",
        *,
        bend: Callable[[float], float] = lambda score: score,
    ) -> None:
        super().__init__(model_version)
        self._bend = bend

    def score(self, comment: ScoringInput, *, with_spans: bool = True) -> Scored:
        del with_spans
        found = _SCORE.search(comment.text)
        score = self._bend(float(found[1])) if found else 0.02
        return Scored({**dict.fromkeys(Label, 0.02), Label.ABUSIVE: score}, (), self.model_version)


def is_abusive(number: int, score: float) -> bool:
    """Whether a comment is abusive: of twenty numbers in a row, as many as the score says."""
    return number * 7 % 20 < 20 * score


def filled_file(migrated: Path) -> Path:
    """Return a SQLite file with the forum ``gazette``; half of its unflagged comments are audited.

    Ten days of traffic decided by ``rosa``, from ``tests.fakes.START`` on; made once, to be copied.
    """
    path = migrated.with_name("traffic.sqlite3")
    if not path.exists():
        shutil.copyfile(migrated, path)
        database = open_database(f"sqlite:///{path}", keys=KEYS)
        fill(Runtime(database=database, models=FakeModels(WrittenScorer()), clock=FixedClock()))
        database.dispose()
    return path


def fill(runtime: Runtime, *, days: int = DAYS) -> None:
    """Let comments come in, 40 a day, and decide all that is queued."""
    forum = register_forum(runtime, audit_share=0.5).forum
    rosa = a_user(runtime, "rosa")
    clock = runtime.clock
    assert isinstance(clock, FixedClock)
    rng = random.Random(7)  # noqa: S311 - a simulation
    number = 0
    for _ in range(days):
        batch, answers = [], {}
        for _ in range(40):
            number += 1
            score = rng.choice((0.02, 0.05, 0.2, 0.35, 0.55, 0.65, 0.8, 0.95))
            answers[f"c{number}"] = is_abusive(number, score)
            batch.append(a_comment(f"c{number}", f"comment {number} has the score {score:.2f}"))
        stored = submit_comments(runtime, forum, batch, request_id="req-test")
        with (
            runtime.database.write() as connection
        ):  # one transaction: waiting for the disk is slow
            for answer in stored:
                if answer.judgement.item_id is not None:
                    is_so = answers[answer.judgement.external_id]
                    _decide(connection, answer.judgement, rosa, clock(), is_abusive=is_so)
        clock.advance(86_400)


def _decide(
    connection: Connection, judgement: Judgement, rosa: User, at: datetime, *, is_abusive: bool
) -> None:
    assert judgement.item_id is not None
    later = at + timedelta(minutes=5)
    token = f"{judgement.item_id:032d}"
    review_queue.claim_item(connection, judgement.item_id, rosa.id, token, now=at, expires_at=later)
    made = decisions.insert_decision(
        connection,
        decisions.NewDecision(
            item_id=judgement.item_id,
            comment_pk=judgement.comment_pk,
            forum_id=judgement.forum_id,
            action=DecisionAction.REJECT if is_abusive else DecisionAction.APPROVE,
            labels={Label.ABUSIVE: is_abusive, Label.PARTISAN: False},
            reason=ReasonCode.INSULT.value if is_abusive else None,
            note="",
            moderator_id=rosa.id,
            revision=judgement.revision,
            model_version=judgement.model_version,
            policy_version=judgement.policy_version,
        ),
        moderator=rosa.username,
        at=at,
    )
    review_queue.close_by_decision(connection, judgement.item_id, token, made.id, at=at)

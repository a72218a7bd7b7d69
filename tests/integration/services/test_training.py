"""Training jobs: one at a time, cancelled, lost, and only their worker's."""

from __future__ import annotations

import pytest

from moderation.domain.errors import ConflictError, NotAllowedError, NotFoundError
from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.domain.training import HEARTBEAT_LIMIT_S, JobProgress, JobState
from moderation.services import training
from moderation.services.runtime import Runtime
from moderation.storage.users import User
from tests.builders import a_comment, a_user, submitted
from tests.fakes import FixedClock
from tests.integration.racing import race


@pytest.fixture
def ada(runtime: Runtime) -> User:
    return a_user(runtime, "ada", Role.ADMIN)


def test_one_training_is_open_at_a_time(runtime: Runtime, ada: User) -> None:
    first = training.request_training(runtime, ada)
    with pytest.raises(ConflictError, match=f"Training {first}"):
        training.request_training(runtime, ada)
    assert training.cancel_training(runtime, ada, first) is JobState.CANCELLED
    second = training.request_training(runtime, ada)
    assert [job.id for job in training.latest_trainings(runtime)] == [second, first]
    with pytest.raises(ConflictError, match="ended already"):
        training.cancel_training(runtime, ada, first)


def test_of_two_who_ask_at_once_one_is_refused(runtime: Runtime, ada: User) -> None:
    outcomes = race(lambda seed: training.request_training(runtime, ada, seed=seed), [1, 2])
    assert {type(outcome) for outcome in outcomes} == {ConflictError, int}


def test_of_two_workers_one_gets_the_job(runtime: Runtime, ada: User) -> None:
    training.request_training(runtime, ada)
    taken = race(lambda _: training.take_training(runtime), [1, 2])
    assert sum(job is not None for job in taken) == 1


def test_it_takes_an_admin_and_a_forum_that_exists(
    runtime: Runtime, forum: Forum, ada: User
) -> None:
    with pytest.raises(NotAllowedError):
        training.request_training(runtime, a_user(runtime, "sena", Role.SENIOR))
    with pytest.raises(NotFoundError):
        training.request_training(runtime, ada, forum="nowhere")
    with pytest.raises(NotFoundError):
        training.training_job(runtime, 99)
    job_id = training.request_training(runtime, ada, forum=forum.slug)
    assert training.training_job(runtime, job_id).forum == forum.slug


def test_a_job_without_a_sign_of_life_fails_and_another_may_start(
    runtime: Runtime, ada: User, clock: FixedClock
) -> None:
    first = training.request_training(runtime, ada)
    taken = training.take_training(runtime)
    assert taken is not None
    clock.advance(HEARTBEAT_LIMIT_S - 1)
    assert training.note_progress(runtime, taken, JobProgress("fitting", 1, 6, "fitting\n"))
    clock.advance(HEARTBEAT_LIMIT_S - 1)
    with pytest.raises(ConflictError):
        training.request_training(runtime, ada)
    clock.advance(2)
    second = training.request_training(runtime, ada)
    lost = training.training_job(runtime, first)
    assert (lost.state, lost.error) == (JobState.FAILED, training.LOST)
    assert lost.progress.step == "fitting"

    # The worker comes back from a long sleep: the job is no longer its own.
    assert not training.note_progress(runtime, taken, JobProgress("measuring", 3, 6, ""))
    training.end_training(runtime, taken, JobState.DONE, result={"candidate_version": "x"})
    assert training.training_job(runtime, first).state is JobState.FAILED
    assert training.training_job(runtime, second).state is JobState.QUEUED


def test_cancelling_a_running_job_reaches_its_worker(runtime: Runtime, ada: User) -> None:
    job_id = training.request_training(runtime, ada)
    taken = training.take_training(runtime)
    assert taken is not None
    assert training.note_progress(runtime, taken, JobProgress())
    assert training.cancel_training(runtime, ada, job_id) is JobState.RUNNING
    assert not training.note_progress(runtime, taken, JobProgress())
    training.end_training(runtime, taken, JobState.CANCELLED)
    assert training.training_job(runtime, job_id).state is JobState.CANCELLED


def test_examples_are_looked_up_and_not_kept(runtime: Runtime, forum: Forum) -> None:
    submitted(runtime, forum, a_comment("c1", "You idiot."))
    keys = [f"{forum.slug}:c1", f"{forum.slug}:gone", "elsewhere:c1", ""]
    assert training.example_texts(runtime, keys) == {f"{forum.slug}:c1": "You idiot."}

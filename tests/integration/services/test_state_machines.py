"""Long stories made by hypothesis: the real storage beside a simple model of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.services.outbox_machine import OutboxMachine
from tests.integration.services.queue_machine import QueueMachine

STORIES = int(os.environ.get("STORIES", "5"))
SETTINGS = settings(
    max_examples=STORIES,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def _told(machine: Any, migrated_file: Path) -> int:
    """Let a machine run, which compares after each step; returns how many stories it made."""
    begun = []

    def begin() -> Any:
        begun.append(machine)
        return machine(migrated_file)

    run_state_machine_as_test(begin, settings=SETTINGS)  # type: ignore[arg-type]
    return len(begun)


def test_queue_and_claims_follow_their_model(migrated_file: Path) -> None:
    assert _told(QueueMachine, migrated_file) >= STORIES


def test_the_outbox_follows_its_model(migrated_file: Path) -> None:
    assert _told(OutboxMachine, migrated_file) >= STORIES

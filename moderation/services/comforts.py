"""What each moderator chose for working long hours, and how much he or she saw today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from moderation.domain.comfort import Comfort, check_comfort
from moderation.services.runtime import Runtime
from moderation.storage import comforts, decisions
from moderation.storage.users import User


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a moderator decided since midnight."""

    decided: int
    rejected: int


def comfort_of(runtime: Runtime, user: User) -> Comfort:
    """Return the moderator's choices."""
    with runtime.database.read() as connection:
        return Comfort.from_document(comforts.comfort_of(connection, user.id))


def choose(runtime: Runtime, user: User, comfort: Comfort) -> None:
    """Store the moderator's choices. Raises `InvalidInputError`."""
    check_comfort(comfort)
    with runtime.database.write() as connection:
        comforts.replace_comfort(connection, user.id, comfort.to_document())


def exposure_today(runtime: Runtime, user: User, zone: tzinfo) -> Exposure:
    """Return how many comments the moderator decided since midnight in a time zone."""
    now = runtime.clock().astimezone(zone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    with runtime.database.read() as connection:
        decided, rejected = decisions.count_since(connection, user.id, midnight)
    return Exposure(decided, rejected)

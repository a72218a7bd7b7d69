"""A receiver, a forum that tells it, and a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from moderation.delivery.worker import DeliveryWorker
from moderation.services.runtime import Runtime
from tests.builders import (
    RegisteredForum,
    register_forum,
)
from tests.integration.delivery.deliveries import a_worker
from tests.integration.delivery.receiver import (
    Receiver,
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers 204."""
    started = Receiver()
    yield started
    started.close()


@pytest.fixture
def told(runtime: Runtime, receiver: Receiver) -> RegisteredForum:
    """A forum whose messages go to the receiver."""
    return register_forum(runtime, callback_url=receiver.url)


@pytest.fixture
def worker(runtime: Runtime) -> DeliveryWorker:
    """A worker with little patience."""
    return a_worker(runtime)

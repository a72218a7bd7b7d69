"""A worker and its deliveries, as several tests make and read them."""

from __future__ import annotations

from moderation.delivery.worker import DeliverySettings, DeliveryWorker
from moderation.domain.reach import EVERYWHERE
from moderation.services import outbox
from moderation.services.outbox import Delivery
from moderation.services.runtime import Runtime

INSULT = "You are an idiot"
LONG_S = 100_000
"""Longer than any delay between two tries."""


def a_worker(runtime: Runtime, most_attempts: int = 10) -> DeliveryWorker:
    return DeliveryWorker(runtime, DeliverySettings(timeout_s=0.5, most_attempts=most_attempts))


def the_delivery(runtime: Runtime) -> Delivery:
    (found,) = outbox.deliveries_page(runtime, EVERYWHERE)
    return found

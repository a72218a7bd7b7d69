"""What Prometheus reads. One registry an application, so that two of them never clash.

The counters live in the process: with several server processes each answers for itself, and a
scrape reaches one of them by chance. Run one process with more threads (the default), or scrape
each process on a port of its own. What waits in the database is the same whoever is asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from moderation.domain.errors import StorageUnavailableError
from moderation.domain.verdict import Verdict
from moderation.services.readiness import Workload, workload
from moderation.services.runtime import Runtime

disable_created_metrics()  # type: ignore[no-untyped-call]  # twice the lines, and nobody reads them

_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counts requests and verdicts, and reads the workload when asked.

    Parameters
    ----------
    runtime : Runtime
    """

    def __init__(self, runtime: Runtime) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "moderation_requests",
            "Requests by endpoint, method and status.",
            ["endpoint", "method", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "moderation_request_seconds",
            "Time from the first byte read to the answer.",
            ["endpoint"],
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._verdicts = Counter(
            "moderation_verdicts",
            "Verdicts on new comments; replays are not counted.",
            ["verdict"],
            registry=self._registry,
        )
        for verdict in Verdict:
            self._verdicts.labels(verdict.value)
        self._registry.register(_State(runtime))

    def count_request(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(endpoint, method, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def count_verdict(self, verdict: Verdict) -> None:
        """Count the verdict on a new comment."""
        self._verdicts.labels(verdict.value).inc()

    def exposition(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self._registry)


class _State(Collector):
    """What the database and the models say at the moment of the scrape."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def describe(self) -> Iterable[Metric]:
        # Registration asks for the names; the database need not be there yet.
        return ()

    def collect(self) -> Iterable[Metric]:
        yield self._model()
        reached = GaugeMetricFamily("moderation_database_up", "Whether the database answers.")
        try:
            found = workload(self._runtime)
        except StorageUnavailableError:
            reached.add_metric([], 0)
            yield reached
            return
        reached.add_metric([], 1)
        yield reached
        yield from self._workload(found)

    def _model(self) -> Metric:
        scorer = self._runtime.models.loaded().current
        version = scorer.model_version if scorer is not None else ""
        family = InfoMetricFamily("moderation_model", "The model in force; empty when none is.")
        family.add_metric([], {"version": version})
        return family

    def _workload(self, found: Workload) -> Iterable[Metric]:
        queue = GaugeMetricFamily(
            "moderation_queue_items", "Open review items by kind; kinds overlap.", labels=["kind"]
        )
        for kind in ("waiting", "held", "reported", "escalated", "audit", "claimed"):
            queue.add_metric([kind], getattr(found.queue, kind))
        yield queue
        oldest = found.queue.oldest_at
        age_s = (self._runtime.clock() - oldest).total_seconds() if oldest is not None else 0.0
        age = GaugeMetricFamily(
            "moderation_queue_oldest_seconds", "Age of the oldest open review item."
        )
        age.add_metric([], age_s)
        yield age
        sent = GaugeMetricFamily("moderation_deliveries", "Deliveries by state.", labels=["state"])
        for state in ("pending", "delivered", "parked"):
            sent.add_metric([state], found.deliveries.get(state, 0))
        yield sent

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
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from classifiers.labels import DECIDING_LABELS
from moderation.domain.errors import StorageUnavailableError
from moderation.domain.feedback import FeedbackSource
from moderation.domain.review import DecisionAction
from moderation.domain.verdict import LabelScore, Source, Verdict
from moderation.services.readiness import Workload, workload
from moderation.services.runtime import Runtime
from moderation.web.drift_figures import DriftFigures

disable_created_metrics()  # type: ignore[no-untyped-call]  # twice the lines, and nobody reads them

_SCORE_BUCKETS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0)
_SOURCES = (*(source.value for source in Source), FeedbackSource.APPEAL.value)
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
        self._scores = Histogram(
            "moderation_scores",
            "Scores of new comments.",
            ["label"],
            buckets=_SCORE_BUCKETS,
            registry=self._registry,
        )
        for label in DECIDING_LABELS:
            self._scores.labels(label.value)
        self._registry.register(_State(runtime))

    def count_request(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(endpoint, method, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def count_verdict(self, verdict: Verdict, scores: Iterable[LabelScore]) -> None:
        """Count the verdict on a new comment, and the scores of the labels that decide."""
        self._verdicts.labels(verdict.value).inc()
        for score in scores:
            if score.label in DECIDING_LABELS:
                self._scores.labels(score.label.value).observe(score.score)

    def exposition(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self._registry)


class _State(Collector):
    """What the database and the models say at the moment of the scrape."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._drift = DriftFigures(runtime)

    def describe(self) -> Iterable[Metric]:
        # Registration asks for the names; the database need not be there yet.
        return ()

    def collect(self) -> Iterable[Metric]:
        yield from self._models()
        yield from self._people()
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
        yield from self._drift.collect()

    def _models(self) -> Iterable[Metric]:
        loaded = self._runtime.models.loaded()
        for name, says, scorer in (
            ("moderation_model", "The model in force; empty when none is.", loaded.current),
            ("moderation_shadow_model", "The model that scores beside it.", loaded.shadow),
        ):
            family = InfoMetricFamily(name, says)
            version = scorer.model_version if scorer is not None else ""
            family.add_metric([], {"version": version})
            yield family

    def _people(self) -> Iterable[Metric]:
        made = CounterMetricFamily(
            "moderation_decisions",
            "Decisions by what they say and why the comment was looked at.",
            labels=["action", "source"],
        )
        unseen = {(action.value, source): 0 for action in DecisionAction for source in _SOURCES}
        for labels, count in (unseen | dict(self._runtime.tally.decisions())).items():
            made.add_metric(labels, count)
        yield made
        claims = CounterMetricFamily(
            "moderation_claims", "Claims by what became of them.", labels=["became"]
        )
        none = dict.fromkeys(("taken", "skipped", "escalated"), 0)
        for became, count in (none | dict(self._runtime.tally.claims())).items():
            claims.add_metric([became], count)
        yield claims

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

"""The figures of the drift page for Prometheus: read now and then, never while a scrape waits."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from prometheus_client.core import GaugeMetricFamily, Metric

from moderation.domain.drift import MIN_COMMENTS, reference_of, shift_of
from moderation.domain.errors import StorageUnavailableError
from moderation.services.drift import DriftView, drift_view
from moderation.services.rounds import attempt
from moderation.services.runtime import Runtime

_EVERY_S = 3600.0


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="drift figures", daemon=True).start()


class DriftFigures:
    """Keeps the last figures of all forums together; not a number until there are some.

    Parameters
    ----------
    first_after_s : float
        A server that has just started has other work, in seconds.
    start : Callable
        Runs the reading, which takes as long as the drift page.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        first_after_s: float = 60.0,
        start: Callable[[Callable[[], None]], None] = _in_background,
    ) -> None:
        self._runtime = runtime
        self._start = start
        self._lock = threading.Lock()
        self._next_s = time.monotonic() + first_after_s
        self._view: DriftView | None = None

    def collect(self) -> Iterable[Metric]:
        """Return the last figures; begins a new reading when they are an hour old."""
        with self._lock:
            is_due = time.monotonic() >= self._next_s
            if is_due:
                self._next_s = time.monotonic() + _EVERY_S
        if is_due:
            self._start(self._read)
        yield from _families(self._view)

    def _read(self) -> None:
        with suppress(StorageUnavailableError):  # said elsewhere; the old figures stay
            self._view = attempt(
                lambda: drift_view(self._runtime),
                lambda _: self._view,
                what="reading the drift figures",
            )


def _families(view: DriftView | None) -> Iterable[Metric]:
    nan = math.nan
    full = [one for one in view.periods if one.comments >= MIN_COMMENTS] if view is not None else []
    shift = shift_of(reference_of(view.periods), full[-1]) if view is not None and full else None
    last = full[-1] if full else None
    for name, says, value in (
        (
            "moderation_drift_stability_index",
            "How far the scores of the last week moved since the model began to decide.",
            shift,
        ),
        (
            "moderation_drift_unknown_words_ratio",
            "Share of the last week's words that the model does not know.",
            last.novelty.value if last is not None else None,
        ),
        (
            "moderation_drift_precision_ratio",
            "Share of what was flagged in the last week and judged that deserved it.",
            last.precision.value if last is not None else None,
        ),
        (
            "moderation_drift_new_labels",
            "Labels that came since the model was made.",
            view.new_labels if view is not None else None,
        ),
        (
            "moderation_drift_retraining_due",
            "Whether the drift page advises to retrain.",
            view.advice.is_due if view is not None else None,
        ),
    ):
        family = GaugeMetricFamily(name, says)
        family.add_metric([], float(value) if value is not None else nan)
        yield family

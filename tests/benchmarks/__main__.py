"""Measure a score, the pipeline behind it and the webhook. Prints figures and judges nothing."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import httpx

from tests.benchmarks.scoring import forty_words, measure_footprint, measure_scoring
from tests.functional.running_server import RunningServer


def measure_webhook(folder: Path) -> None:
    """Send comments one after another to a server with durable SQLite."""
    server = RunningServer(folder)
    server.start()
    took = []
    try:
        headers = {"authorization": f"Bearer {server.bearer_key}"}
        with httpx.Client(base_url=server.url, headers=headers) as client:
            for number, text in enumerate(forty_words() * 2):
                begin = time.perf_counter()
                body = {"id": f"c-{number}", "text": text, "author": {"id": str(number % 30)}}
                client.post("/v1/comments", json=body).raise_for_status()
                took.append((time.perf_counter() - begin) * 1e3)
    finally:
        server.stop()
    cuts = statistics.quantiles(took, n=100)
    print(f"webhook: p50 {cuts[49]:.1f}, p95 {cuts[94]:.1f}, p99 {cuts[98]:.1f} ms")  # noqa: T201


measure_footprint()
measure_scoring()
with tempfile.TemporaryDirectory() as temporary:
    measure_webhook(Path(temporary))

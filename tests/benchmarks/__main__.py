"""Measure a score, the pipeline behind it and the webhook. Prints figures and judges nothing."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from classifiers.bundle import DEFAULT_BUNDLE, load_pipeline, load_scorer
from classifiers.scorer import ScoringInput
from tests.functional.running_server import RunningServer

CORPUS = Path(__file__).parents[2] / "training" / "corpus" / "leaders.jsonl"
ROUNDS = 6


def texts() -> list[str]:
    """Return comments of 30 to 50 words."""
    rows = [json.loads(line)["text"] for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [text for text in rows if 30 <= len(text.split()) <= 50][:150]


def microseconds(score: Callable[[str], object], comments: list[str]) -> float:
    """Return the mean time of one call."""
    begin = time.perf_counter()
    for text in comments:
        score(text)
    return (time.perf_counter() - begin) / len(comments) * 1e6


def measure_scoring() -> None:
    """Compare the serving scorer with its pipeline, in adjacent rounds."""
    begin = time.perf_counter()
    scorer = load_scorer(DEFAULT_BUNDLE)
    print(f"bundle loads in {time.perf_counter() - begin:.2f} s")  # noqa: T201 - a report
    pipeline = load_pipeline(DEFAULT_BUNDLE)
    comments = texts()
    microseconds(lambda text: scorer.score(ScoringInput(text)), comments)  # fills the cache
    rounds = [
        (
            microseconds(lambda text: scorer.score(ScoringInput(text)), comments),
            microseconds(lambda text: scorer.score(ScoringInput(text), with_spans=False), comments),
            microseconds(lambda text: pipeline.predict_proba([text]), comments[:20]),
        )
        for _ in range(ROUNDS)
    ]
    for name, column in (("with spans", 0), ("without spans", 1), ("pipeline", 2)):
        median = statistics.median(row[column] for row in rounds)
        print(f"one comment, {name}: {median:.0f} us")  # noqa: T201 - a report
    ratio = statistics.median(row[2] / row[1] for row in rounds)
    print(f"pipeline / scorer: {ratio:.1f} (median of {ROUNDS} rounds)")  # noqa: T201 - a report


def measure_webhook(folder: Path) -> None:
    """Send comments one after another to a server with durable SQLite."""
    server = RunningServer(folder)
    server.start()
    took = []
    try:
        headers = {"authorization": f"Bearer {server.bearer_key}"}
        with httpx.Client(base_url=server.url, headers=headers) as client:
            for number, text in enumerate(texts() * 3):
                begin = time.perf_counter()
                body = {"id": f"c-{number}", "text": text, "author": {"id": str(number % 30)}}
                client.post("/v1/comments", json=body).raise_for_status()
                took.append((time.perf_counter() - begin) * 1e3)
    finally:
        server.stop()
    cuts = statistics.quantiles(took, n=100)
    print(f"webhook: p50 {cuts[49]:.1f}, p95 {cuts[94]:.1f}, p99 {cuts[98]:.1f} ms")  # noqa: T201


measure_scoring()
with tempfile.TemporaryDirectory() as temporary:
    measure_webhook(Path(temporary))

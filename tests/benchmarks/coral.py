"""Coral's phase at a steady rate: how long its answer takes, with all of it on.

One comment in ten is flagged. On are: the bundled model, one as shadow, the audit sample, the
callback, the webhook that tells ids, the request back to Coral, durable SQLite, and the workers in
the same process.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from classifiers.bundle import DEFAULT_BUNDLE, load_scorer
from classifiers.labels import DECIDING_LABELS
from classifiers.scorer import ScoringInput
from tests.benchmarks.scoring import forty_words
from tests.functional.hosts.test_coral import FakeCoral
from tests.functional.running_server import CallbackReceiver, RunningServer

RATE = 50
"""Questions a second."""

SECRET = "empss_benchmark"
ASKED_MS = 150


class Talk:
    """Sends questions at their appointed times."""

    def __init__(self, url: str, texts: list[str]) -> None:
        self._client = httpx.Client(base_url=url, timeout=10, limits=httpx.Limits())
        self._texts = texts
        self.sent_away: list[str] = []

    def ask(self, number: int, at: float) -> float:
        """Ask at a time; returns the milliseconds from that time, waiting for us included."""
        time.sleep(max(0.0, at - time.perf_counter()))
        text = self._texts[number % len(self._texts)]
        document = {
            "action": "NEW",
            "comment": {"body": f"<div>{text}</div><div>{number}</div>", "parentID": None},
            "author": {"id": f"u-{number % 300}", "role": "COMMENTER"},
            "story": {"id": f"s-{number % 20}", "url": f"https://news.example/s/{number % 20}"},
        }
        self._send("/hosts/coral/main", document)
        took_ms = (time.perf_counter() - at) * 1e3
        data = {"commentID": f"c-{number}", "storyID": f"s-{number % 20}"}
        event = {"id": f"e-{number}", "type": "COMMENT_CREATED", "data": data}
        self._send("/hosts/coral/main/events", event)
        return took_ms

    def _send(self, path: str, document: dict[str, Any]) -> None:
        raw = json.dumps(document, indent=2).encode()
        signed = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Coral-Signature": signed, "Content-Type": "application/json"}
        answer = self._client.post(path, content=raw, headers=headers)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            self.sent_away.append(path)
        else:
            answer.raise_for_status()


def mixed() -> list[str]:
    """Return comments of our own of which one in ten is flagged."""
    scorer = load_scorer(DEFAULT_BUNDLE)

    def is_flagged(text: str) -> bool:
        found = scorer.score(ScoringInput(text), with_spans=False).probabilities
        return any(found[label] >= scorer.thresholds[label].value for label in DECIDING_LABELS)

    kinds: dict[bool, list[str]] = {True: [], False: []}
    for text in forty_words():
        kinds[is_flagged(text)].append(text)
    flagged, fine = kinds[True], kinds[False]
    return [
        flagged[number // 10 % len(flagged)] if number % 10 == 0 else fine[number % len(fine)]
        for number in range(500)
    ]


def set_up(server: RunningServer, coral: FakeCoral, receiver: CallbackReceiver) -> None:
    """Connect Coral and the callback, and let the bundled model shadow itself."""
    secret, token = server.folder / "secret.txt", server.folder / "token.txt"
    secret.write_text(SECRET)
    token.write_text("KEY")
    where = ("--address", coral.url, "--allow-private", "--api-key-file", str(token))
    version = json.loads(server.command("models", "list", "--json").stdout.splitlines()[0])
    for arguments in (
        ("forums", "connect", "coral", "main", *where, "--secret-file", str(secret)),
        ("forums", "set-callback", "main", receiver.url, "--allow-private"),
        ("models", "shadow", version["version"]),
    ):
        done = server.command(*arguments)
        if done.returncode != 0:
            print(f"{' '.join(arguments[:3])}: {done.stderr.strip()}")  # noqa: T201


def measure(seconds: int, processes: int) -> None:
    """Print the quantiles of the answers' times."""
    coral, receiver = FakeCoral(), CallbackReceiver()
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(Path(folder), MODERATION_SERVER_PROCESSES=str(processes))
        server.start()
        try:
            set_up(server, coral, receiver)
            talk = Talk(server.url, mixed())
            for number in range(20):
                talk.ask(1_000_000 + number, time.perf_counter())
            begin, count = time.perf_counter() + 0.5, RATE * seconds
            with ThreadPoolExecutor(64) as pool:
                places = [begin + number / RATE for number in range(count)]
                took = sorted(pool.map(talk.ask, range(count), places))
        finally:
            server.kill()
    receiver.close()
    coral.go_down()
    cuts = statistics.quantiles(took, n=100)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(  # noqa: T201
        f"{processes} processes, {count} questions at {RATE} a second, load {load}: "
        f"p50 {cuts[49]:.1f}, p95 {cuts[94]:.1f}, p99 {cuts[98]:.1f}, longest {took[-1]:.1f} ms "
        f"(asked: p99 under {ASKED_MS}); answered 503: {len(talk.sent_away)} of {2 * count}"
    )


if __name__ == "__main__":
    for processes in (1, 2):
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else 30, processes)

"""Does memory or latency creep? A server under steady traffic, with deliveries and decisions.

Comments that were never sent before come at a steady rate, a moderator's claims and decisions
beside them, every message is delivered. The run is cut into parts; the first one warms up. Memory
counts as flat when the last part holds at most a tenth more than the second, latency when its
median is at most half as long again: other work on the machine moves that too.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from moderation.domain.errors import ModerationError
from moderation.domain.review import DecisionAction, DecisionInput, ReasonCode
from moderation.services import review
from moderation.services.deciding import known_case
from moderation.services.runtime import Runtime
from moderation.storage.database import open_database
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.sealing import KeyFile
from tests.benchmarks.scoring import forty_words
from tests.builders import a_user
from tests.fakes import FakeModels
from tests.functional.running_server import CallbackReceiver, Forum, RunningServer

MOST_MEMORY = 1.1
MOST_LATENCY = 1.5
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Part:
    """What was seen in one part of the run."""

    took_ms: list[float] = field(default_factory=list)
    failed: int = 0
    sent_away: int = 0
    memory_mb: float = 0.0

    def cuts(self) -> list[float]:
        return statistics.quantiles(self.took_ms, n=100)


class Traffic:
    """Sends comments at their appointed times."""

    def __init__(self, server: RunningServer, secret: str) -> None:
        self._forum = Forum(server.url, secret)
        self._texts = forty_words()
        self._chance = random.Random(7)  # noqa: S311 - word order, not secrets

    def send(self, part: Part, number: int, at: float) -> None:
        """Send a comment whose words nobody has put in this order before."""
        time.sleep(max(0.0, at - time.perf_counter()))
        words = self._texts[number % len(self._texts)].split()
        self._chance.shuffle(words)
        comment = {
            "id": f"c{number}",
            "text": f"{' '.join(words)} w{number}",
            "author": {"id": f"u{number % 5000}"},
            "thread": {"id": f"t{number % 500}", "title": "Budget day"},
        }
        answer = self._forum.send("POST", "/v1/comments", comment)
        part.took_ms.append((time.perf_counter() - at) * 1e3)
        is_sent_away = answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        part.sent_away += is_sent_away
        part.failed += not (answer.is_success or is_sent_away)


def moderate(server: RunningServer, stop: threading.Event, decided: list[int]) -> None:
    """Claim and decide, two items a second, as a moderator at the desk does."""
    var = server.folder / "var"
    database = open_database(
        f"sqlite:///{var / 'moderation.sqlite3'}", keys=KeyFile(var / "encryption.keys")
    )
    runtime = Runtime(database, FakeModels(None))
    user = a_user(runtime, "mira")
    while not stop.wait(0.5):
        try:
            item = review.claim_next(runtime, user, QueueFilter(), ttl_s=300)
            if item is None or item.claim_token is None:
                continue
            with database.read() as connection:
                _, judgement = known_case(connection, item.id)
            given = DecisionInput(
                DecisionAction.REJECT, frozenset(), ReasonCode.INSULT, "", judgement.revision
            )
            review.decide(runtime, user, item.id, item.claim_token, given)
            decided.append(item.id)
        except ModerationError:
            continue
    database.dispose()


def memory_mb(server: RunningServer) -> float:
    """Return what the server's processes hold in memory."""
    pages = 0
    for status in Path("/proc").glob("[0-9]*/statm"):
        try:
            if os.getpgid(int(status.parent.name)) == server.group:
                pages += int(status.read_text().split()[1])
        except (OSError, ProcessLookupError):
            continue
    return pages * _PAGE / 1e6


def soak(minutes: float, rate: int, parts: int) -> bool:
    """Print each part's figures; returns whether memory and latency stayed flat."""
    receiver, stop = CallbackReceiver(), threading.Event()
    seen: list[Part] = []
    decided: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(Path(folder), MODERATION_RATE_LIMIT_PER_MINUTE="1000000")
        server.start()
        try:
            server.command("forums", "set-callback", "main", receiver.url, "--allow-private")
            traffic = Traffic(server, server.signing_secret())
            moderator = threading.Thread(target=moderate, args=(server, stop, decided))
            moderator.start()
            count = int(minutes * 60 / parts * rate)
            with ThreadPoolExecutor(16) as pool:
                for number in range(parts):
                    part, begin = Part(), time.perf_counter() + 0.2
                    for place in range(count):
                        pool.submit(
                            traffic.send, part, number * count + place, begin + place / rate
                        )
                    time.sleep(max(0.0, begin + count / rate - time.perf_counter()))
                    part.memory_mb = memory_mb(server)
                    while len(part.took_ms) < count:
                        time.sleep(0.05)
                    seen.append(part)
                    _tell(number, part)
            stop.set()
            moderator.join()
        finally:
            stop.set()
            server.kill()
    receiver.close()
    print(f"{len(decided)} decisions, {len(receiver.received)} messages delivered")  # noqa: T201
    return _is_flat(seen)


def _tell(number: int, part: Part) -> None:
    cuts = part.cuts()
    print(  # noqa: T201
        f"part {number + 1}: {len(part.took_ms)} comments, p50 {cuts[49]:.1f}, p95 {cuts[94]:.1f},"
        f" p99 {cuts[98]:.1f} ms, {part.failed} failed, {part.sent_away} sent away,"
        f" {part.memory_mb:.0f} MB,"
        f" load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def _is_flat(parts: list[Part]) -> bool:
    warm, last = parts[1], parts[-1]
    memory = last.memory_mb / warm.memory_mb
    latency = last.cuts()[49] / warm.cuts()[49]
    failed = sum(part.failed for part in parts)
    print(  # noqa: T201
        f"last part against the second: memory {memory:.2f}, median {latency:.2f}; {failed} failed"
    )
    return memory <= MOST_MEMORY and latency <= MOST_LATENCY and not failed


def main() -> None:
    """Run as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=int, default=20, help="comments a second")
    parser.add_argument("--parts", type=int, default=10)
    arguments = parser.parse_args()
    sys.exit(not soak(arguments.minutes, arguments.rate, arguments.parts))


if __name__ == "__main__":
    main()

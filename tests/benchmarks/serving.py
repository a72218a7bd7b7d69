"""The signed webhook, judged and durably stored, beside a Flask view that returns constant JSON.

Six rounds, one after the other on each, on the same kind of server with the same clients.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

from tests.benchmarks.scoring import forty_words
from tests.functional.running_server import Forum, RunningServer, free_port

ROUNDS = 6
ROUND_S = 4.0
CLIENTS = 8


def requests_per_second(url: str, secret: str, mark: str) -> float:
    """Send signed comments from several clients for a while."""
    texts = forty_words()
    counts = [0] * CLIENTS
    end = time.perf_counter() + ROUND_S

    def client(number: int) -> None:
        forum = Forum(url, secret)
        while time.perf_counter() < end:
            comment = {
                "id": f"{mark}-{number}-{counts[number]}",
                "text": texts[counts[number] % len(texts)],
                "author": {"id": str(counts[number] % 30)},
            }
            forum.send("POST", "/v1/comments", comment).raise_for_status()
            counts[number] += 1
        forum.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begin)


def main() -> None:
    """Print each round's rates and their ratio, and the median."""
    port = free_port()
    options = ["--worker-class", "gthread", "--threads", "8", "--bind", f"127.0.0.1:{port}"]
    command = [sys.executable, "-m", "gunicorn", *options, "tests.benchmarks.constant_view:app"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stderr=subprocess.DEVNULL) as constant,
    ):
        server = RunningServer(Path(folder), MODERATION_RATE_LIMIT_PER_MINUTE="10000000")
        try:
            server.start()
            secret = server.signing_secret()
            beside = f"http://127.0.0.1:{port}"
            _wait(beside)
            ratios = []
            for number in range(ROUNDS):
                plain = requests_per_second(beside, secret, f"w{number}")
                ours = requests_per_second(server.url, secret, f"r{number}")
                ratios.append(ours / plain)
                print(  # noqa: T201
                    f"round {number + 1}: constant view {plain:.0f}/s,"
                    f" webhook {ours:.0f}/s, ratio {ours / plain:.2f}"
                )
            print(f"median ratio {statistics.median(ratios):.2f}")  # noqa: T201
        finally:
            server.stop()
            constant.terminate()


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            httpx.post(f"{url}/v1/comments", content=b"{}")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    main()

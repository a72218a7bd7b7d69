"""An archive scored by one Dask worker and by two, round by round, beside this process alone."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from moderation.cli.cluster import answers_of_cluster
from moderation.cli.score_lines import Lines, answers_of
from moderation.cli.scoring import CHUNK
from moderation.cli.surroundings import open_models
from moderation.services.live_models import LiveModels
from tests.benchmarks.scoring import forty_words
from tests.functional.running_server import free_port

COMMENTS = 20_000
ROUNDS = 6


def main() -> None:
    """Print comments a second, and how much faster two workers are than one."""
    texts = forty_words()
    lines = [
        json.dumps({"id": number, "text": f"{texts[number % len(texts)]} {number}"})
        for number in range(COMMENTS)
    ]
    chunks = [
        list(enumerate(lines[start : start + CHUNK], start + 1))
        for start in range(0, COMMENTS, CHUNK)
    ]
    models = open_models()
    alone, ratios = [], []
    with _cluster(1) as one, _cluster(2) as two:
        for _ in range(ROUNDS + 1):  # the first round loads the models
            begin = time.perf_counter()
            for chunk in chunks:
                answers_of(chunk, models=models)
            alone.append(COMMENTS / (time.perf_counter() - begin))
            ratios.append(_seconds(one, chunks, models) / _seconds(two, chunks, models))
    said = ", ".join(f"{ratio:.2f}" for ratio in ratios[1:])
    print(  # noqa: T201 - a report
        f"alone {statistics.median(alone[1:]):.0f} comments a second;"
        f" two workers beside one: {said}; median {statistics.median(ratios[1:]):.2f}"
    )


def _seconds(scheduler: str, chunks: Sequence[Lines], models: LiveModels) -> float:
    begin = time.perf_counter()
    answers = sum(map(len, answers_of_cluster(scheduler, iter(chunks), models=models)))
    assert answers == COMMENTS
    return time.perf_counter() - begin


@contextmanager
def _cluster(n_workers: int) -> Iterator[str]:
    address = f"tcp://127.0.0.1:{free_port()}"
    plain = [address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    commands = [
        ["distributed.cli.dask_scheduler", "--host", address, "--no-dashboard"],
        *(["distributed.cli.dask_worker", *plain] for _ in range(n_workers)),
    ]
    with ExitStack() as stack:
        for command in commands:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield address


if __name__ == "__main__":
    main()

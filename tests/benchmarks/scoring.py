"""Scoring beside its own scikit-learn pipeline and alt-profanity-check, in interleaved rounds."""

from __future__ import annotations

import importlib.util
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from string import ascii_lowercase

from classifiers.bundle import DEFAULT_BUNDLE, load_pipeline, load_scorer
from classifiers.scorer import ScoringInput
from training.dataset import read_corpus

ROUNDS = 8
BATCH = 2_000


def forty_words() -> list[str]:
    """Return comments of our own of about 40 words."""
    texts = [row.text for row in read_corpus()]
    return [text for text in texts if 38 <= len(text.split()) <= 42][:300]


def random_words(rng: random.Random, count: int) -> list[str]:
    """Return comments of 40 words that nobody has ever seen."""
    words = ["".join(rng.choices(ascii_lowercase, k=rng.randint(3, 10))) for _ in range(40 * count)]
    return [" ".join(words[begin : begin + 40]) for begin in range(0, len(words), 40)]


def microseconds(work: Callable[[], object], comments: int) -> float:
    """Return the processor time that one comment takes: other programs wait for their turn."""
    begin = time.process_time()
    work()
    return (time.process_time() - begin) / comments * 1e6


def measure_scoring() -> None:
    """Print the median time of each way to score, and the median of the ratios of each round."""
    scorer, pipeline = load_scorer(DEFAULT_BUNDLE), load_pipeline(DEFAULT_BUNDLE)
    texts = forty_words()
    inputs = [ScoringInput(text) for text in texts]
    flagged = [comment for comment in inputs if scorer.score(comment).spans]
    batch = (texts * (BATCH // len(texts) + 1))[:BATCH]
    batch_inputs = [ScoringInput(text) for text in batch]
    rng = random.Random(1)  # noqa: S311 (no secret)

    def unseen() -> float:
        comments = [ScoringInput(text) for text in random_words(rng, 100)]
        return microseconds(lambda: [scorer.score(c, with_spans=False) for c in comments], 100)

    ways: dict[str, Callable[[], float]] = {
        "one": lambda: microseconds(
            lambda: [scorer.score(c, with_spans=False) for c in inputs], len(inputs)
        ),
        "one, with spans": lambda: microseconds(
            lambda: [scorer.score(c) for c in inputs], len(inputs)
        ),
        "one that is flagged, with spans": lambda: microseconds(
            lambda: [scorer.score(c) for c in flagged], len(flagged)
        ),
        "one of random words": unseen,
        "pipeline, one": lambda: microseconds(
            lambda: [pipeline.predict_proba([text]) for text in texts[:15]], 15
        ),
        "batch": lambda: microseconds(lambda: scorer.score_many(batch_inputs), BATCH),
        "pipeline, batch": lambda: microseconds(lambda: pipeline.predict_proba(batch), BATCH),
    }
    if importlib.util.find_spec("profanity_check"):
        from profanity_check import predict_prob  # noqa: PLC0415 - only where it is installed

        ways["alt-profanity-check, one"] = lambda: microseconds(
            lambda: [predict_prob([text]) for text in texts[:15]], 15
        )
        ways["alt-profanity-check, batch"] = lambda: microseconds(
            lambda: predict_prob(batch), BATCH
        )
    for work in ways.values():
        work()  # fills the caches
    rounds = [{name: work() for name, work in ways.items()} for _ in range(ROUNDS)]
    for name in ways:
        print(f"{name}: {statistics.median(row[name] for row in rounds):.1f} us a comment")  # noqa: T201
    for name, above, below, asked in (
        ("pipeline / one", "pipeline, one", "one", "50 or more"),
        ("with spans / one", "one, with spans", "one", "2 or less"),
        ("random words / one", "one of random words", "one", "5 or less"),
        ("alt-profanity-check / batch", "alt-profanity-check, batch", "batch", "1 or more"),
    ):
        if above in ways:
            ratio = statistics.median(row[above] / row[below] for row in rounds)
            print(f"{name}: {ratio:.2f} (asked: {asked})")  # noqa: T201 - a report
    rate = 1e6 / statistics.median(row["batch"] for row in rounds)
    print(f"batch: {rate:,.0f} comments a second (asked: 20,000 or more)")  # noqa: T201


_WORKER = """
import time
begin = time.process_time()
from classifiers.bundle import DEFAULT_BUNDLE, load_scorer
ready = time.process_time()
scorer = load_scorer(DEFAULT_BUNDLE)
print(f"imports {ready - begin:.2f} s, bundle loads in {time.process_time() - ready:.2f} s")
import moderation.app
from classifiers.scorer import ScoringInput
scorer.score(ScoringInput("You idiot"))
pages = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(f"resident memory of a web worker: {int(pages.split()[1]) / 1024:.0f} MB (asked: under 150)")
"""


def measure_footprint() -> None:
    """Print the bundle's size, how long it loads and what a process with it takes."""
    size = sum(path.stat().st_size for path in DEFAULT_BUNDLE.iterdir()) / 2**20
    print(f"bundle: {size:.1f} MB (asked: 30 or less, loaded in under 0.5 s)")  # noqa: T201
    print(subprocess.check_output([sys.executable, "-c", _WORKER], text=True), end="")  # noqa: T201

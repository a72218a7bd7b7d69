"""Training beside a plain scikit-learn pipeline of the same design, on made-up comments.

``python -m tests.benchmarks.fitting --comments 200000`` is the full run; the default is a tenth.
Both sides run without threads in the BLAS, which cost the plain pipeline as much as they cost us.
"""

from __future__ import annotations

import argparse
import random
import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from classifiers.heads import Floats, one_blas_thread
from classifiers.labels import Label
from classifiers.pipeline import PipelineParams
from training.dataset import read_corpus
from training.example import Example
from training.fit import fit_pipeline

LABELS = len(Label)


def made_up(count: int) -> tuple[list[str], Floats]:
    """Return comments of halves of corpus lines, and noisy labels that words explain."""
    rng = random.Random(3)  # noqa: S311 (no secret)
    lines = [row.text.split() for row in read_corpus()]
    texts, labels = [], []
    for _ in range(count):
        words = rng.choice(lines)[:30] + rng.choice(lines)[-30:]
        texts.append(" ".join(words))
        sizes = [sum(len(word) % LABELS == label for word in words) for label in range(LABELS)]
        labels.append([float(size + rng.gauss(0, 2) > len(words) / LABELS) for size in sizes])
    return texts, np.array(labels)


def main() -> None:
    """Print both times and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--comments", type=int, default=20_000)
    count = parser.parse_args().comments
    texts, labels = made_up(count)
    rows = [
        Example(text, dict(zip(Label, answers, strict=True)), "made up")
        for text, answers in zip(texts, labels.tolist(), strict=True)
    ]
    begin = time.process_time(), time.perf_counter()
    fit_pipeline(rows, PipelineParams())
    ours = time.process_time() - begin[0], time.perf_counter() - begin[1]
    print(f"ours: {ours[1]:.0f} s, {ours[0]:.0f} s of processor", flush=True)  # noqa: T201
    with one_blas_thread():
        plain = fit_plain(texts, labels)
    print(f"plain: {plain[1]:.0f} s, {plain[0]:.0f} s of processor")  # noqa: T201 - a report
    print(  # noqa: T201
        f"ours / plain: {ours[0] / plain[0]:.2f} of processor time, "
        f"{ours[1] / plain[1]:.2f} of time (asked: 0.4 or less)"
    )


def fit_plain(texts: list[str], labels: Floats) -> tuple[float, float]:
    """Return the processor time and the time of scikit-learn's own classes, in seconds."""
    begin = time.process_time(), time.perf_counter()
    matrix = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=3, max_features=100_000)),
            (
                "grams",
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(3, 5), min_df=3, max_features=60_000
                ),
            ),
        ]
    ).fit_transform(texts)
    for column in range(LABELS):
        LogisticRegression(max_iter=120).fit(matrix, labels[:, column])
        print(f"plain: head {column + 1} of {LABELS}", flush=True)  # noqa: T201 - progress
    return time.process_time() - begin[0], time.perf_counter() - begin[1]


if __name__ == "__main__":
    main()

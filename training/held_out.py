"""Which rows of the public sets never train a shipped model: the same for every build."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from training import settings
from training.dataset import read_corpus
from training.example import Example
from training.sources import SOURCES, read_source
from training.split import Split, bucket, by_hash


class Part(StrEnum):
    """What a row is for."""

    TRAIN = "train"
    CALIBRATE = "calibrate"
    TEST = "test"


def part_of(row: Example) -> Part:
    """Return the part of a public set's row; it goes by a hash of the row's group."""
    place = bucket(row.group, settings.SPLIT_SEED)
    if place < settings.PUBLIC_TEST_SHARE:
        return Part.TEST
    if place < settings.PUBLIC_TEST_SHARE + settings.PUBLIC_CALIBRATE_SHARE:
        return Part.CALIBRATE
    return Part.TRAIN


def split_corpus(rows: Sequence[Example]) -> Split:
    """Split our corpus by whole events and twins; the test part never trains a shipped model."""
    return by_hash(
        rows,
        seed=settings.SPLIT_SEED,
        calibrate=settings.CORPUS_CALIBRATE_SHARE,
        test=settings.CORPUS_TEST_SHARE,
    )


def held_out_corpus() -> list[Example]:
    """Return the part of our own corpus that never trains a shipped model."""
    corpus = read_corpus()
    return [corpus[index] for index in split_corpus(corpus).test]


def read_held_out(data_dir: Path) -> list[Example]:
    """Return the test part of every public set at hand that may train."""
    return [
        row
        for source in SOURCES
        if source.path(data_dir).exists()
        for row in read_source(source, data_dir)
        if part_of(row) is Part.TEST
    ]

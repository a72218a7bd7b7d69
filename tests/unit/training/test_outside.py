"""Sets that only measure are read as far as they are at hand, and none of them trains."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from classifiers.labels import Label
from training.outside import read_outside
from training.sources import SOURCES


def test_only_sets_at_hand_are_read(tmp_path: Path) -> None:
    (tmp_path / "restricted").mkdir()
    rows = [{"text": "one", "partisan": 1}, {"text": "two"}, {"text": " ", "partisan": 0}]
    with gzip.open(tmp_path / "restricted" / "babe_news.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    found = read_outside(tmp_path)
    assert list(found) == ["babe_news"]
    assert [dict(row.labels) for row in found["babe_news"]] == [{Label.PARTISAN: 1.0}]


def test_no_restricted_set_trains() -> None:
    assert {source.terms for source in SOURCES} == {"open", "unstated"}
    assert not {source.name for source in SOURCES} & {"hatecheck", "identity_madlibs"}

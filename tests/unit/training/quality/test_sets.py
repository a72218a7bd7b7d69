"""Sets that only measure are read as far as they are at hand, and none of them trains."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from classifiers.labels import Label
from training.quality.sets import ABUSIVE_SETS, PARTISAN_SETS, partisan_sets
from training.sources import SOURCES


def test_only_sets_at_hand_are_read(tmp_path: Path) -> None:
    (tmp_path / "restricted").mkdir()
    rows = [{"text": "one", "partisan": 1}, {"text": "two"}, {"text": " ", "partisan": 0}]
    with gzip.open(tmp_path / "restricted" / "babe_news.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    (found,) = partisan_sets(tmp_path)
    assert found.name == "babe_news"
    assert [dict(row.labels) for row in found.rows] == [{Label.PARTISAN: 1.0}]


def test_no_set_that_measures_trains() -> None:
    measures = {name for _, name in (*ABUSIVE_SETS, *PARTISAN_SETS)}
    measures |= {"hatecheck", "identity_madlibs", "bbc_paragraphs", "civil_toxic_spans_semeval"}
    assert not {source.name for source in SOURCES} & measures
    assert {source.terms for source in SOURCES} == {"open", "unstated"}

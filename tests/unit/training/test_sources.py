"""What the labels of public sets say about ours."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from classifiers.labels import Label
from training.sources import SOURCES, read_source

CAD = next(source for source in SOURCES if source.name == "cad_reddit")


def labels_of(tmp_path: Path, label: str, text: str) -> dict[Label, float]:
    path = CAD.path(tmp_path)
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.write(json.dumps({"text": text, "label": label}) + "\n")
    (row,) = read_source(CAD, tmp_path)
    return dict(row.labels)


@pytest.mark.parametrize(
    ("text", "partisan"),
    [
        ("the senate votes on the roof of the library", 0.0),
        ("the kettle takes its time again", None),  # nothing political: no lesson in sides
    ],
)
def test_neutral_political_lines_take_no_side(
    tmp_path: Path, text: str, partisan: float | None
) -> None:
    assert labels_of(tmp_path, "Neutral", text).get(Label.PARTISAN) == partisan


def test_abuse_of_a_camp_takes_a_side(tmp_path: Path) -> None:
    found = labels_of(tmp_path, "AffiliationDirectedAbuse", "the kettle takes its time again")
    assert found[Label.PARTISAN] == 1.0
    assert found[Label.IDENTITY_ATTACK] == 0.0

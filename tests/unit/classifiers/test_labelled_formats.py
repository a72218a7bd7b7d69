"""Whatever a comment says, all three formats give it back."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifiers.labelled import LabelledComment, LabelledCommentError, to_json_line
from classifiers.labelled_csv import csv_header, csv_rows, harmless, restored
from classifiers.labelled_files import read_labelled
from classifiers.labelled_parquet import ParquetRows
from classifiers.labels import Label

NASTY = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(
            ["=", "+", "-", "@", "'", "''", "\t", "\r", "\n", "\uff1d", '"', " =", ";"]
        ),
        st.text(st.sampled_from("=+-@'\"\r\n\t,; a\u2028\x85\x1e\0"), max_size=6),
        st.sampled_from(["", '"', "\r", "\n", "'", ","]),
    ),
)
TEXT = NASTY.filter(lambda text: bool(text.strip()))
ANSWERS = st.dictionaries(st.sampled_from(list(Label)), st.booleans(), min_size=1)
SCORES = st.dictionaries(st.sampled_from(list(Label)), st.floats(0, 1))
COMMENTS = st.builds(
    LabelledComment,
    text=TEXT,
    labels=ANSWERS,
    title=st.none() | NASTY,
    parent=st.none() | NASTY,
    comment_id=st.none() | NASTY,
    author_id=st.none() | NASTY,
    decided_by=st.none() | NASTY,
    source=NASTY,
    scores=SCORES,
    weight=st.floats(0.01, 100),
    n_judges=st.none() | st.integers(1, 9),
    agreement=st.none() | st.floats(0, 1),
)


def written(comments: list[LabelledComment], kind: str) -> bytes:
    if kind == "jsonl":
        return "".join(f"{to_json_line(comment)}\n" for comment in comments).encode()
    if kind == "csv":
        return (csv_header() + csv_rows(comments)).encode()
    writer = ParquetRows()
    return writer.begin() + writer.rows(comments) + writer.end()


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
@settings(deadline=None, max_examples=40)
@given(comments=st.lists(COMMENTS, min_size=1, max_size=4))
@example(comments=[LabelledComment("'=1+1\r\n\"x\",'", {Label.ABUSIVE: True}, title="\r")])
def test_every_format_gives_back_what_was_written(
    kind: str, comments: list[LabelledComment]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"labels.{kind}"
        path.write_bytes(written(comments, kind))
        assert [found for _, found in read_labelled(path)] == comments


@settings(deadline=None)
@given(NASTY)
def test_no_cell_begins_like_a_formula_and_every_mark_comes_off(text: str) -> None:
    cell = harmless(text)
    assert not cell.lstrip().startswith(
        ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    )
    assert restored(cell) == text


def test_a_spreadsheet_may_have_been_at_a_csv(tmp_path: Path) -> None:
    comment = LabelledComment("'=1", {Label.ABUSIVE: True, Label.PARTISAN: False}, n_judges=2)
    text = (csv_header() + csv_rows([comment])).replace(",", ";")
    path = tmp_path / "labels.csv"
    path.write_text("\ufeff" + text.replace("true", "TRUE").replace("false", "Falsch"))
    ((_, broken),) = read_labelled(path)
    assert isinstance(broken, LabelledCommentError)
    assert str(broken) == "label_partisan: expected true, false or nothing"
    path.write_text("\ufeff" + text.replace("true", "TRUE").replace("false", "FALSE"))
    assert [found for _, found in read_labelled(path)] == [comment]


def test_version_1_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    path.write_text('{"schema":"labelled-comment/1","text":"x","labels":{"abusive":true}}\n')
    assert [found for _, found in read_labelled(path)] == [
        LabelledComment("x", {Label.ABUSIVE: True})
    ]

"""Files of rows are read as streams; what is broken is named by line, what is foreign refused."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import row_files
from classifiers.json_array import JsonArrayError, json_array
from classifiers.row_files import FileKind, Row, RowFileError, kind_of, read_rows


def written(folder: Path, data: bytes, name: str = "rows") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("rows", b'{"a": 1}\n', FileKind.JSONL),
        ("rows", b' \n[{"a": 1}]', FileKind.JSON),
        ("rows", b"\xef\xbb\xbf[]", FileKind.JSON),
        ("rows", b"a,b\n1,2\n", FileKind.CSV),
        ("rows", b"PAR1\0\0", FileKind.PARQUET),
        ("rows.csv", b'{"a";b\n', FileKind.CSV),
        ("rows.jsonl", b"nope\n", FileKind.JSONL),
        ("rows.json", b'{"a": 1}\n', FileKind.JSONL),
    ],
)
def test_the_kind_is_seen_by_name_and_content(
    tmp_path: Path, name: str, data: bytes, kind: FileKind
) -> None:
    assert kind_of(written(tmp_path, data, name)) is kind


def test_an_empty_file_is_no_file_of_rows(tmp_path: Path) -> None:
    with pytest.raises(RowFileError, match="rows: the file is empty"):
        kind_of(written(tmp_path, b" \n"))


def test_a_line_of_many_columns_is_read_soon(tmp_path: Path) -> None:
    path = written(tmp_path, b",".join(b"c%d" % number for number in range(50_000)) + b"\n")
    begin = time.process_time()
    assert list(read_rows(path, FileKind.CSV)) == []
    assert time.process_time() - begin < 2


CELLS = "line: expected 2 cells, found 1"
QUOTE = "line: ',' expected after '\"'"
CSV_CASES = [
    (b"a,b\r\n1,2\r\n", [Row(2, {"a": "1", "b": "2"})]),
    (b"\xef\xbb\xbfa;b\n1;2\n", [Row(2, {"a": "1", "b": "2"})]),
    (b'a\tb\n"x\ny"\tz\n1\t2\n', [Row(2, {"a": "x\ny", "b": "z"}), Row(4, {"a": "1", "b": "2"})]),
    (b"a,b\n1\n\n3,4\n", [Row(2, ["1"], CELLS), Row(4, {"a": "3", "b": "4"})]),
    (b'a,b\n"x"y,2\n3,4\n', [Row(2, None, QUOTE), Row(3, {"a": "3", "b": "4"})]),
    (b'a,b\n1,"2', [Row(2, None, "line: unexpected end of data")]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), CSV_CASES)
def test_csv_rows_keep_their_line(tmp_path: Path, data: bytes, expected: list[Row]) -> None:
    assert list(read_rows(written(tmp_path, data), FileKind.CSV)) == expected


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"a,a\n1,2\n", "line 1: two columns have the name 'a'"),
        (b'"a', "line 1: expected the names of the columns"),
    ],
)
def test_a_table_without_a_usable_header_is_refused(
    tmp_path: Path, data: bytes, problem: str
) -> None:
    with pytest.raises(RowFileError, match=problem):
        list(read_rows(written(tmp_path, data), FileKind.CSV))


@pytest.mark.parametrize("kind", [FileKind.CSV, FileKind.JSONL, FileKind.JSON])
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("a\nb\nGrüße\n".encode("latin-1"), "line 3: not UTF-8; save the file as UTF-8"),
        ("a,b\n".encode("utf-16"), "this is UTF-16; save the file as UTF-8"),
        (b"a\n" + b"x" * (1 << 20) + b"\n\xc3", "line 3: not UTF-8"),
    ],
)
def test_another_encoding_is_refused_before_anything_is_taken(
    tmp_path: Path, kind: FileKind, data: bytes, problem: str
) -> None:
    with pytest.raises(RowFileError, match=problem):
        next(iter(read_rows(written(tmp_path, data), kind)))


def test_a_broken_line_does_not_stop_json_lines(tmp_path: Path) -> None:
    data = b'{"a": 1}\n\n[1]\nnope\n{"a": ' + b"[" * 100_000 + b'\n{"a": 2}'
    found = list(read_rows(written(tmp_path, data), FileKind.JSONL))
    assert [(row.line, bool(row.problem)) for row in found] == [
        (1, False),
        (3, True),
        (4, True),
        (5, True),
        (6, False),
    ]
    assert found[1].value == "[1]"


def test_a_line_too_long_to_hold_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_files, "MAX_ROW_CHARS", 1000)
    data = b'{"a": "' + b"x" * 3_000_000 + b'"}\n{"a": 2}\n'
    first, second = read_rows(written(tmp_path, data), FileKind.JSONL)
    assert first.problem == "line: longer than 1000 characters"
    assert len(first.value) == 200
    assert second == Row(2, {"a": 2})


def test_rubbish_is_no_parquet(tmp_path: Path) -> None:
    with pytest.raises(RowFileError, match="no Parquet file, or damaged"):
        list(read_rows(written(tmp_path, b"PAR1 rubbish PAR1"), FileKind.PARQUET))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None, max_examples=50)
@given(values=st.lists(JSON), indent=st.sampled_from([None, 0, 2]), size=st.integers(1, 7))
def test_an_array_read_in_pieces_is_the_array(
    values: list[object], indent: int | None, size: int
) -> None:
    class Slow(io.StringIO):
        def read(self, _wanted: int | None = None, /) -> str:
            return super().read(size)

    text = json.dumps(values, indent=indent)
    found = list(json_array(Slow(text), most_chars=10_000))
    assert [value for _, value in found] == values
    lines = text.split("\n")
    assert all(1 <= line <= len(lines) for line, _ in found)


def test_elements_of_an_array_know_their_line() -> None:
    text = '[\n {"a": 1},\n\n {"a":\n 2}, {"a": 3}\n]\n'
    found = json_array(io.StringIO(text), most_chars=100)
    assert [line for line, _ in found] == [2, 4, 5]


@pytest.mark.parametrize(
    ("text", "line", "before"),
    [
        ('{"a": 1}', 1, 0),
        ("", 1, 0),
        ('[\n{"a": 1},\n{"a": ', 3, 1),
        ('[{"a": 1}\n{"a": 2}]', 2, 1),
        ("[1,\nnope]", 2, 1),
        ("[1,]", 1, 1),
        ('["' + "x" * 300_000, 1, 0),
    ],
)
def test_where_an_array_breaks_off_is_named(text: str, line: int, before: int) -> None:
    taken: list[object] = []
    with pytest.raises(JsonArrayError, match=f"line {line}: expected"):
        taken.extend(iter_into(taken, text))
    assert len(taken) == before


def iter_into(taken: list[object], text: str) -> list[object]:
    for element in json_array(io.StringIO(text), most_chars=1000):
        taken.append(element)
    return []

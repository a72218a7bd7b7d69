"""Labelled comments as Parquet. pyarrow comes with an extra and is loaded only when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from classifiers.forward_file import ForwardFile
from classifiers.labelled import LabelledComment
from classifiers.labelled_table import (
    COLUMNS,
    LABEL_COLUMNS,
    SCORE_COLUMNS,
    TEXT_COLUMNS,
    to_flat,
)

EXTRA = "parquet"
"""Name of the extra that installs what this format takes."""

_BATCH_ROWS = 1000


class ParquetMissingError(Exception):
    """The extra is not installed; the message says how to install it."""

    def __init__(self) -> None:
        super().__init__(
            "Parquet takes pyarrow, which is not installed: "
            f"pip install 'comment-moderation[{EXTRA}]'"
        )


class ParquetUnreadableError(ValueError):
    """The file is damaged or no Parquet file."""


def has_parquet() -> bool:
    """Return whether the extra is installed; loads nothing."""
    return find_spec("pyarrow") is not None


def require_parquet() -> None:
    """Raise `ParquetMissingError` unless the extra is installed."""
    if not has_parquet():
        raise ParquetMissingError


class ParquetRows:
    """Writes a Parquet file piece by piece, each batch a row group of its own."""

    def __init__(self) -> None:
        require_parquet()
        import pyarrow as pa  # noqa: PLC0415 - 60 MB of memory that only this format needs
        from pyarrow import parquet  # noqa: PLC0415

        self._arrow = pa
        self._schema = _schema(pa)
        self._sink = ForwardFile()
        self._writer = parquet.ParquetWriter(self._sink, self._schema, compression="zstd")

    def begin(self) -> bytes:
        """Return what the file begins with."""
        return self._sink.drain()

    def rows(self, comments: Iterable[LabelledComment]) -> bytes:
        """Return the bytes of some rows."""
        flat = [to_flat(comment) for comment in comments]
        if flat:
            self._writer.write_table(self._arrow.Table.from_pylist(flat, schema=self._schema))
        return self._sink.drain()

    def end(self) -> bytes:
        """Return what the file ends with."""
        self._writer.close()
        return self._sink.drain()


def _schema(pa: Any) -> Any:
    types = dict.fromkeys(COLUMNS, pa.float64())
    types |= dict.fromkeys(("schema", *TEXT_COLUMNS), pa.string())
    types |= dict.fromkeys(LABEL_COLUMNS, pa.bool_())
    types |= dict.fromkeys(SCORE_COLUMNS, pa.float64())
    types["n_judges"] = pa.int32()
    return pa.schema([(name, types[name]) for name in COLUMNS])


def parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of any Parquet file, a batch in memory at a time.

    Raises
    ------
    ParquetMissingError
        If the extra is not installed.
    ParquetUnreadableError
        If the file is damaged.
    """
    require_parquet()
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                yield from batch.to_pylist()
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise ParquetUnreadableError("no Parquet file, or damaged") from error

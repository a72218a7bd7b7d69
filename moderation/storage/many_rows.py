"""Many rows into one table, past what SQLAlchemy does for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, func, insert, select

_Process = Callable[[Any], Any] | None


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns.

    SQLAlchemy writes the statement and says how each column's values are turned into the driver's;
    asking it again for each row costs more than the database does.
    """
    if not rows:
        return
    # As the compiled statement has them: in the table's order.
    names = tuple(column.name for column in table.c if column.name in rows[0])
    statement, processes, is_positional = _prepared(table, connection.dialect, names)
    columns = [
        _processed([row[name] for row in rows], process)
        for name, process in zip(names, processes, strict=True)
    ]
    values = zip(*columns, strict=True)
    if is_positional:
        connection.exec_driver_sql(statement, list(values))
    else:
        connection.exec_driver_sql(
            statement, [dict(zip(names, row, strict=True)) for row in values]
        )


def new_keys(connection: Connection, table: Table, count: int) -> list[int]:
    """Return keys for new rows, in order; in a write transaction nobody else gets them."""
    if connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        numbers = func.generate_series(1, count)
        query = select(func.nextval(sequence)).select_from(numbers.alias("numbers"))
        return sorted(connection.scalars(query))
    # SQLite has one writer at a time, and gives the next key by the same sum.
    last = connection.scalar(select(func.max(table.c.id))) or 0
    return list(range(last + 1, last + 1 + count))


def _processed(values: list[Any], process: _Process) -> list[Any]:
    """Turn a column's values into the driver's; times and empty lists come again and again."""
    if process is None:
        return values
    known: dict[Any, Any] = {}
    turned = []
    for value in values:
        if isinstance(value, list | dict):
            if value:
                turned.append(process(value))
                continue
            key: Any = type(value)
        else:
            key = value
        if key not in known:
            known[key] = process(value)
        turned.append(known[key])
    return turned


@lru_cache(maxsize=32)
def _prepared(
    table: Table, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, Sequence[_Process], bool]:
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    processes = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    return str(compiled), processes, bool(compiled.positional)

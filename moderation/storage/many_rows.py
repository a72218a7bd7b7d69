"""Many rows into one table, past what SQLAlchemy does for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Connection,
    Dialect,
    Table,
    TableValuedAlias,
    cast,
    func,
    insert,
    select,
)

from moderation.storage.prepared import Process, driver_call, to_driver


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
    values: list[Any] = list(zip(*columns, strict=True))
    if not is_positional:
        values = [dict(zip(names, row, strict=True)) for row in values]
    driver_call(connection, "executemany", statement, values)


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


def one_column(dialect: str, texts: BindParameter[str]) -> TableValuedAlias:
    """Return many texts as a table of the one column ``value``: one parameter, however many.

    Parameters
    ----------
    dialect : str
        Name of the database's dialect.
    texts : BindParameter
        Holds them as a JSON array, from `as_json`.
    """
    if dialect == "postgresql":
        return func.json_array_elements_text(cast(texts, JSON)).table_valued("value")
    return func.json_each(texts).table_valued("value")


def _processed(values: list[Any], process: Process) -> list[Any]:
    """Turn a column's values into the driver's; times and empty lists come again and again."""
    if process is None:
        return values
    try:
        known = {value: process(value) for value in set(values)}
    except TypeError:  # lists and objects
        nothing = process([])
        return [nothing if value == [] else process(value) for value in values]
    return [known[value] for value in values]


@lru_cache(maxsize=32)
def _prepared(
    table: Table, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, Sequence[Process], bool]:
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    processes = [to_driver(table.c[name].type, dialect) for name in names]
    return str(compiled), processes, bool(compiled.positional)

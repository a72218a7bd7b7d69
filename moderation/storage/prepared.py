"""Statements that every comment needs, run past what SQLAlchemy does for each execution.

SQLAlchemy writes each statement, once for a database, and says how values are turned into the
driver's and back. To ask it again at each execution costs ten times what the database does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Process = Callable[[Any], Any] | None
"""Turns a value into the driver's, or back; None where both are the same."""


class _Bound(NamedTuple):
    name: str
    process: Process
    fixed: Any


class _Ready(NamedTuple):
    sql: str
    bound: Sequence[_Bound]
    results: Sequence[Process]
    turns_results: bool
    is_positional: bool


class Prepared:
    """One statement, compiled at its first execution.

    Parameters
    ----------
    build : callable
        Returns the statement for a dialect's name.
    """

    def __init__(self, build: Callable[[str], Any]) -> None:
        self._build = build
        self._ready: dict[str, _Ready] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute the statement in a transaction; returns the rows, if it has any.

        Parameters
        ----------
        values : Mapping[str, Any]
            By the names of the parameters; of an INSERT by those of the columns, the same ones
            each time.

        Raises
        ------
        DBAPIError
            As SQLAlchemy's own executions.
        """
        ready = self._ready.get(connection.dialect.name) or self._made(connection.dialect, values)
        given = [
            fixed if name not in values else process(values[name]) if process else values[name]
            for name, process, fixed in ready.bound
        ]
        parameters: Any = given
        if not ready.is_positional:
            names = [one.name for one in ready.bound]
            parameters = dict(zip(names, given, strict=True))
        cursor = driver_call(connection, "execute", ready.sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall() if ready.results else []
        if not ready.turns_results:
            return found
        return [
            tuple(
                process(value) if process else value
                for process, value in zip(ready.results, row, strict=True)
            )
            for row in found
        ]

    def row(self, connection: Connection, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Execute the statement; returns its first row, None if there is none."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def _made(self, dialect: Dialect, values: Mapping[str, Any]) -> _Ready:
        statement = self._build(dialect.name)
        columns = list(values) if statement.is_insert else None
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        bound = {
            name: _Bound(name, to_driver(parameter.type, dialect), parameter.value)
            for parameter, name in compiled.bind_names.items()
        }
        results = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in getattr(statement, "exported_columns", ())
        ]
        ready = _Ready(
            str(compiled),
            [bound[name] for name in compiled.positiontup or bound],
            results,
            any(results),
            bool(compiled.positional),
        )
        self._ready[dialect.name] = ready
        return ready


def to_driver(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    """Return what turns values of a column's type into the driver's."""
    return kind.dialect_impl(dialect).bind_processor(dialect)


def driver_call(connection: Connection, method: str, sql: str, parameters: Any) -> Any:
    """Call the driver's cursor; returns the cursor.

    Parameters
    ----------
    method : str
        ``execute`` or ``executemany``.

    Raises
    ------
    DBAPIError
        As SQLAlchemy's own executions.
    """
    driver: Any = connection.connection.driver_connection
    try:
        cursor = driver.cursor()
        getattr(cursor, method)(sql, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_sqlalchemys(connection, error, sql) from error
    return cursor


def _as_sqlalchemys(connection: Connection, error: Any, sql: str) -> BaseException:
    dialect = connection.dialect
    driver: Any = connection.connection.driver_connection
    is_lost = dialect.is_disconnect(error, driver, None)
    if is_lost:
        connection.invalidate(error)
    translated: BaseException = DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=dialect,
    )
    return translated

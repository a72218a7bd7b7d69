"""Whether a PostgreSQL server keeps what it has acknowledged."""

from __future__ import annotations

from sqlalchemy import Connection

_UNSAFE = {"fsync": {"off"}, "full_page_writes": {"off"}, "synchronous_commit": {"off"}}
"""Settings under which a power cut loses commits (PostgreSQL's manual, "Write Ahead Log")."""


def unsafe_settings(connection: Connection) -> list[str]:
    """Return settings of the server, as ``name = value``, under which commits may be lost."""
    if connection.dialect.name != "postgresql":
        return []
    found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in _UNSAFE}
    return [f"{name} = {value}" for name, value in found.items() if value in _UNSAFE[name]]

"""Take back labels that were imported by mistake."""

from __future__ import annotations

from moderation.services.runtime import Runtime
from moderation.storage.events import append_event
from moderation.storage.feedback import ImportedFilter, count_imported, withdraw_imported


def withdraw_labels(
    runtime: Runtime, wanted: ImportedFilter, *, actor: str, is_dry_run: bool = False
) -> int:
    """Let imported labels no longer train or be exported; returns how many.

    Decisions and feedback of forums are never touched. Importing a file again brings its rows back.
    """
    if is_dry_run:
        with runtime.database.read() as connection:
            return count_imported(connection, wanted)
    with runtime.database.write() as connection:
        now = runtime.clock()
        number = withdraw_imported(connection, wanted, at=now)
        if number:
            append_event(
                connection,
                "labels_withdrawn",
                at=now,
                actor=actor,
                details={"source": wanted.source, "rows": number},
            )
        return number

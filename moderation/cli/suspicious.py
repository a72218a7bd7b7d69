"""Labels worth another look: read the list that training wrote, ask for second opinions."""

from __future__ import annotations

from pathlib import Path

import click

from classifiers.suspicious import SuspiciousLabel, SuspiciousLabelError, from_json_line
from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import open_runtime
from moderation.services.second_opinions import ask_about


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--ask", is_flag=True, help="Ask another moderator about each, without saying why.")
@json_option
def suspicious(file: Path, *, ask: bool, as_json: bool) -> None:
    """List the decisions in FILE that are worth another look.

    FILE is what 'python -m training noise' wrote. With --ask each goes blind to another moderator.
    """
    rows = _read(file)
    runtime = open_runtime() if ask else None
    counts = {"asked": 0, "open": 0, "unknown": 0}
    for row in rows:
        outcome = ""
        if runtime is not None:
            outcome = ask_about(runtime, row.forum, row.comment_id, row.revision).value
            counts[outcome] += 1
        if as_json:
            emit(
                {
                    "forum": row.forum,
                    "comment_id": row.comment_id,
                    "label": row.label.value,
                    "given": row.given,
                    "probability": row.probability,
                    "outcome": outcome or None,
                }
            )
        else:
            said = f"   ({outcome})" if outcome else ""
            click.echo(f"{row.forum}  {row.comment_id}: {row.reason}{said}")
    if ask and not as_json:
        click.echo(
            f"{counts['asked']} asked, {counts['open']} asked before, "
            f"{counts['unknown']} not decided here."
        )


def _read(file: Path) -> list[SuspiciousLabel]:
    rows = []
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    rows.append(from_json_line(line))
                except SuspiciousLabelError as error:
                    raise click.BadParameter(
                        f"line {number}: {error}", param_hint=file.name
                    ) from None
    return rows

"""Labels out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from classifiers.labels import Label
from moderation.cli.output import emit, json_option, progress
from moderation.cli.surroundings import known_forum, open_runtime, operator
from moderation.config import load_settings
from moderation.domain.feedback import FeedbackSource
from moderation.services.export_files import check_target, write_export
from moderation.services.exporting import (
    WHOLE,
    ExportFormat,
    LabelExport,
    Redaction,
    count_export,
    note_export,
)
from moderation.services.pseudonyms import Pseudonyms
from moderation.services.runtime import Runtime
from moderation.storage.labelled import ExportFilter
from moderation.wiring import installation_secret

_SUFFIXES = {f".{known.value}": known for known in ExportFormat}
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
_ANSWERS = {"": None, "true": True, "false": False}


class _LabelAnswer(click.ParamType[tuple[Label, bool | None]]):
    name = "LABEL[=true|false]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Label, bool | None]:
        del ctx
        name, _, answer = str(value).partition("=")
        if name not in set(Label) or answer.lower() not in _ANSWERS:
            known = ", ".join(label.value for label in Label)
            self.fail(f"expected one of {known}, with =true or =false behind it or alone", param)
        return Label(name), _ANSWERS[answer.lower()]


_EXAMPLES = """\b
Examples:
  moderation export labels.jsonl
  moderation export abuse.csv --label abusive=true --since 2026-01-01
  moderation export audit.parquet --source audit_sample --source appeal
  moderation export to-share.jsonl --pseudonymise --drop-text
"""


@click.command("export", epilog=_EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--forum", "slug", help="Only this forum; default all but demos.")
@click.option(
    "--format",
    "export_format",
    type=click.Choice([known.value for known in ExportFormat]),
    help="Default by FILE's ending, or jsonl. Parquet takes the extra 'parquet'.",
)
@click.option("--since", type=click.DateTime(TIMES), help="Decided on or after, in UTC.")
@click.option("--until", type=click.DateTime(TIMES), help="Decided before, in UTC.")
@click.option(
    "--label",
    type=_LabelAnswer(),
    help="Only rows in which this label was judged, either way or as told.",
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="NAME",
    help=f"Only labels from here, repeatable: {', '.join(FeedbackSource)}, or an import's own.",
)
@click.option(
    "--pseudonymise",
    is_flag=True,
    help="Write keyed hashes for authors and moderators: the same person, the same hash.",
)
@click.option(
    "--drop-text", is_flag=True, help="Write the text's SHA-256 instead of text, title and parent."
)
@json_option
def export_command(  # noqa: PLR0913 - the command's options
    *,
    file: Path,
    slug: str | None,
    export_format: str | None,
    since: datetime | None,
    until: datetime | None,
    label: tuple[Label, bool | None] | None,
    sources: tuple[str, ...],
    pseudonymise: bool,
    drop_text: bool,
    as_json: bool,
) -> None:
    """Write every label that trains to FILE, one labelled comment a row.

    Beside FILE goes FILE.manifest.json: rows, SHA-256 digest, filters, counts by label and source.
    """
    settings = load_settings()
    runtime = open_runtime(settings)
    if slug is not None:
        known_forum(runtime, slug)
    wanted = ExportFilter(
        forum=slug,
        since=in_utc(since),
        until=in_utc(until),
        label=label[0] if label is not None else None,
        answer=label[1] if label is not None else None,
        sources=sources,
    )
    redaction = Redaction(
        pseudonyms=Pseudonyms(installation_secret(settings)) if pseudonymise else None,
        drops_text=drop_text,
    )
    note_export(runtime, wanted, redaction, actor=operator())
    manifest = write_with_progress(
        runtime, wanted, file, _format(export_format, file), redaction, as_json=as_json
    )
    if as_json:
        result = {name: manifest[name] for name in ("rows", "digest")}
        emit({"event": "result", **result, "file": str(file)})
    else:
        click.echo(f"{manifest['rows']} labelled comments in {file} ({manifest['digest']})")


def write_with_progress(
    runtime: Runtime,
    wanted: ExportFilter,
    file: Path,
    export_format: ExportFormat,
    redaction: Redaction = WHOLE,
    *,
    as_json: bool,
) -> dict[str, Any]:
    """Write an export and its manifest with a bar; returns the manifest."""
    check_target(file)
    with progress("exporting", count_export(runtime, wanted), as_json=as_json) as advance:
        export = LabelExport(runtime, wanted, export_format, redaction, on_rows=advance)
        return write_export(export, file)


def _format(named: str | None, file: Path) -> ExportFormat:
    if named is not None:
        return ExportFormat(named)
    return _SUFFIXES.get(file.suffix.lower(), ExportFormat.JSONL)


def in_utc(at: datetime | None) -> datetime | None:
    """Return a time that was typed without zone."""
    return at.replace(tzinfo=UTC) if at is not None else None

"""Labels in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from classifiers.labels import Label
from moderation.cli.labels_out import TIMES, in_utc
from moderation.cli.lazy_file import LazyFile
from moderation.cli.output import emit, json_option, progress
from moderation.cli.surroundings import known_forum, open_runtime, operator
from moderation.config import load_settings
from moderation.domain.errors import InvalidInputError
from moderation.domain.feedback import LEAST_WEIGHT, MOST_WEIGHT, check_source
from moderation.services.export_files import check_target
from moderation.services.label_import.answers import FALSE_WORDS, TRUE_WORDS, Words, parse_choices
from moderation.services.label_import.rules import ImportFormat, ImportRules, parse_columns
from moderation.services.label_import.run import (
    ImportOptions,
    ImportReport,
    Rejected,
    import_labels,
)
from moderation.services.label_import.withdrawing import withdraw_labels
from moderation.storage.feedback import ImportedFilter

_SHOWN_REASONS = 20
_EXAMPLES = """\b
Examples:
  moderation import-labels labels.jsonl                    an export of ours, any format
  moderation import-labels old.csv --dry-run --map text=comment --map abusive=is_toxic
  moderation import-labels old.csv --map text=body --map abusive=verdict --true toxic --false ok
  moderation import-labels scores.csv --map text=comment --map abusive=toxicity --at-least 0.5
  moderation import-labels project.json --choice abusive=toxic,insulting --choice partisan=jab
  moderation import-labels records.json --question verdict --choice abusive=toxic

Fields to --map: text, the labels, and where there are such columns title, parent, forum,
comment_id, revision, thread_id, author_id, created_at, decided_at, decided_by, decision,
reason_code, source, weight; 'label' for a column that holds the name of a choice. A column of the
field's own name need not be mapped. docs/exporting.md tells more.
"""

_T = TypeVar("_T")


@click.command("import-labels", epilog=_EXAMPLES)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option("--dry-run", is_flag=True, help="Tell what would be taken; store nothing.")
@click.option(
    "--format",
    "import_format",
    type=click.Choice([known.value for known in ImportFormat]),
    help="The files' shape; default: told by their first row.",
)
@click.option("--map", "columns", multiple=True, metavar="FIELD=COLUMN", help="See below.")
@click.option("--true", "true", metavar="WORDS", help="What means yes in a label's column.")
@click.option("--false", "false", metavar="WORDS", help="What means no. Both: with commas.")
@click.option("--at-least", type=float, help="A number means yes from here on.")
@click.option(
    "--choice",
    "choices",
    multiple=True,
    metavar="LABEL=CHOICES",
    help="Choices of a labelling tool that mean yes; everything else then means no.",
)
@click.option("--question", help="The control or question whose answers count.")
@click.option("--forum", "slug", help="Put the labels into this forum.")
@click.option("--source", help="Say where the labels come from; default: as the file says.")
@click.option(
    "--weight",
    type=click.FloatRange(LEAST_WEIGHT, MOST_WEIGHT),
    help="Weight in training; default: the file's, or that of the source.",
)
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rows go that are not taken, each with file, line, reason and the row itself; "
    "default FILE.rejects.jsonl, in a dry run nowhere.",
)
@json_option
def import_labels_command(  # noqa: PLR0913 - the command's options
    *,
    files: tuple[Path, ...],
    dry_run: bool,
    import_format: str | None,
    columns: tuple[str, ...],
    true: str | None,
    false: str | None,
    at_least: float | None,
    choices: tuple[str, ...],
    question: str | None,
    slug: str | None,
    source: str | None,
    weight: float | None,
    rejects: Path | None,
    as_json: bool,
) -> None:
    """Take labels from FILES, so that they train and are exported like decisions.

    Takes our own exports (JSON Lines, CSV, Parquet), tables with other columns (--map), and the
    JSON exports of Label Studio (JSON, JSON_MIN) and Argilla. Text files are UTF-8. The same row
    is stored once, however often it is imported.
    """
    settings = load_settings()
    runtime = open_runtime(settings)
    rules = ImportRules(
        format=ImportFormat(import_format) if import_format is not None else None,
        columns=_parsed("--map", parse_columns, columns),
        words=_words(true, false, at_least),
        choices=_parsed("--choice", parse_choices, choices),
        question=question,
        source=check_source(source) if source is not None else None,
        forum=known_forum(runtime, slug).slug if slug is not None else None,
        weight=weight,
    )
    place = _rejects_path(files, rejects, is_dry_run=dry_run)
    with (
        LazyFile(place) as reject_file,
        progress("importing", None, as_json=as_json) as advance,
    ):
        options = ImportOptions(
            is_dry_run=dry_run,
            max_text_chars=settings.max_text_chars,
            on_rejected=lambda rejected: reject_file.write(_line(rejected)),
            on_rows=advance,
            actor=operator(),
        )
        report = import_labels(runtime, files, rules, options)
    if as_json:
        emit(_record(report, place if report.rejected else None, is_dry_run=dry_run))
    else:
        _tell(report, place, is_dry_run=dry_run)
    if report.rejected and not report.added and not report.known:
        click.get_current_context().exit(1)


@click.command("withdraw-labels")
@click.option("--source", required=True, help="The source that the labels were imported as.")
@click.option("--since", type=click.DateTime(TIMES), help="Imported on or after, in UTC.")
@click.option("--until", type=click.DateTime(TIMES), help="Imported before, in UTC.")
@click.option("--dry-run", is_flag=True, help="Tell how many; change nothing.")
@json_option
def withdraw_labels_command(
    *,
    source: str,
    since: datetime | None,
    until: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take back imported labels: they train no longer. Importing a file again brings them back.

    What was decided on the desk or said by a forum is never touched.
    """
    wanted = ImportedFilter(check_source(source), in_utc(since), in_utc(until))
    number = withdraw_labels(open_runtime(), wanted, actor=operator(), is_dry_run=dry_run)
    if as_json:
        emit({"event": "result", "dry_run": dry_run, "withdrawn": number})
        return
    click.echo(f"{number} labels {'would be' if dry_run else 'are'} withdrawn.")


def _parsed(option: str, parse: Callable[[Sequence[str]], _T], values: Sequence[str]) -> _T:
    try:
        return parse(values)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error


def _words(true: str | None, false: str | None, at_least: float | None) -> Words:
    yes = _split(true) if true is not None else TRUE_WORDS
    no = _split(false) if false is not None else FALSE_WORDS - yes
    both = sorted(yes & no)
    if both:
        raise click.BadParameter(f"{both[0]!r} means yes already", param_hint="--false")
    return Words(yes - no, no, at_least)


def _split(words: str) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in words.split(",") if word.strip())


def _rejects_path(files: Sequence[Path], named: Path | None, *, is_dry_run: bool) -> Path | None:
    if named is None and is_dry_run:
        return None
    path = named or files[0].with_name(f"{files[0].name}.rejects.jsonl")
    if path.resolve() in {file.resolve() for file in files}:
        raise InvalidInputError(
            f"{path} is one of the files to read.", fields={"--rejects": "expected another file"}
        )
    check_target(path)
    return path


def _line(rejected: Rejected) -> str:
    return json.dumps(asdict(rejected), ensure_ascii=False, default=str) + "\n"


def _record(report: ImportReport, rejects: Path | None, *, is_dry_run: bool) -> dict[str, Any]:
    return {
        "event": "result",
        "dry_run": is_dry_run,
        "rows": report.rows,
        "judgements": report.judgements,
        "added": report.added,
        "known": report.known,
        "rejected": report.rejected,
        "reasons": dict(report.reasons.most_common()),
        "labels": {
            label.value: {
                "true": report.labels[label.value, True],
                "false": report.labels[label.value, False],
            }
            for label in Label
        },
        "formats": report.formats,
        "rejects": str(rejects) if rejects is not None else None,
    }


def _tell(report: ImportReport, rejects: Path | None, *, is_dry_run: bool) -> None:
    would = "would be " if is_dry_run else ""
    click.echo(
        f"{report.rows} rows read, {report.judgements} judgements in them: "
        f"{report.added} {would}added, {report.known} known already, "
        f"{report.rejected} {would}rejected."
    )
    for label in Label:
        yes, no = report.labels[label.value, True], report.labels[label.value, False]
        if yes or no:
            click.echo(f"  {label.value}: {yes} yes, {no} no")
            if not no:
                click.echo("    A model needs both answers: see --false and --choice.")
    if report.rejected:
        click.echo("Why rows are not taken:")
        for reason, count in report.reasons.most_common(_SHOWN_REASONS):
            click.echo(f"  {count:>8}  {reason}")
        hidden = len(report.reasons) - _SHOWN_REASONS
        if hidden > 0:
            click.echo(f"            and {hidden} other reasons")
        if rejects is not None:
            click.echo(f"Each of them, with its line: {rejects}", err=True)

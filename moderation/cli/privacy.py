"""Personal data: how long it is kept, what is stored of a person, erasing it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import known_forum, open_runtime, operator
from moderation.domain.retention import MOST_DAYS, Erasure, Retention
from moderation.services import erasure, retention
from moderation.web.api.author_answers import author_answer, erasure_answer

_DAYS = click.IntRange(0, MOST_DAYS)


@click.group()
def privacy() -> None:
    """Keep personal data no longer than needed; show and erase it on request."""


@privacy.command("retention")
@click.argument("slug")
@click.option("--text-days", type=_DAYS, help="Erase a comment's text so long after it came.")
@click.option("--author-days", type=_DAYS, help="Forget who wrote it so long after it came.")
@click.option("--decision-days", type=_DAYS, help="Remove decisions and labels of that age.")
@json_option
def retention_command(
    slug: str,
    text_days: int | None,
    author_days: int | None,
    decision_days: int | None,
    *,
    as_json: bool,
) -> None:
    """Show how long SLUG keeps what, or change it. 0 days keep it until it is erased on request."""
    runtime = open_runtime()
    forum = known_forum(runtime, slug)
    given = {"text_days": text_days, "author_days": author_days, "decision_days": decision_days}
    rules = retention.read_retention(runtime, forum)
    if any(days is not None for days in given.values()):
        changed = {name: days or None for name, days in given.items() if days is not None}
        rules = Retention(**{**asdict(rules), **changed})
        retention.set_retention(runtime, forum, rules, by=operator())
    if as_json:
        emit({"forum": slug, **asdict(rules), "pseudonyms": forum.pseudonymises_authors})
        return
    for what, days in asdict(rules).items():
        kept = f"{days} days" if days is not None else "until erased on request"
        click.echo(f"{what.removesuffix('_days'):<10} {kept}")
    click.echo(f"{'pseudonyms':<10} {'yes' if forum.pseudonymises_authors else 'no'}")


@privacy.command()
@click.argument("slug")
@click.argument("switch", type=click.Choice(["on", "off"]))
def pseudonyms(slug: str, switch: str) -> None:
    """Store the authors of SLUG under pseudonyms, those known already included."""
    runtime = open_runtime()
    forum = known_forum(runtime, slug)
    renamed = retention.set_pseudonymising(runtime, forum, wanted=switch == "on", by=operator())
    click.echo(f"Pseudonyms for {slug} are {switch}; {renamed} stored authors renamed.")


@privacy.command("show-author")
@click.argument("slug")
@click.argument("author_id")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def show_author(slug: str, author_id: str, file: Path | None) -> None:
    """Write all that SLUG stores about AUTHOR_ID as JSON, to FILE or the screen."""
    runtime = open_runtime()
    found = erasure.export_author(runtime, known_forum(runtime, slug), author_id)
    document = json.dumps(author_answer(author_id, found), ensure_ascii=False, indent=2)
    if file is None:
        click.echo(document)
        return
    file.write_text(document + "\n", encoding="utf-8")
    click.echo(f"{len(found.comments)} comments written to {file}")


@privacy.command("erase-author")
@click.argument("slug")
@click.argument("author_id")
@click.confirmation_option(prompt="Text and name are gone for good. Go on?")
@json_option
def erase_author(slug: str, author_id: str, *, as_json: bool) -> None:
    """Erase AUTHOR_ID of SLUG: profile, texts, names on reports, imported labels."""
    runtime = open_runtime()
    forum = known_forum(runtime, slug)
    receipt = erasure.erase_author(runtime, forum, author_id, by=operator())
    _tell(author_id, receipt, as_json=as_json)


@privacy.command("erase-comment")
@click.argument("slug")
@click.argument("comment_id")
@click.confirmation_option(prompt="Text and author are gone for good. Go on?")
@json_option
def erase_comment(slug: str, comment_id: str, *, as_json: bool) -> None:
    """Erase the text and author of COMMENT_ID of SLUG, all revisions."""
    runtime = open_runtime()
    forum = known_forum(runtime, slug)
    receipt = erasure.erase_comment(runtime, forum, comment_id, by=operator())
    _tell(comment_id, receipt, as_json=as_json)


def _tell(external_id: str, receipt: Erasure, *, as_json: bool) -> None:
    answer = erasure_answer(external_id, receipt)
    if as_json:
        emit(answer)
        return
    click.echo(
        f"Erased: {receipt.comments} texts, {receipt.reports} names on reports,"
        f" {receipt.labels} imported labels."
    )
    for export in receipt.exports:
        click.echo(f"An export of {export['at']} by {export['by']} may still hold it.")
    click.echo(answer["backups"])

"""Pinned examples: what every next model must, or must never, flag."""

from __future__ import annotations

import click

from classifiers.labels import DECIDING_LABELS, Label
from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import open_runtime, operator
from moderation.domain.pin import NewPin
from moderation.domain.reach import EVERYWHERE
from moderation.services import pins as pinning


@click.group()
def pins() -> None:
    """Pin examples that every next model must get right, or it is not promoted."""


@pins.command("list")
@click.option("--forum", "slug", help="Only what holds for this forum.")
@json_option
def list_command(slug: str | None, *, as_json: bool) -> None:
    """List the pinned examples."""
    for pin in pinning.list_pins(open_runtime(), EVERYWHERE, forum=slug):
        if as_json:
            emit(
                {
                    "pin": pin.id,
                    "forum": pin.forum,
                    "label": pin.label.value,
                    "must_flag": pin.must_flag,
                    "text": pin.text,
                    "note": pin.note,
                    "by": pin.created_by,
                }
            )
        else:
            wish = "always flag" if pin.must_flag else "never flag"
            scope = pin.forum or "every forum"
            click.echo(f"{pin.id:>5}  {wish} as {pin.label}  ({scope})  {pin.text}")


@pins.command()
@click.argument("text")
@click.option(
    "--label", required=True, type=click.Choice([str(known) for known in DECIDING_LABELS])
)
@click.option("--always/--never", "must_flag", required=True, default=None, help="Flag it?")
@click.option("--forum", "slug", help="Only for this forum; default: for every forum.")
@click.option("--note", default="", help="Why, for those who come after you.")
def add(text: str, label: str, slug: str | None, note: str, *, must_flag: bool) -> None:
    """Pin TEXT: --always or --never flag it as --label."""
    pin = NewPin(None, text, Label(label), must_flag, note)
    number = pinning.pin_example(open_runtime(), pin, by=operator(), forum=slug)
    click.echo(f"pinned as number {number}")


@pins.command()
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Remove the pin NUMBER."""
    pinning.remove_pin(open_runtime(), number, by=operator())
    click.echo(f"pin {number} is gone")

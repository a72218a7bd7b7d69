"""What the commands print: for people, or one JSON object a line with ``--json``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a line, for programs."
)


def emit(record: dict[str, Any]) -> None:
    """Print one JSON object as a line; half a surrogate pair goes out as an escape."""
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    if any("\ud800" <= char <= "\udfff" for char in line):
        line = json.dumps(record, separators=(",", ":"))
    click.echo(line)


@contextmanager
def progress(title: str, total: int | None, *, as_json: bool) -> Iterator[Callable[[int], None]]:
    """Show how far long work is.

    A bar on a terminal; with ``--json`` a line at each percent; silent otherwise.

    Yields
    ------
    Callable[[int], None]
        Takes how many more are done.
    """
    if as_json:
        yield _JsonProgress(title, total).advance
        return
    console = Console(stderr=True)
    if not sys.stderr.isatty():
        yield lambda _more: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda more: bar.advance(task, more)


class _JsonProgress:
    def __init__(self, title: str, total: int | None) -> None:
        self._title = title
        self._total = total
        self._done = 0
        self._percent = -1

    def advance(self, more: int) -> None:
        self._done += more
        percent = self._done * 100 // self._total if self._total else self._done // 1000
        if percent != self._percent:
            self._percent = percent
            emit(
                {
                    "event": "progress",
                    "step": self._title,
                    "done": self._done,
                    "total": self._total,
                }
            )

"""Imports the command once, then forks for each run.

Every run is a process of its own, with its own folder, environment and streams, without two seconds
of imports each. That the command also starts from nothing is shown by the tests of the server.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any, NoReturn

import click

import moderation.app  # noqa: F401 - what commands import when they run
from moderation.cli import cli, main


def warm_up() -> None:
    """Import every command: they are loaded when they are asked for, and here that is each time."""
    with click.Context(cli) as context:
        for name in cli.list_commands(context):
            cli.get_command(context, name)


def serve() -> None:
    """Answer each request, a line of JSON, with the exit status of its run."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _run(json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _run(request: dict[str, Any]) -> NoReturn:
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        mode = os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY
        os.dup2(os.open(request[name], mode), number)
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    sys.argv = ["moderation", *request["arguments"]]
    status = _status()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _status() -> int:
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except BaseException:  # noqa: BLE001 - what the interpreter does with it
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    warm_up()
    serve()

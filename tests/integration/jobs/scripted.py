"""Stands in for ``python -m training``: says what its first argument tells it to.

``finish`` writes a result, ``fail`` an error, ``hang`` progress and then nothing for a minute.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time


def say(**event: object) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def end_with_input() -> None:
    while sys.stdin.buffer.read(1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    how, _command, labels = sys.argv[1:4]
    with open(labels, encoding="utf-8") as file:  # noqa: PTH123 - a script of its own
        rows = sum(1 for _ in file)
    say(event="progress", step="reading", done=1, total=6)
    sys.stderr.write("a warning\n")
    sys.stderr.flush()
    if how == "hang":
        time.sleep(60)
    elif how == "fail":
        say(event="error", message="labels: too few")
        sys.exit(2)
    else:
        say(event="result", candidate_version="v", rows=rows, message="made", failed_gates=[])

"""Fuzz every parser for a given time and count what was tried: ``make fuzz SECONDS=600``."""

from __future__ import annotations

import argparse
import faulthandler
import sys
import time
import traceback
from collections import Counter
from random import Random

from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

_TURN_S = 2.0
_HANG_S = 30
"""After this long the process says where it stands and ends."""
_MOST_SHOWN = 3
_MOST_SHOWN_CHARS = 600


def main() -> int:
    """Give each parser its turn until the time is over."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000_000)
    parser.add_argument("--only", default="", help="part of the names of the parsers to try")
    asked = parser.parse_args()
    chosen = {name: target for name, target in TARGETS.items() if asked.only in name}
    _say(f"seed {asked.seed}, {asked.seconds:.0f} s, {len(chosen)} parsers")
    tried: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    ends = time.monotonic() + asked.seconds
    while time.monotonic() < ends:
        for name, target in chosen.items():
            faulthandler.dump_traceback_later(_TURN_S + _HANG_S, exit=True)
            turn_ends = min(time.monotonic() + _TURN_S, ends)
            while time.monotonic() < turn_ends:
                problem = _problem(target, f"{asked.seed}:{name}:{tried[name]}")
                tried[name] += 1
                if problem is None:
                    continue
                failed[name] += 1
                if failed[name] <= _MOST_SHOWN:
                    _say(f"{name}, input {tried[name] - 1}:\n{problem}")
    faulthandler.cancel_dump_traceback_later()
    for name in chosen:
        _say(f"{name:28} {tried[name]:>10,} tried {failed[name]:>6,} failed")
    _say(f"{'all':28} {tried.total():>10,} tried {failed.total():>6,} failed")
    return 1 if failed else 0


def _problem(target: Target, seed: str) -> str | None:
    """Try the input that a seed makes; say what went wrong and with what."""
    given = target.make(Random(seed))  # noqa: S311 - no secret is made of it
    try:
        target.try_one(given)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        trace = "".join(traceback.format_exception(error)[-6:])
        return f"{repr(given)[:_MOST_SHOWN_CHARS]}\n{trace}"
    return None


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command's output


if __name__ == "__main__":
    sys.exit(main())

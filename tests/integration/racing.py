"""Let several threads begin the same thing at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

_Argument = TypeVar("_Argument")
_Result = TypeVar("_Result")


def race(
    act: Callable[[_Argument], _Result], arguments: Iterable[_Argument]
) -> list[_Result | Exception]:
    """Call ``act`` once for each argument, each in its thread; returns results or exceptions."""
    given = list(arguments)
    start = Barrier(len(given), timeout=30)

    def run(argument: _Argument) -> _Result | Exception:
        start.wait()
        try:
            return act(argument)
        except Exception as error:  # noqa: BLE001 - the test looks at what came
            return error

    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(run, given))

"""Let a process be killed by the system on its way."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from typing import Any


def die(*_arguments: object, **_options: object) -> Any:
    """End this process at once, without a chance to clean up."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed(act: Callable[[], object]) -> None:
    """Act in a process of its own, which must be killed on the way."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001 - nothing of the child may reach the test runner
            traceback.print_exc()
        os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "it ended by itself"
    assert os.WTERMSIG(status) == signal.SIGKILL

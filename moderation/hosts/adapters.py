"""One entry for each host that is acted upon: how it knows us, and what it can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from moderation.domain.host import HostAction, HostConnection, HostKind, HostOptions, HostTask
from moderation.hosts import coral, discourse, invision
from moderation.hosts.dialogue import Dialogue


@dataclass(frozen=True, slots=True)
class Adapter:
    """What the delivery worker needs of a host.

    Attributes
    ----------
    title : str
        The software's name as people write it.
    headers : callable
        How a request shows the API key.
    act : callable
        Does one thing with a comment.
    check : callable
        Asks for a sign of life, changing nothing.
    """

    title: str
    headers: Callable[[HostConnection, str], Mapping[str, str]]
    act: Callable[[HostTask, HostOptions], Dialogue]
    check: Callable[[], Dialogue]

    def dialogue(self, task: HostTask, options: HostOptions) -> Dialogue:
        """Return the dialogue that does a task."""
        return self.check() if task.action is HostAction.CHECK else self.act(task, options)


ADAPTERS: Mapping[HostKind, Adapter] = {
    HostKind.DISCOURSE: Adapter(discourse.TITLE, discourse.headers, discourse.act, discourse.check),
    HostKind.INVISION: Adapter(invision.TITLE, invision.headers, invision.act, invision.check),
    HostKind.CORAL: Adapter(coral.TITLE, coral.headers, coral.act, coral.check),
}

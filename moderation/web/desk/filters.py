"""The queue's filter as it travels in addresses: every page of a tour carries the same one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.forum import check_slug
from moderation.domain.verdict import Source
from moderation.storage.queue_filters import QueueFilter, QueueOrder

SOURCE_TITLES: Mapping[Source, str] = {
    Source.MODEL: "Score above threshold",
    Source.REPORT: "Reported by readers",
    Source.WORD_RULE: "Word rule",
    Source.REPEAT: "Same text before",
    Source.AUDIT_SAMPLE: "Random audit",
    Source.SCORER_FAILED: "Scorer failed",
}

ORDER_TITLES: Mapping[QueueOrder, str] = {
    QueueOrder.OLDEST: "Oldest first",
    QueueOrder.RISKIEST: "Riskiest first",
    QueueOrder.USEFUL: "Most useful to the model",
}

SHOW_TITLES: Mapping[str, str] = {
    "held": "Held",
    "reported": "Reported",
    "escalated": "Escalated",
}


@dataclass(frozen=True, slots=True)
class View:
    """A tab over the queue.

    Attributes
    ----------
    args : dict[str, str]
        What its address says.
    """

    title: str
    count: int
    args: dict[str, str]


def parse_filter(args: Mapping[str, str]) -> QueueFilter:
    """Return the filter that an address names; what it does not know, it leaves out."""
    show = args.get("show", "")
    return QueueFilter(
        forum=_slug(args.get("forum", "")),
        label=args["label"] if args.get("label") in set(Label) else None,
        source=Source(args["why"]) if args.get("why") in set(Source) else None,
        is_held=show == "held",
        is_reported=show == "reported",
        is_escalated=show == "escalated",
        order=(
            QueueOrder(args["order"]) if args.get("order") in set(QueueOrder) else QueueOrder.OLDEST
        ),
    )


def filter_args(wanted: QueueFilter) -> dict[str, Any]:
    """Return what an address says of a filter; nothing for what is not narrowed."""
    given = {
        "forum": wanted.forum,
        "label": wanted.label,
        "why": wanted.source.value if wanted.source else None,
        "show": shown(wanted),
        "order": wanted.order.value if wanted.order is not QueueOrder.OLDEST else None,
    }
    return {name: value for name, value in given.items() if value}


def shown(wanted: QueueFilter) -> str:
    """Return which items alone are shown, as the address says it; empty for all."""
    flags = {
        "held": wanted.is_held,
        "reported": wanted.is_reported,
        "escalated": wanted.is_escalated,
    }
    return next((name for name, is_set in flags.items() if is_set), "")


def _slug(raw: str) -> str | None:
    try:
        return check_slug(raw.strip())
    except InvalidInputError:
        return None

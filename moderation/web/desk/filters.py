"""The queue's filter as it travels in addresses: every page of a tour carries the same one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.forum import check_slug
from moderation.domain.verdict import Source
from moderation.storage.queue_filters import QueueFilter, QueueOrder
from moderation.web.desk.fields import whole_number
from moderation.web.desk.messages import N_

SOURCE_TITLES: Mapping[Source, str] = {
    Source.MODEL: N_("Score above threshold"),
    Source.REPORT: N_("Reported by readers"),
    Source.WORD_RULE: N_("Word rule"),
    Source.REPEAT: N_("Same text before"),
    Source.AUDIT_SAMPLE: N_("Random audit"),
    Source.SCORER_FAILED: N_("Scorer failed"),
}

ORDER_TITLES: Mapping[QueueOrder, str] = {
    QueueOrder.OLDEST: N_("Oldest first"),
    QueueOrder.DUE: N_("Nearest time target"),
    QueueOrder.RISKIEST: N_("Riskiest first"),
    QueueOrder.REPORTED: N_("Most reported"),
    QueueOrder.USEFUL: N_("Most useful to the model"),
}

SHOW_TITLES: Mapping[str, str] = {
    "held": N_("Held"),
    "reported": N_("Reported"),
    "escalated": N_("Escalated"),
}


@dataclass(frozen=True, slots=True)
class View:
    """A tab over the queue.

    Attributes
    ----------
    oldest : str
        How long its oldest item has waited; empty when nothing waits.
    args : dict[str, str]
        What its address says.
    saved_id : int or None
        Of a view that the moderator keeps.
    """

    title: str
    count: int
    oldest: str
    args: dict[str, str]
    saved_id: int | None = None


VIEWS: Mapping[str, dict[str, str]] = {
    N_("All"): {},
    N_("Held"): {"show": "held"},
    N_("Reported"): {"show": "reported"},
    N_("Escalated"): {"show": "escalated"},
    N_("Audit"): {"why": Source.AUDIT_SAMPLE.value},
}
"""What everybody finds over the queue."""

_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")
_HOST = re.compile(r"[a-z0-9.:-]{1,253}")


def parse_filter(args: Mapping[str, str]) -> QueueFilter:
    """Return the filter that an address names; what it does not know, it leaves out."""
    show = args.get("show", "")
    return QueueFilter(
        forum=_slug(args.get("forum", "")),
        label=args["label"] if args.get("label") in set(Label) else None,
        source=Source(args["why"]) if args.get("why") in set(Source) else None,
        language=_matching(_LANGUAGE, args.get("language", "")),
        host=_matching(_HOST, args.get("host", "").lower()),
        author=whole_number(args.get("author")),
        thread=whole_number(args.get("thread")),
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
        "language": wanted.language,
        "host": wanted.host,
        "author": str(wanted.author) if wanted.author is not None else None,
        "thread": str(wanted.thread) if wanted.thread is not None else None,
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


def _matching(pattern: re.Pattern[str], raw: str) -> str | None:
    found = raw.strip()
    return found if pattern.fullmatch(found) else None


def _slug(raw: str) -> str | None:
    try:
        return check_slug(raw.strip())
    except InvalidInputError:
        return None

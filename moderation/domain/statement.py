"""The statement of reasons: what Article 17 of the EU's Digital Services Act asks for.

Regulation (EU) 2022/2065, Article 17(3): (a) the restriction with its scope and duration, (b) the
facts, and whether a notice or an own look led to it, (c) automated means, (e) the rule of the
forum, (f) redress. We never judge what is illegal, so (d) has no field.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from classifiers.labels import Label
from moderation.domain.review import REASON_TITLES, DecisionAction, ReasonCode
from moderation.domain.verdict import Source


class FoundBy(StrEnum):
    """What led to the comment being looked at."""

    AUTOMATED = "automated"
    NOTICE = "notice"
    OWN_INITIATIVE = "own_initiative"


_FOUND_BY = {Source.REPORT: FoundBy.NOTICE, Source.AUDIT_SAMPLE: FoundBy.OWN_INITIATIVE}

BEFORE_APPEAL = (
    "The author may appeal once to the forum; another moderator decides.",
    "The author may turn to an out-of-court dispute settlement body (Article 21) or to a court.",
)
AFTER_APPEAL = BEFORE_APPEAL[1:]


@dataclass(frozen=True, slots=True)
class Statement:
    """Why a comment was restricted, or why no longer.

    Attributes
    ----------
    restriction : str
        ``visibility_removed`` or ``none``.
    facts : str
        Never holds the comment's text.
    found_by : FoundBy
    is_detected_automatically, is_decided_automatically : bool
        A person always decides.
    ground : str
        ``forum_rules``: incompatible with the forum's own rules.
    rule : str or None
        The reason's code; None where nothing is restricted.
    """

    restriction: str
    territorial_scope: str
    duration: str
    facts: str
    found_by: str
    is_detected_automatically: bool
    is_decided_automatically: bool
    ground: str | None
    rule: str | None
    rule_title: str | None
    redress: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Return the JSON-ready statement."""
        return {**asdict(self), "redress": list(self.redress)}


def statement_of(
    action: DecisionAction,
    reason: str | None,
    *,
    facts: str,
    source: str,
    redress: tuple[str, ...] = BEFORE_APPEAL,
) -> Statement:
    """Return the statement for a decision.

    Parameters
    ----------
    reason : str or None
        Code of the rule, for a rejection.
    source : str
        Why the comment was in the queue (`moderation.domain.verdict.Source`).
    """
    is_restricted = action is DecisionAction.REJECT
    found_by = _FOUND_BY.get(Source(source), FoundBy.AUTOMATED)
    return Statement(
        restriction="visibility_removed" if is_restricted else "none",
        territorial_scope="worldwide",
        duration="indefinite" if is_restricted else "none",
        facts=facts,
        found_by=found_by.value,
        is_detected_automatically=found_by is FoundBy.AUTOMATED,
        is_decided_automatically=False,
        ground="forum_rules" if is_restricted else None,
        rule=reason if is_restricted else None,
        rule_title=REASON_TITLES[ReasonCode(reason)] if is_restricted and reason else None,
        redress=redress if is_restricted else (),
    )


def facts_of(reason: str | None, labels: dict[Label, bool]) -> str:
    """Return the facts of a moderator's rejection in a sentence, without the comment's text."""
    title = REASON_TITLES[ReasonCode(reason)] if reason else "the forum's rules"
    found = [label.value.replace("_", " ") for label, is_so in labels.items() if is_so]
    judged = f", judged to be {', '.join(found)}" if found else ""
    return f"A moderator read the comment and rejected it: {title}{judged}."

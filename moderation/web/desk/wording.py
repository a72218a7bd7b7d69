"""The desk's sentences: why an item is here, what a score says, what has happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.judgement import Decision, HistoryEvent, Judgement, PlacedSpan
from moderation.domain.review import DecisionAction
from moderation.domain.verdict import LabelScore, ReasonKind, RuleSpan, Verdict, reason_kind
from moderation.web.desk import phrasebook
from moderation.web.desk.highlight import pushing_words
from moderation.web.desk.locales import number
from moderation.web.desk.messages import N_, ngettext
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.titles import label_title, reason_title


@dataclass(frozen=True, slots=True)
class Why:
    """One line that says why an item is in the queue.

    Attributes
    ----------
    icon : str
        Name of the symbol.
    label : Label or None
        Written with its underline in front.
    lead, rest : str
        The words in bold and those after them.
    """

    icon: str
    label: Label | None
    lead: str
    rest: str

    @property
    def sentence(self) -> str:
        """The line as plain text."""
        label = f"{label_title(self.label)} " if self.label else ""
        return f"{label}{self.lead}{self.rest}"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a verdict rests on; offsets are into ``body``."""

    body: str
    scores: Sequence[LabelScore]
    spans: Sequence[PlacedSpan]
    rule_spans: Sequence[RuleSpan]

    @classmethod
    def of(cls, judgement: Judgement) -> Grounds:
        """Return the grounds of a stored judgement."""
        return cls(judgement.body, judgement.scores, judgement.spans, judgement.rule_spans)


def why_here(
    grounds: Grounds,
    reasons: Sequence[str],
    *,
    report_count: int,
    is_audit: bool,
    reports: Sequence[tuple[str | None, int]] = (),
) -> tuple[Why, ...]:
    """Return the lines that say why a comment is in the queue.

    Parameters
    ----------
    grounds : Grounds
    reasons : Sequence[str]
        Written reasons of the item, strongest first.
    report_count : int
    is_audit : bool
        An audit sample tells nothing of the machine's opinion.
    reports : Sequence[tuple[str | None, int]]
        Readers' reasons and how often each was given.
    """
    if is_audit:
        return (Why("dice", None, _("Random audit"), _(": scores shown after your decision")),)
    lines = [_why(grounds, reason) for reason in reasons]
    if report_count:
        lines.append(_reported(report_count, reports))
    return tuple(line for line in lines if line is not None)


def _why(grounds: Grounds, reason: str) -> Why | None:
    kind, detail = reason_kind(reason), reason.partition(":")[2]
    if kind is ReasonKind.OVER_THRESHOLD:
        return _over(grounds, detail)
    if kind is ReasonKind.WORD_RULE:
        words = _matched(grounds, detail)
        return Why("word", None, _("word rule"), f" {words}" if words else f" {detail}")
    fixed = {
        ReasonKind.SCORER_FAILED: Why(
            "warn", None, _("The scorer failed"), _(": held to be safe, there are no scores")
        ),
        ReasonKind.REPEAT_REJECTED: Why(
            "same", None, _("Repeat"), _(": the same text was rejected before")
        ),
        ReasonKind.REPEAT_APPROVED: Why(
            "same", None, _("Repeat"), _(": the same text was approved before")
        ),
        ReasonKind.TRUSTED_AUTHOR: Why("check", None, _("Trusted author"), _(": published unseen")),
    }
    return fixed.get(kind)  # reports and audit samples have lines of their own


def _over(grounds: Grounds, detail: str) -> Why | None:
    row = next((row for row in grounds.scores if row.label.value == detail), None)
    if row is None:
        return None
    score, threshold = figures(row)
    words = quoted(pushing_words(grounds.body, grounds.spans, row.label))
    above = _(", above %(threshold)s", threshold=threshold)
    return Why("gauge", row.label, score, f"{above}: {words}" if words else above)


def figures(row: LabelScore) -> tuple[str, str]:
    """Return score and threshold with as many digits as it takes to tell them apart."""
    score, threshold = number(row.score, 2), number(row.threshold, 2)
    if score == threshold:
        return number(row.score, 3), number(row.threshold, 3)
    return score, threshold


def beside_threshold(row: LabelScore) -> str:
    """Return how a score stands to its threshold, for example ``above 0.80``."""
    threshold = figures(row)[1]
    if row.score >= row.threshold:
        return _("above %(threshold)s", threshold=threshold)
    return _("below %(threshold)s", threshold=threshold)


def quoted(words: Sequence[str]) -> str:
    """Return words in quotation marks, separated by commas."""
    return ", ".join(_("“%(word)s”", word=word) for word in words)


def _matched(grounds: Grounds, rule_id: str) -> str:
    found = dict.fromkeys(
        _cut(grounds.body, span) for span in grounds.rule_spans if span.rule_id == rule_id
    )
    return quoted(tuple(found)[:3])


def _cut(body: str, span: RuleSpan) -> str:
    return body[span.start : span.end][:60]


def _reported(count: int, reports: Sequence[tuple[str | None, int]]) -> Why:
    lead = ngettext(
        "1 reader reported it", "%(count)s readers reported it", count, count=number(count)
    )
    said = [
        _("%(count)s said “%(reason)s”", count=number(times), reason=reason)
        for reason, times in reports
        if reason
    ]
    return Why("people", None, lead, f": {', '.join(said)}" if said else "")


_VERDICTS: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.HOLD: ("hold", N_("Held"), N_("Held: readers can’t see it")),  # noqa: RUF001 - a real apostrophe
    Verdict.FLAG: ("flag", N_("Flagged"), N_("Flagged: readers can see it")),
    Verdict.PUBLISH: ("check", N_("Published"), N_("Published")),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A verdict with its symbol, in one word and in a sentence."""

    icon: str
    short: str
    long: str
    is_strong: bool


def verdict_chip(verdict: Verdict) -> Chip:
    """Return how a verdict is shown."""
    icon, short, long = _VERDICTS[verdict]
    return Chip(icon, _(short), _(long), is_strong=verdict is Verdict.HOLD)


def decision_chip(action: DecisionAction) -> Chip:
    """Return how the decision in force is shown."""
    if action is DecisionAction.APPROVE:
        return Chip("check", _("Approved"), _("Approved: readers can see it"), is_strong=False)
    return Chip("cross", _("Rejected"), _("Rejected"), is_strong=True)


def decided_sentence(decision: Decision) -> str:
    """Return what a decision was, for example ``Rejected: Partisan jab``."""
    if decision.action is DecisionAction.APPROVE:
        return _("Approved")
    if decision.action is DecisionAction.UNDO:
        return _("Taken back")
    return _("Rejected: %(reason)s", reason=reason_title(decision.reason))


def decided_toast(decision: Decision, judgement: Judgement, *, was_audit: bool) -> str:
    """Return what is said after a decision; an audit sample now shows what the machine thought."""
    said = f"{decided_sentence(decision)}."
    if not was_audit:
        return said
    scores = ", ".join(
        f"{label_title(row.label)} {number(row.score, 2)}"
        for row in judgement.scores
        if row.label in DECIDING_LABELS
    )
    if decision.action is DecisionAction.APPROVE:
        told = _("The machine had published it too")
    else:
        told = _("The machine had published it")
    return f"{said} {told}{': ' + scores if scores else ''}."


_EVENTS: Mapping[str, str] = {
    "claimed": N_("%(actor)s claimed it."),
    "appealed": N_("The author appealed."),
    "appeal_upheld": N_("%(actor)s upheld the appeal."),
    "appeal_denied": N_("%(actor)s denied the appeal."),
    "skipped": N_("%(actor)s skipped it."),
    "escalated": N_("%(actor)s escalated it."),
    "erased": N_("Text and author were erased on request."),
    "superseded": N_("The author edited it; a newer revision took its place."),
    "deleted": N_("The forum deleted it."),
    "restored": N_("The forum brought it back."),
    "withdrawn": N_("The forum deleted it."),
    "delivered": N_("The forum was told."),
    "parked": N_("The forum could not be told; the delivery is parked."),
    "replayed": N_("%(actor)s sent the delivery again."),
    "decision_undone": N_("%(actor)s took the decision back."),
    "approved": N_("%(actor)s approved it."),
    "rejected": N_("%(actor)s rejected it."),
}

_OWN_EVENTS: Mapping[str, str] = {
    "claimed": N_("You claimed it."),
    "appeal_upheld": N_("You upheld the appeal."),
    "appeal_denied": N_("You denied the appeal."),
    "skipped": N_("You skipped it."),
    "escalated": N_("You escalated it."),
    "replayed": N_("You sent the delivery again."),
    "decision_undone": N_("You took the decision back."),
    "approved": N_("You approved it."),
    "rejected": N_("You rejected it."),
}


def event_sentence(event: HistoryEvent, *, me: str, hides_scores: bool = False) -> str:
    """Return what happened, in a sentence.

    Parameters
    ----------
    me : str
        The reader's own name, who is "You".
    hides_scores : bool
        Whether the machine's opinion stays hidden.
    """
    details = event.details
    if event.kind == "verdict":
        return _("Arrived.") if hides_scores else _arrived(details)
    if event.kind == "reported":
        reason = details.get("reason")
        quoted_reason = _("“%(note)s”", note=reason) if reason else ""
        return _more(_("A reader reported it."), quoted_reason)
    if event.kind == "decided":
        kind = "approved" if details.get("decision") == "approve" else "rejected"
        reason = reason_title(str(details["reason"])) if details.get("reason") else ""
        return _more(_done(kind, event.actor, me), reason)
    if "said" in details:
        return _host_said(event)
    said = _done(event.kind, event.actor, me)
    if event.kind in {"skipped", "escalated"} and details.get("note"):
        return _more(said, _("“%(note)s”", note=details["note"]), end="")
    return said


def _done(kind: str, actor: str, me: str) -> str:
    if actor == me and kind in _OWN_EVENTS:
        return _(_OWN_EVENTS[kind])
    if kind in _EVENTS:
        return _(_EVENTS[kind], actor=actor)
    who = _("You") if actor == me else actor
    return f"{who}: {kind.replace('_', ' ')}."


def _more(sentence: str, what: str, end: str = ".") -> str:
    return f"{sentence.removesuffix('.')}: {what}{end}" if what else sentence


def _host_said(event: HistoryEvent) -> str:
    later = {"delayed": _("It is tried again."), "parked": _("The delivery is parked.")}
    said = phrasebook.translated(str(event.details["said"]))
    end = "" if said.endswith((".", "?", "!")) else "."
    return f"{said}{end} {later.get(event.kind, '')}".rstrip()


def _arrived(details: Mapping[str, object]) -> str:
    verdict = Verdict(str(details.get("verdict", Verdict.PUBLISH)))
    return {
        Verdict.HOLD: _("Arrived: held."),
        Verdict.FLAG: _("Arrived: flagged."),
        Verdict.PUBLISH: _("Arrived: published."),
    }[verdict]


def versions(model_version: str | None, policy_version: int) -> str:
    """Return what a judgement rests on."""
    policy = _("policy %(version)s", version=policy_version)
    model = _("model %(version)s", version=model_version) if model_version else _("no model")
    return f"{model} · {policy}"

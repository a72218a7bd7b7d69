"""The desk's sentences: why an item is here, what a score says, what has happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.judgement import Decision, HistoryEvent, Judgement, PlacedSpan
from moderation.domain.review import REASON_TITLES, DecisionAction, ReasonCode
from moderation.domain.verdict import LabelScore, ReasonKind, RuleSpan, Verdict, reason_kind
from moderation.web.desk.highlight import pushing_words


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


AUDIT = Why("dice", None, "Random audit", ": scores shown after your decision")


def label_title(label: Label | str) -> str:
    """Return a label as it is written on the desk."""
    return str(label).replace("_", " ")


def reason_title(code: str | None) -> str:
    """Return a rejection's reason as it is written on the desk; empty when there is none."""
    return REASON_TITLES[ReasonCode(code)] if code else ""


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
        return (AUDIT,)
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
        return Why("word", None, "word rule", f" {words}" if words else f" {detail}")
    fixed = {
        ReasonKind.SCORER_FAILED: Why(
            "warn", None, "The scorer failed", ": held to be safe, there are no scores"
        ),
        ReasonKind.REPEAT_REJECTED: Why(
            "same", None, "Repeat", ": the same text was rejected before"
        ),
        ReasonKind.REPEAT_APPROVED: Why(
            "same", None, "Repeat", ": the same text was approved before"
        ),
        ReasonKind.TRUSTED_AUTHOR: Why("check", None, "Trusted author", ": published unseen"),
    }
    return fixed.get(kind)  # reports and audit samples have lines of their own


def _over(grounds: Grounds, detail: str) -> Why | None:
    row = next((row for row in grounds.scores if row.label.value == detail), None)
    if row is None:
        return None
    score, threshold = figures(row)
    words = quoted(pushing_words(grounds.body, grounds.spans, row.label))
    return Why("gauge", row.label, score, f", above {threshold}" + (f": {words}" if words else ""))


def figures(row: LabelScore) -> tuple[str, str]:
    """Return score and threshold with as many digits as it takes to tell them apart."""
    score, threshold = f"{row.score:.2f}", f"{row.threshold:.2f}"
    if score == threshold:
        return f"{row.score:.3f}", f"{row.threshold:.3f}"
    return score, threshold


def beside_threshold(row: LabelScore) -> str:
    """Return how a score stands to its threshold, for example ``above 0.80``."""
    _, threshold = figures(row)
    return f"{'above' if row.score >= row.threshold else 'below'} {threshold}"


def quoted(words: Sequence[str]) -> str:
    """Return words in quotation marks, separated by commas."""
    return ", ".join(f"“{word}”" for word in words)


def _matched(grounds: Grounds, rule_id: str) -> str:
    found = dict.fromkeys(
        _cut(grounds.body, span) for span in grounds.rule_spans if span.rule_id == rule_id
    )
    return quoted(tuple(found)[:3])


def _cut(body: str, span: RuleSpan) -> str:
    return body[span.start : span.end][:60]


def _reported(count: int, reports: Sequence[tuple[str | None, int]]) -> Why:
    lead = "1 reader reported it" if count == 1 else f"{count} readers reported it"
    said = [f"{number} said “{reason}”" for reason, number in reports if reason]
    return Why("people", None, lead, f": {', '.join(said)}" if said else "")


_VERDICTS: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.HOLD: ("hold", "Held", "Held: readers can’t see it"),  # noqa: RUF001 - a real apostrophe
    Verdict.FLAG: ("flag", "Flagged", "Flagged: readers can see it"),
    Verdict.PUBLISH: ("check", "Published", "Published"),
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
    return Chip(icon, short, long, is_strong=verdict is Verdict.HOLD)


def decision_chip(action: DecisionAction) -> Chip:
    """Return how the decision in force is shown."""
    if action is DecisionAction.APPROVE:
        return Chip("check", "Approved", "Approved: readers can see it", is_strong=False)
    return Chip("cross", "Rejected", "Rejected", is_strong=True)


def decided_sentence(decision: Decision) -> str:
    """Return what a decision was, for example ``Rejected: Partisan jab``."""
    if decision.action is DecisionAction.APPROVE:
        return "Approved"
    if decision.action is DecisionAction.UNDO:
        return "Taken back"
    return f"Rejected: {reason_title(decision.reason)}"


def decided_toast(decision: Decision, judgement: Judgement, *, was_audit: bool) -> str:
    """Return what is said after a decision; an audit sample now shows what the machine thought."""
    said = f"{decided_sentence(decision)}."
    if not was_audit:
        return said
    scores = ", ".join(
        f"{label_title(row.label)} {row.score:.2f}"
        for row in judgement.scores
        if row.label in DECIDING_LABELS
    )
    agreed = " too" if decision.action is DecisionAction.APPROVE else ""
    return f"{said} The machine had published it{agreed}{': ' + scores if scores else ''}."


_EVENTS: Mapping[str, str] = {
    "claimed": "{actor} claimed it.",
    "appealed": "The author appealed.",
    "appeal_upheld": "{actor} upheld the appeal.",
    "appeal_denied": "{actor} denied the appeal.",
    "skipped": "{actor} skipped it",
    "escalated": "{actor} escalated it",
    "erased": "Text and author were erased on request.",
    "superseded": "The author edited it; a newer revision took its place.",
    "deleted": "The forum deleted it.",
    "restored": "The forum brought it back.",
    "withdrawn": "The forum deleted it.",
    "delivered": "The forum was told.",
    "parked": "The forum could not be told; the delivery is parked.",
    "replayed": "{actor} sent the delivery again.",
    "decision_undone": "{actor} took the decision back.",
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
    actor = "You" if event.actor == me else event.actor
    details = event.details
    if event.kind == "verdict":
        return "Arrived." if hides_scores else _arrived(details)
    if event.kind == "reported":
        reason = details.get("reason")
        return f"A reader reported it: “{reason}”." if reason else "A reader reported it."
    if event.kind == "decided":
        reason = reason_title(str(details["reason"])) if details.get("reason") else ""
        verb = "approved" if details.get("decision") == "approve" else "rejected"
        return f"{actor} {verb} it{': ' + reason if reason else ''}."
    if "said" in details:
        return _host_said(event)
    pattern = _EVENTS.get(event.kind, f"{{actor}}: {event.kind.replace('_', ' ')}.")
    said = pattern.format(actor=actor)
    note = details.get("note")
    if said.endswith("."):
        return said
    return f"{said}: “{note}”" if note else f"{said}."


def _host_said(event: HistoryEvent) -> str:
    later = {"delayed": " It is tried again.", "parked": " The delivery is parked."}
    said = str(event.details["said"])
    end = "" if said.endswith((".", "?", "!")) else "."
    return f"{said}{end}{later.get(event.kind, '')}"


def _arrived(details: Mapping[str, object]) -> str:
    verdict = Verdict(str(details.get("verdict", Verdict.PUBLISH)))
    return f"Arrived: {_VERDICTS[verdict][1].lower()}."


def versions(model_version: str | None, policy_version: int) -> str:
    """Return what a judgement rests on."""
    model = f"model {model_version}" if model_version else "no model"
    return f"{model} · policy {policy_version}"


_DELIVERIES: Mapping[str, str] = {
    "comment.verdict": "Verdict",
    "comment.decided": "Decision",
    "akismet.comment-check": "Decision, to an Akismet client",
    "comment.appeal_decided": "Appeal answered",
    "comment.decision_undone": "Decision taken back",
    "moderation.test": "Test of the callback",
    "host.flag": "Flag, at the host",
    "host.hide": "Hide, at the host",
    "host.show": "Show, at the host",
    "host.remove": "Reject, at the host",
    "host.read": "Read back from the host",
    "host.check": "Test of the host",
}


def delivery_title(event_type: str) -> str:
    """Return how a message to a forum or a task for its host is called."""
    return _DELIVERIES.get(event_type, event_type)

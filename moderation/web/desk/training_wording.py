"""A training's result in words for people who have never seen one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moderation.domain.training import JobState, TrainingJob
from moderation.services.second_opinions import AskOutcome
from moderation.web.desk import ages
from moderation.web.desk.figures import between
from moderation.web.desk.locales import number, percent
from moderation.web.desk.messages import N_
from moderation.web.desk.messages import gettext as _

_STATES: Mapping[JobState, tuple[str, str]] = {
    JobState.QUEUED: (N_("Waits for a worker"), "clock"),
    JobState.RUNNING: (N_("Runs"), "clock"),
    JobState.DONE: (N_("Done"), "check"),
    JobState.FAILED: (N_("Failed"), "warn"),
    JobState.CANCELLED: (N_("Cancelled"), "cross"),
}

_GATES: Mapping[str, str] = {
    "loads_and_scores": N_("It loads and scores every comment"),
    "speed": N_("It answers as fast as needed"),
    "not_worse_on_decisions": N_("Not worse on your own decisions"),
    "not_worse_on_corpus": N_("Not worse on the examples that come with the service"),
    "calibration": N_("A score means what it says"),
    "still_flags": N_("Its threshold still finds what the current one finds"),
    "viewpoint_parity": N_("Both political sides score alike"),
    "viewpoint_parity_flags": N_("Both political sides are flagged alike"),
    "neutral_news": N_("Plain news is not flagged"),
    "pinned": N_("Your pinned examples"),
    "consistent_labels": N_("No labels that stand apart"),
}

_MEASURES = (
    ("average_precision", N_("Ranking (average precision)")),
    ("precision", N_("Of what it flags, deserved")),
    ("recall", N_("Of what deserves it, found")),
    ("false_positive_rate", N_("Of what is fine, flagged")),
)


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as lists show it; times in words."""

    id: int
    title: str
    icon: str
    asked: str
    took: str
    requested_by: str
    scope: str
    said: str


@dataclass(frozen=True, slots=True)
class GateExampleLine:
    """A row that a gate names; its text is shown from the database when it is the forum's own."""

    key: str
    text: str
    candidate: str
    current: str


@dataclass(frozen=True, slots=True)
class GateLine:
    """One gate."""

    title: str
    label: str
    state: str
    is_passed: bool
    icon: str
    detail: str
    examples: tuple[GateExampleLine, ...]


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure of both models, each with its 95% interval."""

    label: str
    measure: str
    current: str
    candidate: str


@dataclass(frozen=True, slots=True)
class DoubtLine:
    """A label that the other decisions contradict.

    Attributes
    ----------
    key : str
        ``forum:comment id``, by which the text is looked up.
    value : str
        What the form sends: its place in the result.
    """

    key: str
    value: str
    label: str
    decided: str
    probability: str


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a training made of its candidate.

    Attributes
    ----------
    gates : tuple[GateLine, ...]
        Those against the candidate first.
    decisions, corpus : tuple[FigureLine, ...]
        On the forum's held-out decisions, and on the examples that come with the service.
    doubts : tuple[DoubtLine, ...]
        Labels worth another look, the surest first.
    n_doubts : int
        How many there are, with those that are not listed.
    """

    message: str
    rows: int
    dropped: int
    gates: tuple[GateLine, ...]
    decisions: tuple[FigureLine, ...]
    corpus: tuple[FigureLine, ...]
    doubts: tuple[DoubtLine, ...]
    n_doubts: int

    @property
    def against(self) -> int:
        """How many gates are against the candidate."""
        return sum(not gate.is_passed for gate in self.gates if gate.icon == "warn")

    @property
    def forum_keys(self) -> list[str]:
        """Names of the forum's comments whose text the page looks up."""
        of_gates = [e.key for gate in self.gates for e in gate.examples if not e.text]
        return [*of_gates, *(doubt.key for doubt in self.doubts)]


def line(job: TrainingJob, now: datetime) -> JobLine:
    """Return a job as lists show it."""
    title, icon = _STATES[job.state]
    end = job.finished_at or now
    return JobLine(
        id=job.id,
        title=_("Stops") if job.state is JobState.RUNNING and job.is_cancel_wanted else _(title),
        icon=icon,
        asked=ages.moment(job.created_at, now),
        took=ages.age(job.started_at, end) if job.started_at is not None else "",
        requested_by=job.requested_by,
        scope=job.forum or _("all forums"),
        said=job.error or str((job.result or {}).get("message", "")) or job.progress.step,
    )


def report(result: Mapping[str, Any]) -> TrainingReport:
    """Return a result in words."""
    blocking = set(result.get("blocking", ()))
    gates = [_gate(gate, is_against=gate["name"] in blocking) for gate in result.get("gates", ())]
    metrics = result.get("metrics", {})
    return TrainingReport(
        message=str(result.get("message", "")),
        rows=int(result.get("rows", 0)),
        dropped=int(result.get("n_dropped", 0)),
        gates=tuple(sorted(gates, key=lambda gate: gate.icon != "warn")),
        decisions=_figures(metrics, "decisions"),
        corpus=_figures(metrics, "corpus"),
        doubts=tuple(_doubt(place, row) for place, row in enumerate(result.get("suspicious", ()))),
        n_doubts=int(result.get("n_suspicious", 0)),
    )


def _gate(gate: Mapping[str, Any], *, is_against: bool) -> GateLine:
    name, _colon, label = str(gate["name"]).partition(":")
    is_undecided = bool(gate.get("is_undecided"))
    state = _("undecided") if is_undecided else _("passed") if gate["passed"] else _("failed")
    return GateLine(
        title=_(_GATES[name]) if name in _GATES else name.replace("_", " ").capitalize(),
        label=label,
        state=state,
        is_passed=bool(gate["passed"]) and not is_undecided,
        icon="warn" if is_against else "same" if is_undecided else "check",
        detail=str(gate["detail"]),
        examples=tuple(_example(example) for example in gate.get("examples", ())),
    )


def _doubt(place: int, row: Mapping[str, Any]) -> DoubtLine:
    return DoubtLine(
        key=f"{row['forum']}:{row['comment_id']}",
        value=str(place),
        label=str(row["label"]),
        decided=_("yes") if row["given"] else _("no"),
        probability=number(row["probability"], 2),
    )


def _example(example: Mapping[str, Any]) -> GateExampleLine:
    return GateExampleLine(
        key=str(example["key"]),
        text=str(example.get("text", "")),
        candidate=number(example["candidate"], 2),
        current=number(example["current"], 2),
    )


def _figures(metrics: Mapping[str, Any], part: str) -> tuple[FigureLine, ...]:
    new = metrics.get("candidate", {}).get(part, {})
    old = metrics.get("current", {}).get(part, {})
    return tuple(
        FigureLine(
            f"{label}",
            _(words),
            _interval(old.get(label, {}).get(measure)),
            _interval(entry.get(measure)),
        )
        for label, entry in new.items()
        for measure, words in _MEASURES
        if entry.get(measure) is not None
    )


def _interval(entry: Mapping[str, float] | None) -> str:
    if entry is None:
        return "–"  # noqa: RUF001 (an empty cell)
    interval = between(percent(entry["low"]), percent(entry["high"]))
    return f"{percent(entry['value'])} ({interval})"


def asked(counts: Mapping[AskOutcome, int]) -> str:
    """Say what became of a request for second opinions."""
    if not counts:
        return _("No label was chosen.")
    said = _(
        "%(part)s of %(all)s go to another moderator.",
        part=counts.get(AskOutcome.ASKED, 0),
        all=sum(counts.values()),
    )
    if counts.get(AskOutcome.OPEN):
        told = _("%(count)s were asked about before.", count=counts[AskOutcome.OPEN])
        said = f"{said} {told}"
    if counts.get(AskOutcome.UNKNOWN):
        told = _("%(count)s are no longer decided here.", count=counts[AskOutcome.UNKNOWN])
        said = f"{said} {told}"
    return said

"""What a moderator has typed into the decision form, kept when it could not be saved."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.review import DecisionAction, DecisionInput, ReasonCode
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import gettext as _


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsaved decision.

    Attributes
    ----------
    action : str
        ``approve``, ``reject``, or empty when no button was pressed.
    """

    action: str = ""
    labels: frozenset[Label] = frozenset()
    reason: ReasonCode | None = None
    note: str = ""
    revision: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be lost."""
        return not (self.labels or self.reason or self.note.strip())


EMPTY = Draft()


def read_draft(form: MultiDict[str, str]) -> Draft:
    """Return what was typed; unknown labels and reasons are left out."""
    reason = form.get("reason", "")
    return Draft(
        action=form.get("decision", ""),
        labels=frozenset(Label(name) for name in form.getlist("label") if name in set(Label)),
        reason=ReasonCode(reason) if reason in set(ReasonCode) else None,
        note=typed_text(form.get("note", "")),
        revision=typed_text(form.get("revision", "")),
    )


def decision_of(draft: Draft) -> DecisionInput:
    """Return the decision that a draft makes.

    Raises
    ------
    InvalidInputError
        If it neither approves nor rejects.
    """
    if draft.action not in {DecisionAction.APPROVE, DecisionAction.REJECT}:
        raise InvalidInputError(
            _("Approve or reject?"), fields={"decision": _("expected approve or reject")}
        )
    action = DecisionAction(draft.action)
    return DecisionInput(
        action=action,
        labels=draft.labels,
        # A reason says why a comment goes; an approved one stays.
        reason=draft.reason if action is DecisionAction.REJECT else None,
        note=draft.note,
        revision=draft.revision,
    )

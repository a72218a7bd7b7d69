"""What things are called on the desk: labels, reasons, roles, states and actions in words."""

from __future__ import annotations

from collections.abc import Mapping

from classifiers.labels import Label
from moderation.domain.review import REASON_TITLES, ReasonCode
from moderation.web.desk import locales
from moderation.web.desk.messages import N_
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.phrasebook import translated

_LABELS: Mapping[str, str] = {
    Label.ABUSIVE: N_("abusive"),
    Label.PARTISAN: N_("partisan"),
    Label.INSULT: N_("insult"),
    Label.PROFANITY: N_("profanity"),
    Label.THREAT: N_("threat"),
    Label.IDENTITY_ATTACK: N_("identity attack"),
}

_SOURCES: Mapping[str, str] = {
    "model": N_("model"),
    "report": N_("report"),
    "word_rule": N_("word rule"),
    "repeat": N_("repeat"),
    "audit_sample": N_("audit sample"),
    "scorer_failed": N_("scorer failed"),
}

_ROLES: Mapping[str, str] = {
    "viewer": N_("Viewer"),
    "moderator": N_("Moderator"),
    "senior": N_("Senior"),
    "admin": N_("Admin"),
}

_DELIVERY_STATES: Mapping[str, str] = {
    "pending": N_("pending"),
    "delivered": N_("delivered"),
    "parked": N_("parked"),
}

_ACTIONS: Mapping[str, str] = {
    "publish": N_("publish"),
    "flag": N_("flag"),
    "hold": N_("hold"),
}

_DELIVERIES: Mapping[str, str] = {
    "comment.verdict": N_("Verdict"),
    "comment.decided": N_("Decision"),
    "akismet.comment-check": N_("Decision, to an Akismet client"),
    "comment.appeal_decided": N_("Appeal answered"),
    "comment.decision_undone": N_("Decision taken back"),
    "moderation.test": N_("Test of the callback"),
    "host.flag": N_("Flag, at the host"),
    "host.hide": N_("Hide, at the host"),
    "host.show": N_("Show, at the host"),
    "host.remove": N_("Reject, at the host"),
    "host.read": N_("Read back from the host"),
    "host.check": N_("Test of the host"),
}

_MOVES: Mapping[str, str] = {
    "promote": N_("promote"),
    "roll_back": N_("roll back"),
    "shadow": N_("shadow"),
    "stop_shadow": N_("stop shadow"),
    "discard": N_("discard"),
}


def field_title(name: str) -> str:
    """Return what a form's field is called where an error names it."""
    return translated(name.replace("_", " "))


def label_title(label: Label | str) -> str:
    """Return a label as it is written on the desk."""
    return _known(_LABELS, label)


def source_word(source: str) -> str:
    """Return in a word why an item is in the queue."""
    return _known(_SOURCES, source)


def reason_title(code: str | None) -> str:
    """Return a rejection's reason as it is written on the desk; empty when there is none."""
    return _(REASON_TITLES[ReasonCode(code)]) if code else ""


def role_title(role: str) -> str:
    """Return a role as it is written on the desk."""
    return _known(_ROLES, role)


def state_title(state: str) -> str:
    """Return how far a delivery is, in a word."""
    return _known(_DELIVERY_STATES, state)


def action_word(action: str) -> str:
    """Return what a policy does with a comment, in a word."""
    return _known(_ACTIONS, action)


def move_title(action: str) -> str:
    """Return what was done with a model, in a word."""
    return _known(_MOVES, action)


def delivery_title(event_type: str) -> str:
    """Return how a message to a forum or a task for its host is called."""
    return _(_DELIVERIES[event_type]) if event_type in _DELIVERIES else event_type


def mid_sentence(title: str) -> str:
    """Return a title as it stands inside of a sentence; only English writes it small there."""
    return title.lower() if locales.language() == "en" else title


def _known(titles: Mapping[str, str], name: str) -> str:
    return _(titles[name]) if name in titles else str(name).replace("_", " ")

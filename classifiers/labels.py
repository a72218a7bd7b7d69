"""The labels and their written definitions: one text for models, moderators and the docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Label(StrEnum):
    """What a comment can be. The value is the wire form, used in every format we speak."""

    ABUSIVE = "abusive"
    PARTISAN = "partisan"
    INSULT = "insult"
    PROFANITY = "profanity"
    THREAT = "threat"
    IDENTITY_ATTACK = "identity_attack"


DECIDING_LABELS: tuple[Label, ...] = (Label.ABUSIVE, Label.PARTISAN)
"""The labels that a verdict rests on by default."""

KIND_LABELS: tuple[Label, ...] = (
    Label.INSULT,
    Label.PROFANITY,
    Label.THREAT,
    Label.IDENTITY_ATTACK,
)
"""The kinds of abuse: they explain ``abusive`` and serve compatible APIs."""


@dataclass(frozen=True, slots=True)
class Definition:
    """The meaning of one label, as moderators read it.

    Attributes
    ----------
    title : str
        The label in reader's words.
    meaning : str
        What makes a comment carry the label.
    not_this : str
        What looks like it and is not.
    """

    title: str
    meaning: str
    not_this: str


DEFINITIONS: Mapping[Label, Definition] = MappingProxyType(
    {
        Label.ABUSIVE: Definition(
            "Abusive",
            "Rude, insulting, demeaning, threatening or hateful towards a person or a group, so "
            "that a reasonable reader may leave the discussion.",
            "Profanity that attacks nobody. Quoting abuse to report it.",
        ),
        Label.PARTISAN: Definition(
            "Partisan",
            "Takes a political side in order to score a point: mocks, blames, belittles or cheers "
            "a politician, party, government, nation-as-regime or their supporters, instead of "
            "discussing the matter. It can be civil, funny or ironic. Ask: would the remark "
            "change if the other side had done the same thing? If yes, it is partisan.",
            "Factual reports or questions about politics, neutral quotation, a policy opinion "
            "argued on its merits.",
        ),
        Label.INSULT: Definition(
            "Insult",
            "Demeans or mocks a person or a group for what they are, think or can do.",
            "Blunt criticism of a work, an idea or an act without belittling the person.",
        ),
        Label.PROFANITY: Definition(
            "Profanity",
            "Swear words or obscene words, whether they attack somebody or not.",
            "Clinical words, and place or family names that contain such words.",
        ),
        Label.THREAT: Definition(
            "Threat",
            "Wishes, announces or invites harm to a person or a group, openly or veiled.",
            "Warnings of danger, figures of speech in games, sport and cooking.",
        ),
        Label.IDENTITY_ATTACK: Definition(
            "Identity attack",
            "Attacks people because of who they are: origin, nationality, religion, sex, gender, "
            "orientation, disability or age.",
            "Naming an identity neutrally or with pride; counter-speech.",
        ),
    }
)

"""The line above a quote that names the person quoted, in the languages boards ship with."""

from __future__ import annotations

import re

MAX_LINE_LENGTH = 300
"""Code points. A longer line is prose, not an attribution."""

_VERBS = (
    r"said|says|wrote|writes|replied|schrieb|schreibt|sagte|hat geschrieben|a écrit|a dit|"
    r"escribió|dijo|ha scritto|ha detto|schreef|zei|escreveu|disse|napisał|написал|skrev"
)
# Each pattern is anchored, and its lazy group ends at a fixed word: linear on a capped line.
_NAME_LAST = re.compile(
    r"(?:(?:On|Am|Le|El|Il|Op|Em)\s.{0,120}?\d{4}.{0,40}?|\d+\s.{0,30}?ago|(?:Just now|Yesterday|"
    r"Today|Gestern|Heute).{0,30}?|(?:vor|Vor)\s.{0,30}?)"
    rf"(?:,\s*|\s(?:schrieb|schreibt|sagte)\s+|\s)(?P<name>\S.{{0,100}}?)(?:\s(?:{_VERBS}))?\s*:?$",
    re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    rf"(?P<name>\S.{{0,100}}?)\s(?:{_VERBS})(?:\s(?:am|on|le|el|il|op|em)\s.{{1,100}})?\s*:?$",
    re.IGNORECASE,
)
_POSTED_BY = re.compile(
    r"(?:(?:Originally posted|Quote|Zitat|Citation|Cita|Posted)\s(?:by|from|von|de)|Quote from)"
    r"\s*:?\s*(?P<name>\S.{0,100}?)(?:\son\s.{1,60})?\s*:?$",
    re.IGNORECASE,
)
_BY_WORD = re.compile(rf".{{1,{MAX_LINE_LENGTH}}}\b(?:{_VERBS})\b.{{0,60}}:$", re.IGNORECASE)


def is_attribution(line: str) -> bool:
    """Tell whether a line of plain text may name the author of the quote below it.

    Whether it does depends on what follows: only a quote makes it one.
    """
    line = line.strip()
    return len(line) <= MAX_LINE_LENGTH and _BY_WORD.match(line) is not None


def quoted_person(line: str) -> str | None:
    """Return the name in an attribution such as "On 3 May 2024, Marlow said:".

    Parameters
    ----------
    line : str

    Returns
    -------
    str or None
        The name; the line itself when its form is unknown; None when nothing is left.
    """
    line = " ".join(line[:MAX_LINE_LENGTH].split())
    for pattern in (_POSTED_BY, _NAME_LAST, _NAME_FIRST):
        match = pattern.match(line)
        if match:
            return match["name"].strip(" ,:") or None
    return line.strip(" ,:") or None

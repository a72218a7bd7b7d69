"""The line above a quote that names the person quoted, in the languages boards ship with."""

from __future__ import annotations

import re

MAX_LINE_LENGTH = 300
"""Code points. A longer line is prose, not an attribution."""

_VERBS = (
    r"said|says|wrote|writes|replied|schrieb|schreibt|sagte|hat geschrieben|a écrit|a dit|"
    r"escribió|dijo|ha scritto|ha detto|schreef|zei|escreveu|disse|napisał|написал|skrev"
)
# All patterns meet lines that are capped first, so their backtracking is bounded.
_STARTS_WITH_TIME = re.compile(
    r"(?:On|Am|Le|El|Il|Op|Em|Just|Yesterday|Today|Gestern|Heute|Gerade|Vor|A few|\d+)\s",
    re.IGNORECASE,
)
_TIME = re.compile(
    r".*(?:\d[:.h]\d\d(?:\s?[AP]\.?M\.?|\sUhr)?|\b\d{4}|\bago|\bnow|yesterday|today),?\s+(?=\S)",
    re.IGNORECASE,
)
_TIME_VERB_NAME = re.compile(r".*?\s(?:schrieb|schreibt|sagte)\s+(?P<name>\S.*)$", re.IGNORECASE)
_NAME_VERB_TIME = re.compile(
    rf"(?P<name>\S.*?)\s(?:{_VERBS})\s(?:am|on|le|el|il|op|em)\s.+$", re.IGNORECASE
)
_LAST_VERB = re.compile(rf"\s(?:{_VERBS})$", re.IGNORECASE)
_MAIL_ADDRESS = re.compile(r"\s*<[^<>]*>$")
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
    line = " ".join(line[:MAX_LINE_LENGTH].split()).strip(" ,:\u00ab\u00bb")
    match = _POSTED_BY.match(line)
    if match is None and _STARTS_WITH_TIME.match(line):
        match = _TIME_VERB_NAME.match(line)
    match = match or _NAME_VERB_TIME.match(line)
    name = match["name"] if match else _LAST_VERB.sub("", line)
    if match is None and _STARTS_WITH_TIME.match(name):
        name = _TIME.sub("", name, count=1)
    return _MAIL_ADDRESS.sub("", name).strip(" ,:") or None

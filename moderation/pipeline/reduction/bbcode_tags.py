"""Finds BBCode tags and pairs them, in linear time and without nesting limits."""

from __future__ import annotations

import re
from typing import NamedTuple

# The quoted value is capped: only there may one scan pass over the start of another tag.
_TAG = re.compile(
    r"""\[(?P<slash>/?)(?P<name>[a-zA-Z*][a-zA-Z0-9_-]{0,20}+)"""
    r"""(?P<value>(?:=(?:"[^"\n]{0,400}+"|'[^'\n]{0,400}+')?+|\s)[^\[\]\n]*+)?+\]"""
)
# Content is shown as it stands: tags inside are text.
LITERAL = frozenset({"code", "icode", "noparse", "plain", "php", "html", "pre"})
_PERSON_FIELD = re.compile(
    r"""(?:^|[\s,])(?:name|author|username|user)\s?=\s?(?:"([^"]+)"|'([^']+)'|([^"',\]]+?)(?=\s+\w+=|,|$))""",
    re.IGNORECASE,
)
_MAX_VALUE_LENGTH = 400
_QUOTED = re.compile(r"""["']([^"']*)["']""")
_EXTRA = re.compile(
    r"(?:,\s*(?:post|member|topic|full|user|username)\s*:|;\s*[n\d]|"
    r"\s(?:post_id|time|user_id|pid|dateline|msg_id|link|date|timestamp|cid)=).*$",
    re.IGNORECASE | re.DOTALL,
)


class Tag(NamedTuple):
    """One tag of a pair."""

    name: str
    value: str
    is_closing: bool
    start: int
    end: int
    partner: int
    """Start of the other tag of the pair."""


def paired_tags(source: str, names: frozenset[str], singles: frozenset[str]) -> list[Tag]:
    """Return the tags that count as markup, ordered by start.

    Tags of each name are paired on their own, so ``[b][quote][/b][/quote]`` still holds a quote.
    A tag without its partner is no markup: forums show it as text, and an unclosed quote must
    not hide what follows.

    Parameters
    ----------
    source : str
    names : frozenset[str]
        Lower-case names that come in pairs.
    singles : frozenset[str]
        Lower-case names that stand alone.
    """
    tags = [_tag(match) for match in _TAG.finditer(source)]
    last_closing = {tag.name: tag.start for tag in tags if tag.is_closing}
    found: list[Tag] = []
    waiting: dict[str, list[Tag]] = {}
    literal: str | None = None
    for tag in tags:
        if literal and not (tag.is_closing and tag.name == literal):
            continue
        if tag.name in singles and not tag.is_closing:
            found.append(tag)
        elif tag.name in names and not tag.is_closing:
            waiting.setdefault(tag.name, []).append(tag)
            if tag.name in LITERAL and last_closing.get(tag.name, -1) > tag.start:
                literal = tag.name
        elif tag.is_closing and waiting.get(tag.name):
            literal = None
            opener = waiting[tag.name].pop()
            found.append(opener._replace(partner=tag.start))
            found.append(tag._replace(partner=opener.start))
    return sorted(found, key=lambda tag: tag.start)


def _tag(match: re.Match[str]) -> Tag:
    is_closing = bool(match["slash"])
    return Tag(
        match["name"].lower(), match["value"] or "", is_closing, match.start(), match.end(), -1
    )


def person_of(value: str) -> str | None:
    """Return the person that a quote tag's value names.

    Parameters
    ----------
    value : str
        What stands between the tag's name and ``]``, in any of the forms that phpBB, XenForo,
        vBulletin, Simple Machines, MyBB and Discourse write.
    """
    value = value[:_MAX_VALUE_LENGTH].strip()
    field = _PERSON_FIELD.search(value)
    if field and not value.startswith("="):
        return (field[1] or field[2] or field[3]).strip() or None
    if not value.startswith("="):
        return None
    value = value[1:].strip()
    quoted = _QUOTED.match(value)
    person = _EXTRA.sub("", quoted[1] if quoted else value)
    return person.strip(" \"',") or None


def address_of(value: str) -> str | None:
    """Return the address that a tag's value holds."""
    return value.strip().removeprefix("=").strip(" \"'") or None

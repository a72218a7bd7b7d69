"""Finds HTML tags one at a time, in time linear in the source however broken it is."""

from __future__ import annotations

import re
from typing import NamedTuple

from moderation.pipeline.reduction.entities import decode_references

# Possessive throughout: a tag that does not close fails after one scan, without backtracking.
# Quotes count only after "=", as browsers have it (HTML standard, 13.2.5.32 to 13.2.5.37).
_TAG = re.compile(
    r"""<(?P<slash>/?)(?P<name>[a-zA-Z][^\s/>]*+)"""
    r"""(?P<attributes>(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)>"""
)
_TAG_IGNORING_QUOTES = re.compile(
    r"<(?P<slash>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<attributes>[^>]*+)>"
)
_TAG_START = re.compile(r"</?[a-zA-Z]")
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?+""")


class Tag(NamedTuple):
    """A start tag or an end tag, and where it stands in the source."""

    name: str
    is_closing: bool
    start: int
    end: int
    attribute_source: str

    def attributes(self) -> dict[str, str]:
        """Return the attributes by lower-case name; the first of a repeated name counts."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.attribute_source):
            value = match[2] or match[3] or match[4] or ""
            found.setdefault(match[1].lower(), decode_references(value))
        return found


class TagScanner:
    """Reads tags of one source; remembers what it looked for in vain.

    An unclosed quote or tag makes a scan run to the end. What such a scan has shown is true for
    every later start as well, so each kind of vain scan happens once.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._quotes_ignored_until = 0
        self._no_end_until = 0
        self._missing: set[str] = set()

    def tag(self, position: int, end: int) -> Tag | None:
        """Return the tag that starts at ``position`` and closes before ``end``, if any."""
        if not _TAG_START.match(self._source, position, end):
            return None
        match = None
        if position >= self._quotes_ignored_until:
            match = _TAG.match(self._source, position, end)
            if match is None:
                self._quotes_ignored_until = end
        if match is None and position >= self._no_end_until:
            match = _TAG_IGNORING_QUOTES.match(self._source, position, end)
            if match is None:
                self._no_end_until = end
        if match is None:
            return None
        attributes = match["attributes"]
        return Tag(match["name"].lower(), bool(match["slash"]), position, match.end(), attributes)

    def after(self, mark: str, position: int, end: int) -> int | None:
        """Return the offset after the next ``mark``, or None; a vain search happens once."""
        if mark in self._missing:
            return None
        found = self._source.find(mark, position, end)
        if found < 0:
            if end == len(self._source):
                self._missing.add(mark)
            return None
        return found + len(mark)

    def after_closing(self, name: str, position: int) -> int | None:
        """Return the offset after the next end tag of ``name``, in any case, or None."""
        if name in self._missing:
            return None
        match = re.compile(rf"</{name}(?=[\s/>])[^>]*+>", re.IGNORECASE).search(
            self._source, position
        )
        if match is None:
            self._missing.add(name)
            return None
        return match.end()

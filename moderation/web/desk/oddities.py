"""What eyes miss in a text: hidden characters, letters that pass for others, where links lead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from classifiers.lookalikes import CONFUSABLE
from moderation.web.desk.messages import gettext as _


class OddityKind(StrEnum):
    """What is odd about a run of characters."""

    HIDDEN = "hidden"
    LOOKALIKE = "lookalike"
    LINK = "link"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Oddity:
    """A run of characters that is shown as more than itself.

    Attributes
    ----------
    start, end : int
        Code-point range of the text.
    note : str
        What it is, in words; empty for a link, whose host alone is marked.
    """

    kind: OddityKind
    start: int
    end: int
    note: str = ""


_LINK = re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):(?!\d{1,5}(?:/|$))")
_IGNORED = re.compile(r"[\t\n\r]")
_CONTROLS = "".join(map(chr, range(0x21)))
_WORD = re.compile(r"[^\W\d_]{2,}")
_LATIN = re.compile(r"[A-Za-z]")
_JOINERS = "\u200c\u200d"
"""They join letters of Indic and Arabic scripts and parts of emoji, where they belong."""

_MOST = 300
"""A text made of nothing else would grow a hundredfold; what follows stays as it is."""


def oddities(text: str) -> tuple[Oddity, ...]:
    """Return what is odd about a text, in order; links come before the host inside of them."""
    found = [*_hidden(text), *_lookalikes(text), *_links(text)]
    return tuple(sorted(found, key=lambda odd: (odd.start, -odd.end)))[:_MOST]


def true_host(address: str) -> str:
    """Return where an address leads: its host as the network spells it; empty when it has none.

    What stands before an ``@`` is a user name and leads nowhere; a backslash is a slash to a
    browser (URL standard, 4.4). Letters beyond ASCII are shown in the form in which they are
    registered (RFC 5891), beside which no look-alike passes.
    """
    address = address.replace("\\", "/")
    try:
        host = urlsplit(address if "://" in address else f"http://{address}").hostname or ""
        return host.encode("idna").decode("ascii")
    except (UnicodeError, ValueError):
        return ""


def destination(address: str) -> str:
    """Return where the address behind a link or a picture leads, as far as it leaves the forum.

    Returns
    -------
    str
        A host; the scheme with its colon for an address that is no page, such as
        ``javascript:``; empty for the forum's own pages.
    """
    address = _IGNORED.sub("", address).strip(_CONTROLS).replace("\\", "/")
    if address.startswith("//"):
        return true_host(f"http:{address}")
    scheme = _SCHEME.match(address)
    if scheme is not None and scheme[1].lower() in {"http", "https"}:
        rest = address[scheme.end() :].lstrip("/")
        return true_host(f"http://{rest}")
    if scheme is not None:
        return f"{scheme[1].lower()}:"
    return true_host(address) if address.lower().startswith("www.") else ""


def _hidden(text: str) -> Iterator[Oddity]:
    if text.isprintable():
        return
    for place, character in enumerate(text):
        if _is_hidden(text, place, character):
            name = unicodedata.name(character, "control character").lower()
            yield Oddity(OddityKind.HIDDEN, place, place + 1, f"U+{ord(character):04X} {name}")


def _is_hidden(text: str, place: int, character: str) -> bool:
    if character in _JOINERS:
        return place == 0 or text[place - 1].isascii()
    category = unicodedata.category(character)
    if category in {"Cf", "Co", "Cn"}:
        return True
    return category == "Cc" and character not in "\n\t\r"


def _lookalikes(text: str) -> Iterator[Oddity]:
    if text.isascii():
        return
    for word in _WORD.finditer(text):
        letters = word.group()
        if letters.isascii() or not _LATIN.search(letters):
            continue
        for offset, letter in enumerate(letters):
            latin = CONFUSABLE.get(ord(letter.lower()[0]))
            if latin is not None:
                place = word.start() + offset
                name = unicodedata.name(letter, "letter").lower()
                note = _("%(letter)s, passes for “%(latin)s”", letter=name, latin=chr(latin))
                yield Oddity(OddityKind.LOOKALIKE, place, place + 1, note)


def _links(text: str) -> Iterator[Oddity]:
    for link in _LINK.finditer(text):
        address = link.group().rstrip(".,;:!?)]}'”»")
        host = true_host(address)
        if not host:
            continue
        yield Oddity(OddityKind.LINK, link.start(), link.start() + len(address))
        at = address.lower().find(host)
        if at < 0:
            end = link.start() + len(address)
            yield Oddity(OddityKind.HOST, end - 1, end, _("leads to %(host)s", host=host))
        else:
            yield Oddity(OddityKind.HOST, link.start() + at, link.start() + at + len(host))

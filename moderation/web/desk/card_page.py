"""A bundle's card as HTML: Markdown without raw HTML, without links, with its own pictures only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

_REFUSED = ("html_block", "html_inline", "link", "autolink", "reference", "entity")
"""A card comes from a file: what could carry markup or lead away stays text."""


@dataclass(frozen=True, slots=True)
class CardPage:
    """A card as the desk shows it.

    Attributes
    ----------
    body : Markup
    sections : tuple[tuple[str, str], ...]
        Anchor and title of each section, in order.
    """

    body: Markup
    sections: tuple[tuple[str, str], ...]


def card_page(text: str, pictures: Collection[str], address: Callable[[str], str]) -> CardPage:
    """Render a card.

    Parameters
    ----------
    text : str
        Markdown. Its headings go down one level: the page has its own title.
    pictures : collection of str
        Names of the bundle's pictures; a card can show no others.
    address : callable
        From such a name to its address on this server.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable(list(_REFUSED))
    for name in ("image", "table_open", "table_close", "th_open"):
        markdown.add_render_rule(name, _RULES[name])
    tokens = markdown.parse(text)
    sections: list[tuple[str, str]] = []
    title = ""
    for index, token in enumerate(tokens):
        if token.type in {"heading_open", "heading_close"}:
            level = min(6, int(token.tag[1:]) + 1)
            if token.type == "heading_open":
                title = tokens[index + 1].content
                if level == 3:  # noqa: PLR2004 - a section of the card
                    anchor = f"card-{len(sections) + 1}"
                    token.attrSet("id", anchor)
                    sections.append((anchor, title))
            token.tag = f"h{level}"
        elif token.type == "table_open":
            token.meta["title"] = title
    surroundings = {"pictures": frozenset(pictures), "address": address}
    body = markdown.renderer.render(tokens, markdown.options, surroundings)
    return CardPage(Markup(body), tuple(sections))  # noqa: S704 - made of escaped text only


def _image(_: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    token = tokens[index]
    name, shown = str(token.attrGet("src") or ""), token.content
    if name not in env["pictures"]:
        return str(escape(shown))
    source = escape(env["address"](name))
    return f'<a class="picture" href="{source}"><img src="{source}" alt="{escape(shown)}"></a>'


def _table_open(_: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    title = escape(tokens[index].meta.get("title") or "Card")
    label = f"Table of {title}, scrolls sideways"
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{label}"><table>\n'


def _table_close(*_: Any) -> str:
    return "</table></div>\n"


def _th_open(*_: Any) -> str:
    return '<th scope="col">'


_RULES: dict[str, Callable[..., str]] = {
    "image": _image,
    "table_open": _table_open,
    "table_close": _table_close,
    "th_open": _th_open,
}

"""Reads a topic page as a browser saves it, in the markup of versions 4 and 5."""

from __future__ import annotations

import json

from selectolax.lexbor import LexborHTMLParser, LexborNode

from moderation.domain.text_format import TextFormat
from moderation.hosts.invision_thread.page import ThreadPage, ThreadPost

_CONTENT = '[data-role="commentContent"]'
_FRAME = 'article[id^="elComment_"], [data-commentid], .ipsEntry, .ipsComment'
_NOT_THE_AUTHORS = (
    '[data-excludequote], [data-role="memberSignature"], .ipsComment_edited, '
    ".ipsEntry__edited, .ipsSignature, script, style"
)
_AUTHOR = (
    ".ipsComment_author h3",
    ".cAuthorPane_author",
    ".ipsEntry__username",
    ".ipsEntry__author",
    ".ipsComment_meta .ipsType_break",
    '.ipsComment_author a[href*="/profile/"]',
    'a[href*="/profile/"]',
)
_TITLE = (
    '[data-role="topicTitle"]',
    "h1.ipsType_pageTitle .ipsType_break",
    "h1.ipsType_pageTitle",
    ".ipsPageHeader__title",
    ".ipsPageHeader h1",
    "h1",
)
_MOST_ANCESTORS = 40
_MOST_POSTS = 500
"""Several times as many as a page of a topic can hold."""


def read_saved(content: str) -> ThreadPage:
    """Find the posts in a saved page; none when no element holds one."""
    # A lone surrogate cannot be encoded for the parser, and no page holds one.
    safe = content.encode("utf-8", "replace").decode("utf-8")
    tree = LexborHTMLParser(safe)
    inner = {node.mem_id for node in tree.css(f"{_CONTENT} {_CONTENT}")}
    contents = [node for node in tree.css(_CONTENT) if node.mem_id not in inner][:_MOST_POSTS]
    frames = frozenset(node.mem_id for node in tree.css(_FRAME))
    posts = [post for node in contents if (post := _post(node, frames)) is not None]
    return ThreadPage(_title(tree), tuple(posts))


def _post(content: LexborNode, frames: frozenset[int]) -> ThreadPost | None:
    article = _article(content, frames)
    quote_data = _quote_data(article)
    author = _author(article, content) or quote_data.get("username") or None
    posted_at = _posted_at(article, content)
    for node in content.css(_NOT_THE_AUTHORS):
        node.decompose()
    body = (content.inner_html or "").strip()
    return ThreadPost(author, posted_at, body, TextFormat.HTML) if body else None


def _article(content: LexborNode, frames: frozenset[int]) -> LexborNode:
    """Return the element around a post: the nearest that also holds its author."""
    node, best = content.parent, content
    for _ in range(_MOST_ANCESTORS):
        if node is None or node.tag in {"body", "html"}:
            break
        if node.tag == "article" or node.mem_id in frames:
            best = node
            if node.tag == "article":
                break
        node = node.parent
    return best


def _author(article: LexborNode, content: LexborNode) -> str | None:
    inside = {node.mem_id for node in content.css("a, h3, span, div")}
    for selector in _AUTHOR:
        for node in article.css(selector):
            name = " ".join(node.text(deep=True).split())
            if name and node.mem_id not in inside:
                return name
    return None


def _posted_at(article: LexborNode, content: LexborNode) -> str | None:
    inside = {node.mem_id for node in content.css("time")}
    for node in article.css("time[datetime]"):
        when = node.attributes.get("datetime")
        if when and node.mem_id not in inside:
            return when
    return None


def _quote_data(article: LexborNode) -> dict[str, str]:
    """Return what the page tells its own quote button: the name is there for guests too."""
    for node in (article, *article.css("[data-quotedata]")):
        try:
            data = json.loads(node.attributes.get("data-quotedata") or "null")
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if isinstance(value, str)}
    return {}


def _title(tree: LexborHTMLParser) -> str | None:
    for selector in _TITLE:
        node = tree.css_first(selector)
        title = " ".join(node.text(deep=True).split()) if node is not None else ""
        if title:
            return title
    return None

"""A comment's tree holds the words of its reduction, and nothing but them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.pipeline.reduction import TextFormat, outline_of, reduce
from moderation.pipeline.reduction.layout import Block, Stretch, lay_out, plain_outline
from moderation.pipeline.reduction.outline import Shape

_MARKS = [
    "<p>", "</p>", "<br>", "<b>", "</b>", "<i>", "</i>", "<ul>", "<ol>", "<li>", "</ul>", "<table>",
    "<tr>", "<td>", "</table>", "<pre>", "</pre>", "<blockquote>", "</blockquote>", "<cite>",
    "</cite>", '<a href="//x.y">', "</a>", "<img src=x>", "<h2>", "</h2>", "<details>", "<summary>",
    "</details>", "[b]", "[/b]", "[quote=a]", "[/quote]", "[list]", "[*]", "[/list]", "[spoiler=t]",
    "[/spoiler]", "[code]", "[/code]", "[url=x]", "[/url]", "[img]", "[/img]", "**", "*", "_", "`",
    "~~", "[a](b)", "![a](b)", "\n", "\n\n", "\n- ", "\n  - ", "\n# ", "\n> ", "\n>> ", "\n```\n",
    "\n---\n", "\n===\n", " ", "  ", "word", "é", "\u200b", "&amp;", "&#10;", "a said:\n",
]  # fmt: skip
_sources = st.lists(st.sampled_from(_MARKS), max_size=40).map("".join)
_formats = st.sampled_from(list(TextFormat))


def tree(source: str, text_format: TextFormat) -> tuple[Block, ...]:
    return lay_out(outline_of(source, text_format))


def own_words(blocks: Iterable[Block]) -> Iterator[Stretch]:
    for block in blocks:
        if block.shape is not Shape.QUOTE:
            yield from block.stretches
            yield from own_words(block.children)


def drawn(blocks: Iterable[Block], text: str) -> list[object]:
    """Return a tree that is easy to compare: shapes, and words with their styles."""
    found: list[object] = []
    for block in blocks:
        inside = block.text if block.shape is Shape.QUOTE else text
        words = [
            f"({one.placed} {one.address})"
            if one.placed
            else " ".join([*one.styles, repr(inside[one.start : one.end])])
            for one in block.stretches
        ]
        if block.shape is None:
            found.append(" + ".join(words))
        else:
            name = f"{block.shape} {block.detail}".strip()
            found.append((name, drawn(block.children, inside)))
    return found


@given(source=_sources, text_format=_formats)
@settings(max_examples=400, deadline=None)
def test_the_tree_holds_the_reduced_text(source: str, text_format: TextFormat) -> None:
    outline = outline_of(source, text_format)
    reduced = reduce(source, text_format)
    assert outline.text == reduced.text

    at = 0
    for stretch in own_words(lay_out(outline)):
        assert at <= stretch.start <= stretch.end
        assert not outline.text[at : stretch.start].strip()
        at = stretch.end
    assert not outline.text[at:].strip()


@given(source=_sources, text_format=_formats)
@settings(max_examples=200, deadline=None)
def test_every_quote_stands_somewhere(source: str, text_format: TextFormat) -> None:
    def quoted(blocks: Iterable[Block]) -> Iterator[str]:
        for block in blocks:
            if block.shape is Shape.QUOTE:
                yield block.text
            yield from quoted(block.children)

    wanted = sorted(quote.text for quote in reduce(source, text_format).quotes)
    assert sorted(text for text in quoted(tree(source, text_format)) if text) == wanted


@pytest.mark.parametrize(
    ("text_format", "source", "expected"),
    [
        (
            TextFormat.HTML,
            "<p>a <b>b <i>c</b> d</i></p><p>x<br>y<br><br>z</p>",
            ["'a' + ' ' + strong 'b' + strong ' ' + strong emphasis 'c' + emphasis ' d'",
             "'x\\ny'", "'z'"],
        ),
        (
            TextFormat.HTML,
            "<ol><li>1<li>2<ul><li>2a</ul><li>3</ol>",
            [("list ordered", [("item", ["'1'"]),
                               ("item", ["'2'", ("list", [("item", ["'2a'"])])]),
                               ("item", ["'3'"])])],
        ),
        (
            TextFormat.HTML,
            "<table><tr><th>A</th><th></th></tr><tr><td>1<td>2</table>",
            [("table", [("row", [("cell", ["'A'"]), ("cell", [])]),
                        ("row", [("cell", ["'1'"]), ("cell", ["'2'"])])])],
        ),
        (
            TextFormat.HTML,
            "<pre>a\n  b</pre><blockquote data-author=bob>his</blockquote>mine"
            "<details><summary>S</summary>in</details>",
            [("code_block", ["'a\\n  b'"]), ("quote bob", ["'his'"]), "'mine'",
             ("spoiler", [("title", ["'S'"]), "'in'"])],
        ),
        (
            TextFormat.HTML,
            '<a class="mention" href="/u/b">@b</a> <a href="//e.x">t</a> <img src="p.png">',
            ["mention '@b' + ' ' + link 't' + (link //e.x) + (picture p.png)"],
        ),
        (
            TextFormat.MARKDOWN,
            "# Head\n**bold *both*** `c` ~~no~~\n\n- one\n  - in\n- two\n\nafter\n\n"
            "> q **b**\n\nm\n"
            "```py\n x\n```\nSet\n---\n![alt](p.png)",
            [("heading 1", ["'Head'"]),
             "strong 'bold ' + strong emphasis 'both' + ' ' + code 'c' + ' ' + struck 'no'",
             ("list", [("item", ["'one'", ("list", [("item", ["'in'"])])]), ("item", ["'two'"])]),
             "'after'", ("quote", ["'q ' + strong 'b'"]), "'m'", ("code_block", ["' x'"]),
             ("heading 2", ["'Set'"]), "(picture p.png)"],
        ),
        (
            TextFormat.BBCODE,
            "[b]a[i]b[/b]c[/i][list=1][*]x[*]y[/list][quote=\"Bob\"]h[quote]i[/quote][/quote]m"
            "[spoiler=W]s[/spoiler][url=http://e.x]t[/url]",
            ["strong 'a' + strong emphasis 'b' + emphasis 'c'",
             ("list ordered", [("item", ["'x'"]), ("item", ["'y'"])]),
             ("quote Bob", ["'h'", ("quote", ["'i'"])]), "'m'",
             ("spoiler", [("title", ["'W'"]), "'s'"]), "link 't' + (link http://e.x)"],
        ),
        (
            TextFormat.PLAIN,
            "Bob wrote:\n> his\n\nmine\nstill\n\nend",
            [("quote Bob", ["'his'"]), "'mine\\nstill'", "'end'"],
        ),
    ],
)  # fmt: skip
def test_a_comment_looks_as_its_readers_saw_it(
    text_format: TextFormat, source: str, expected: list[object]
) -> None:
    outline = outline_of(source, text_format)
    assert drawn(lay_out(outline), outline.text) == expected


def test_a_text_of_another_reduction_keeps_its_quotes_and_links() -> None:
    outline = plain_outline("mine", [("his", "bob")], ["https://e.x"])
    assert drawn(lay_out(outline), "mine") == [
        ("quote bob", ["'his'"]),
        "'mine' + (embed https://e.x)",
    ]


@pytest.mark.parametrize(
    ("text_format", "piece"),
    [
        (TextFormat.HTML, "<b>"),
        (TextFormat.HTML, "<b>x</b>\n"),
        (TextFormat.HTML, "<ul><li>"),
        (TextFormat.HTML, "<blockquote>x"),
        (TextFormat.HTML, "<a href=x>y"),
        (TextFormat.HTML, "<p>a</p>"),
        (TextFormat.MARKDOWN, "*a "),
        (TextFormat.MARKDOWN, "- a\n"),
        (TextFormat.MARKDOWN, "[a](b)"),
        (TextFormat.BBCODE, "[b]x[/b]"),
        (TextFormat.BBCODE, "[*]"),
        (TextFormat.PLAIN, "a\n\n"),
        (TextFormat.PLAIN, " "),
    ],
)
def test_junk_takes_linear_time(text_format: TextFormat, piece: str) -> None:
    def cost(length: int) -> float:
        source = piece * (length // len(piece))
        started = time.process_time()
        tree(source, text_format)
        return time.process_time() - started

    cost(1_000)
    # Ten times as much takes ten times as long; a square would take a hundred times.
    assert cost(100_000) < 40 * cost(10_000) + 0.1

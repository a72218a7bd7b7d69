from __future__ import annotations

import re

import pytest

from moderation.pipeline.reduction import Quote, TextFormat, reduce


def own(source: str, text_format: TextFormat) -> str:
    return reduce(source, text_format).text


def quoted(source: str, text_format: TextFormat) -> list[tuple[str, str | None]]:
    return [(quote.text, quote.attribution) for quote in reduce(source, text_format).quotes]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>\n\tYou fool.\n</p>\n", "You fool."),
        ("<p>one</p><p>two<br>three</p>", "one\ntwo\nthree"),
        ("a &amp; b &lt;c&gt; &#x41;&#66; caf&eacute;", "a & b <c> AB café"),
        ("&#xD800; &#1114112; &#" + "9" * 9000 + ";", "\ufffd \ufffd \ufffd"),
        ("fish &ampere; &unknown; &", "fish &ere; &unknown; &"),
        ("x<script>var a = '<p>';</script>y<style>p{}</style>z<!-- no -->!", "xyz!"),
        ("<p>&nbsp;</p><p>only&nbsp;this</p>", "only this"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ('<a href="/u/bob" class="mention">@bob</a> hi', "@bob hi"),
        ('so <img class="emoji" alt=":smile:" src="s.png"> it is', "so :smile: it is"),
        ('look <img src="cat.png" alt="image.png"> here', "look here"),
        ('<iframe src="https://video.example/1">fallback</iframe>after', "after"),
        ("I <3 you </3 and a <b", "I <3 you </3 and a <b"),
        ("unclosed <!-- comment stays", "unclosed <!-- comment stays"),
        ('<span title="a>b">word</span>', "word"),
        ('<p title="never closed>word</p>', "word"),
        (
            '<div class="ipsSpoiler"><div class="ipsSpoiler_header">Spoiler</div>'
            '<div class="ipsSpoiler_contents">butler</div></div>',
            "butler",
        ),
    ],
)
def test_html_keeps_what_a_reader_sees(source: str, expected: str) -> None:
    assert own(source, TextFormat.HTML) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            '<blockquote class="ipsQuote" data-ipsquote="" data-ipsquote-username="Marlow">'
            '<div class="ipsQuote_citation">On 1/2/2024 at 3:45 PM, Marlow said:</div>'
            '<div class="ipsQuote_contents"><p>their words</p></div></blockquote><p>mine</p>',
            [("their words", "Marlow")],
        ),
        (
            '<aside class="quote" data-username="bob" data-post="1"><div class="title">'
            '<div class="quote-controls"></div><img class="avatar" src="a.png"> bob:</div>'
            "<blockquote><p>their words</p></blockquote></aside><p>mine</p>",
            [("their words", "bob")],
        ),
        (
            '<div class="bbcode_container"><div class="bbcode_quote">'
            '<div class="quote_container"><div class="bbcode_postedby">Originally Posted by '
            '<strong>Eve</strong></div><div class="message">their words</div></div></div></div>'
            "mine",
            [("their words", "Eve")],
        ),
        (
            '<blockquote class="bbCodeBlock bbCodeBlock--quote" data-quote="Eve">'
            '<div class="bbCodeBlock-title">Eve said:</div>'
            '<div class="bbCodeBlock-content">their words</div></blockquote>mine',
            [("their words", "Eve")],
        ),
        (
            '<div class="quotetitle">Eve wrote:</div>'
            '<div class="quotecontent">their words</div>mine',
            [("their words", "Eve")],
        ),
        (
            "<blockquote><div><cite>Ann wrote:</cite>outer<blockquote><div><cite>Bob wrote:"
            "</cite>inner</div></blockquote></div></blockquote>mine",
            [("outer", "Ann"), ("inner", "Bob")],
        ),
        ("<div><blockquote>unclosed</div>mine", [("unclosed", None)]),
    ],
)
def test_html_sets_quotes_apart(source: str, expected: list[tuple[str, str | None]]) -> None:
    assert own(source, TextFormat.HTML) == "mine"
    assert quoted(source, TextFormat.HTML) == expected


def test_html_quote_names_its_place_in_the_source() -> None:
    source = "a <blockquote>their</blockquote> b"
    assert reduce(source, TextFormat.HTML).quotes == (Quote("their", None, 2, 32),)
    assert own(source, TextFormat.HTML) == "a\nb"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# Title #\ntext", "Title\ntext"),
        ("Title\n=====\ntext", "Title\ntext"),
        ("**bold** _it_ ***both*** ~~gone~~", "bold it both gone"),
        ("snake_case_name 2 * 3 f**k *", "snake_case_name 2 * 3 f**k *"),
        ("[text](https://a.example 'title') ![pic](b.png)!", "text !"),
        ("[text][1] and [other]\n\n[1]: https://a.example", "text and [other]\n\n"),
        ("- one\n- two\n---\n* three", "one\ntwo\nthree"),
        ("`a *b*` and ``c ` d``", "a *b* and c ` d"),
        ("```py\nx = *y*\n> not a quote\n```\nend", "x = *y*\n> not a quote\nend"),
        (
            "\\*not bold\\* &amp; <b>bold</b> <https://a.example>",
            "*not bold* & bold https://a.example",
        ),
        ("| a | b |\n|---|---|\n| c | d |", "| a | b |\n| c | d |"),
        ("[b]bold[/b] [i]unclosed", "bold [i]unclosed"),
        ("[details=Summary]inside[/details]", "Summary\ninside"),
        ("x <!-- over\ntwo lines --> y", "x  y"),
    ],
)
def test_markdown_marks_go_and_words_stay(source: str, expected: str) -> None:
    assert own(source, TextFormat.MARKDOWN) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("> their *words*\n> more\n\nmine", [("their words\nmore", None)]),
        ("> their words\nmine", [("their words", None)]),
        ("> outer\n>> inner\n\nmine", [("outer", None), ("inner", None)]),
        ("- > their words\n\nmine", [("their words", None)]),
        (
            '[quote="bob, post:1, topic:2"]\ntheir **words**\n[/quote]\nmine',
            [("their words", "bob")],
        ),
        ("<blockquote>their words</blockquote>\n\nmine", [("their words", None)]),
        ("> ```\n> their words\nmine", [("their words", None)]),
    ],
)
def test_markdown_sets_quotes_apart(source: str, expected: list[tuple[str, str | None]]) -> None:
    assert own(source, TextFormat.MARKDOWN) == "mine"
    assert quoted(source, TextFormat.MARKDOWN) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[b]bold[/b] [color=#f00]red[/color]", "bold red"),
        ("[url=https://a.example]text[/url]", "text"),
        ("[url]https://a.example[/url]", "https://a.example"),
        ("see [img]https://a.example/b.png[/img]this", "see this"),
        ("[unknown]x[/unknown] [1] arr[i]", "[unknown]x[/unknown] [1] arr[i]"),
        ("[b]unclosed [quote] hides nothing", "[b]unclosed [quote] hides nothing"),
        ("[code][b]x[/b][/code]", "[b]x[/b]"),
        ("[list][*]one[*]two[/list]", "one\ntwo"),
        ("[spoiler=Who did it]butler[/spoiler]", "Who did it\nbutler"),
    ],
)
def test_bbcode_tags_go_and_words_stay(source: str, expected: str) -> None:
    assert own(source, TextFormat.BBCODE) == expected


@pytest.mark.parametrize(
    ("tag", "person"),
    [
        ("quote", None),
        ("quote=Ann", "Ann"),
        ('QUOTE="Ann Lee"', "Ann Lee"),
        ('quote="Ann Lee, post: 12, member: 3"', "Ann Lee"),
        ('quote="bob, post:1, topic:2, full:true"', "bob"),
        ("quote=Ann;123", "Ann"),
        ("quote=Ann Lee post_id=1 time=2 user_id=3", "Ann Lee"),
        ("quote author=Ann Lee link=topic=1.msg2#msg2 date=3", "Ann Lee"),
        ("quote=\"Ann\" pid='1' dateline='2'", "Ann"),
        ('quote name="Ann" post="1"', "Ann"),
    ],
)
def test_bbcode_quote_names_its_person(tag: str, person: str | None) -> None:
    source = f"[{tag}]their words[/quote]\n\nmine"
    assert own(source, TextFormat.BBCODE) == "mine"
    assert quoted(source, TextFormat.BBCODE) == [("their words", person)]


def test_bbcode_quotes_nest() -> None:
    source = "before [quote=a]outer [quote=b]inner[/quote] more[/quote] after"
    assert own(source, TextFormat.BBCODE) == "before \nafter"
    assert quoted(source, TextFormat.BBCODE) == [("outer \nmore", "a"), ("inner", "b")]


@pytest.mark.parametrize(
    ("source", "text", "quotes"),
    [
        ("> their words\nmine", "mine", [("their words", None)]),
        (
            "Hi\n\nOn 3 May 2024 at 10:00, Marlow wrote:\n\n> one\n>> two\n\nmine",
            "Hi\n\nmine",
            [("one", "Marlow"), ("two", None)],
        ),
        ("Marlow said:\nnothing is quoted", "Marlow said:\nnothing is quoted", []),
        (">:( I hate mondays\n>50% of them", ">:( I hate mondays\n>50% of them", []),
        ("a > b\nc", "a > b\nc", []),
    ],
)
def test_plain_text_quotes(source: str, text: str, quotes: list[tuple[str, str | None]]) -> None:
    assert own(source, TextFormat.PLAIN) == text
    assert quoted(source, TextFormat.PLAIN) == quotes


def test_links_are_recorded_once_and_in_order() -> None:
    source = (
        '<a href="https://a.example/?x=1&amp;y=2">a</a><img src="https://b.example/i.png">'
        '<iframe src="https://c.example"></iframe><a href="https://b.example/i.png">b</a>'
    )
    assert reduce(source, TextFormat.HTML).links == (
        "https://a.example/?x=1&y=2",
        "https://b.example/i.png",
        "https://c.example",
    )
    markdown = "[a](https://a.example) ![b](b.png) <https://c.example>"
    assert reduce(markdown, TextFormat.MARKDOWN).links == (
        "https://a.example",
        "b.png",
        "https://c.example",
    )


def test_source_range_covers_markup_between_words_only() -> None:
    source = "<p>you <b>utter</b> f&ouml;&ouml;l!</p>"
    reduced = reduce(source, TextFormat.HTML)
    start = reduced.text.index("utter")
    low, high = reduced.source_range(start, start + len("utter fööl"))
    assert source[low:high] == "utter</b> f&ouml;&ouml;l"
    assert reduced.source_range(0, 0) == (3, 3)
    with pytest.raises(IndexError, match="outside"):
        reduced.source_range(0, len(reduced.text) + 1)


_HOSTILE = {
    "less_than": "<" * 25_000,
    "open_tags": "<a" * 12_500,
    "open_attributes": '<a b="' * 4_000,
    "attribute_hides_end": '<a b=">" ' * 2_750,
    "comments": "<!--" * 6_250,
    "scripts": "<script>" * 3_000,
    "blockquotes": "<blockquote>" * 2_500 + "x",
    "closed_blockquotes": "<blockquote>a" * 2_500 + "</blockquote>" * 2_500,
    "ampersands": "&" * 25_000,
    "references": "&a" * 12_500,
    "long_number": "&#" + "1" * 25_000,
    "greater_than": ">" * 12_500,
    "quote_marks": "> " * 12_500,
    "sawtooth": (">" * 100 + "\na\n") * 225,
    "bbcode_quotes": "[quote]" * 2_500,
    "bbcode_values": '[quote="' * 3_000,
    "bbcode_literal": "[code]" * 4_000,
    "bbcode_nested": "[url]" * 2_500 + "[/url]" * 2_500,
    "stars": "*a " * 8_250,
    "closers": "a*" * 12_500,
    "brackets": "[" * 25_000,
    "pictures": "![" * 5_000 + "](a)" * 5_000,
    "link_tails": "[a](" * 6_250,
    "ticks": "".join("`" * (n % 300 + 1) + " " for n in range(320)),
    "bullets": "- " * 12_500 + "x",
    "rules": "* " * 12_500 + "x",
    "definitions": "[a]:" * 6_250,
    "spaces": " " * 25_000,
    "lines": "\n" * 25_000,
    "nul": "\0" * 25_000,
    "surrogates": "\ud800" * 25_000,
}


@pytest.mark.parametrize("text_format", list(TextFormat))
def test_hostile_sources_grow_linearly(text_format: TextFormat) -> None:
    # Bounded by work done rather than by the clock: a quadratic reader would not end here at all.
    for source in _HOSTILE.values():
        reduced = reduce(source, text_format)
        assert len(reduced.text) <= len(source)


def test_no_lone_surrogate_is_introduced() -> None:
    reduced = reduce("&#xD83D;&#xDE00;&#55357;", TextFormat.HTML)
    assert not re.search("[\ud800-\udfff]", reduced.text)

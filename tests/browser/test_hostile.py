"""Hostile comments on the desk: nothing runs, nothing leaves."""

from __future__ import annotations

from moderation.domain.comment import Author, Parent, Thread
from moderation.domain.forum import Forum
from moderation.domain.text_format import TextFormat
from moderation.services.runtime import Runtime
from tests.browser.conftest import Seat
from tests.builders import a_comment, submitted

HOSTILE = [
    "<script>alert(1)</script> idiot",
    "<img src=https://evil.example/x onerror=alert(1)> idiot",
    "<svg onload=alert(1)><script>alert(2)</script></svg> idiot",
    '"><style>@import "https://evil.example/x";</style> idiot',
    "javascript:alert(1) [x](javascript:alert(2)) https://evil.example/?idiot idiot",
    "\u202eidiot gnirts\u202c \u2066\u2067 \u200b\u200f\ufeff idiot",
    "idiot {{ 7 * 7 }} {% raw %} ${7*7} <!-- --> ]]> &lt;script&gt;",
    "idiot " + "x" * 20_000,
    "idiot </blockquote></main><form action=https://evil.example><button>Approve</button></form>",
]


HOSTILE_MARKUP = [
    (
        TextFormat.HTML,
        '<p onclick=alert(1) style="position:fixed;inset:0">idiot<img src=https://evil.example/x '
        'onerror=alert(1)><iframe src="https://evil.example/y" srcdoc="<script>alert(2)</script>">'
        '</iframe><a href="javascript:alert(3)" title="\\"><script>alert(4)</script>">press</a>'
        "<form action=https://evil.example><button accesskey=a>Approve</button></form>",
        "javascript:",
    ),
    (
        TextFormat.HTML,
        '<blockquote data-author="<svg onload=alert(1)>"><b><ul><li>his</b></ul></blockquote>'
        '<table><tr><td class="item top" id="main">idiot<h1>x</h1></table></main></blockquote>',
        "<svg onload=alert(1)>",
    ),
    (
        TextFormat.MARKDOWN,
        "idiot ![x](https://evil.example/x.png) [y](java\tscript:alert(1)) <svg/onload=alert(2)> "
        "[good.example](https://good.example@evil.example)\n\n```\n</code><script>alert(3)",
        "evil.example",
    ),
    (
        TextFormat.BBCODE,
        '[url=javascript:alert(1)]idiot[/url][img]https://evil.example/x"onerror=alert(2)[/img]'
        "[list][*][spoiler=<script>alert(3)</script>]s[/spoiler][/list][media]//evil.example[/media]",
        "javascript:",
    ),
]


def test_hostile_markup_is_drawn_by_our_own_elements(
    seat: Seat, runtime: Runtime, forum: Forum
) -> None:
    for number, (text_format, source, _) in enumerate(HOSTILE_MARKUP):
        submitted(runtime, forum, a_comment(f"m{number}", source, text_format=text_format))
    mira = seat()

    for number, (_, _, shown) in enumerate(HOSTILE_MARKUP):
        page = mira.open(f"/desk/items/{number + 1}")
        text = page.locator("blockquote.text")
        assert "idiot" in text.inner_text()
        assert shown in text.inner_text()
        assert (
            text.locator("script, img, iframe, a, form, button, h1, [onclick], [style]").count()
            == 0
        )
        assert text.locator("svg:not(.i), [id], .item, .top").count() == 0

    assert mira.said == []
    assert mira.asked == []


def test_hostile_comments_do_nothing(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    for number, text in enumerate(HOSTILE):
        comment = a_comment(
            f"h{number}",
            text,
            author=Author(f"u{number}", text[:150]),
            thread=Thread("t", text[:150]),
            parent=Parent("p", text[:1000]),
            permalink="javascript:alert(3)",
        )
        submitted(runtime, forum, comment)
    mira = seat()

    mira.open("/desk/")
    for number in range(len(HOSTILE)):
        page = mira.open(f"/desk/items/{number + 1}")
        page.locator("details.fold").evaluate_all("all => all.forEach(one => { one.open = true })")
        shown = "".join(page.locator("blockquote.text p").all_inner_texts())
        words = HOSTILE[number] if HOSTILE[number].isprintable() else "U+202Eidiot"
        assert "".join(words.split()) in "".join(shown.split())
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.evaluate("document.documentElement.clientWidth")

    assert mira.said == []
    assert mira.asked == []

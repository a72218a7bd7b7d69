"""A card is shown as tables and pictures, and can carry nothing else."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from moderation.web.desk.card_page import card_page

CARD = """# Model card

- **made**: 2026-03-02

## Main figures

| figure | reached |
|---|---|
| `abusive` | 0.84 |
| a \\| b | < 3 & 4 |

## Curves

![Curves of abusive](abusive.png)
"""


def shown(text: str) -> LexborHTMLParser:
    return LexborHTMLParser(card_page(text, {"abusive.png"}, lambda name: f"/there/{name}").body)


def test_tables_are_tables_that_scroll() -> None:
    page = shown(CARD)
    box = page.css_first(".scroll[tabindex='0'][role=group]")
    assert box is not None
    assert box.attributes["aria-label"] == "Table of Main figures, scrolls sideways"
    assert [cell.text() for cell in page.css("th[scope=col]")] == ["figure", "reached"]
    assert [cell.text() for cell in page.css("td")] == ["abusive", "0.84", "a | b", "< 3 & 4"]


def test_headings_go_below_the_page_title_and_are_listed() -> None:
    found = card_page(CARD, (), str)
    assert found.sections == (("card-1", "Main figures"), ("card-2", "Curves"))
    page = LexborHTMLParser(found.body)
    assert [node.text() for node in page.css("h3[id]")] == ["Main figures", "Curves"]
    assert not page.css("h1")


def test_pictures_are_those_of_the_bundle() -> None:
    page = shown(CARD)
    picture = page.css_first("a.picture[href='/there/abusive.png'] img")
    assert picture is not None
    assert picture.attributes == {"src": "/there/abusive.png", "alt": "Curves of abusive"}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick=x>b</b>",
        "[click](javascript:alert(1))",
        "[away](https://elsewhere.example/)",
        "<https://elsewhere.example/>",
        "![x](https://elsewhere.example/x.png)",
        "![x](../../secret.png)",
        '!["onerror=x](other.png)',
        "[ref]\n\n[ref]: https://elsewhere.example",
        "| <script>x</script> |\n|---|\n| <b>y</b> |",
        '## "><script>x</script>\n\n| a |\n|---|\n| b |',
    ],
)
def test_nothing_else_gets_through(text: str) -> None:
    page = shown(text.replace("\\\n", "\n"))
    assert not page.css("script, img, a, b, [onerror], [onclick], [style]")


def test_empty_card() -> None:
    assert card_page("", (), str).body == ""

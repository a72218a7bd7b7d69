"""What eyes miss is pointed out, and what belongs is left alone."""

from __future__ import annotations

import pytest

from moderation.web.desk.highlight import MarkedText
from moderation.web.desk.oddities import OddityKind, destination, oddities, true_host


def found(text: str) -> list[tuple[OddityKind, str]]:
    return [(odd.kind, text[odd.start : odd.end]) for odd in oddities(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Plain words, caf\u00e9, \u043f\u0440\u0438\u0432\u0435\u0442, \u0e2a\u0e27\u0e31\u0e2a",
        "\u06a9\u062a\u0627\u0628\u200c\u0647\u0627",  # a joiner of a Persian word belongs there
        "\U0001f468\u200d\U0001f469",  # and so it does inside of an emoji
    ],
)
def test_ordinary_text_has_nothing_odd(text: str) -> None:
    assert oddities(text) == ()


def test_hidden_characters_are_named() -> None:
    (zero, override) = oddities("id\u200biot \u202etxet")
    assert (zero.kind, zero.note) == (OddityKind.HIDDEN, "U+200B zero width space")
    assert override.note == "U+202E right-to-left override"


def test_a_letter_of_another_alphabet_in_a_latin_word_is_shown() -> None:
    (odd,) = oddities("p\u0430ypal")
    assert odd.kind is OddityKind.LOOKALIKE
    assert odd.note == "cyrillic small letter a, passes for \u201ca\u201d"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://paypal.com@evil.example/login", "evil.example"),  # a user name leads nowhere
        ("http://EXAMPLE.com:8080/x", "example.com"),
        ("https://p\u0430ypal.com", "xn--pypal-4ve.com"),
        ("www.example.com/a", "www.example.com"),
        ("https://", ""),
        ("https://[::1", ""),
    ],
)
def test_a_link_leads_where_its_host_is(address: str, host: str) -> None:
    assert true_host(address) == host


def test_the_host_of_a_link_is_marked_inside_of_it() -> None:
    text = "see https://paypal.com@evil.example/x)."
    assert found(text) == [
        (OddityKind.LINK, "https://paypal.com@evil.example/x"),
        (OddityKind.HOST, "evil.example"),
    ]


def test_a_host_that_is_spelt_otherwise_is_told() -> None:
    found_odd = oddities("https://p\u0430ypal.com/")
    assert [odd.note for odd in found_odd if odd.kind is OddityKind.HOST] == [
        "leads to xn--pypal-4ve.com"
    ]


def test_pieces_keep_every_character() -> None:
    text = "a\u200bb https://x.example/\u0430 p\u0430y"
    line = list(MarkedText(text).pieces(0, len(text)))
    assert "".join(piece.text for piece in line) == text
    assert [piece.odd for piece in line if piece.odd is OddityKind.HIDDEN] == [OddityKind.HIDDEN]


def test_a_text_of_nothing_else_stays_small() -> None:
    assert len(oddities("\u200b" * 100_000)) == 300


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("https://Evil.example/path", "evil.example"),
        ("//evil.example/x", "evil.example"),
        # Browsers drop tabs and line breaks, and read a backslash as a slash.
        ("ht\ntps:\\\\evil.example\\@good.example", "evil.example"),
        ("  https://good.example@evil.example/", "evil.example"),
        ("https:evil.example", "evil.example"),
        ("www.evil.example", "www.evil.example"),
        ("java\tscript:alert(1)", "javascript:"),
        ("data:text/html,x", "data:"),
        ("mailto:a@b.example", "mailto:"),
        ("/topic/5", ""),
        ("#post-3", ""),
        ("page.html", ""),
        ("", ""),
    ],
)
def test_an_address_leads_where_a_browser_would_go(address: str, where: str) -> None:
    assert destination(address) == where

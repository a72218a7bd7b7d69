"""Tokens keep their place, hold all that can be read, and take linear time."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.folding import fold
from classifiers.text import Kind, kind_of, locate, tokenize

ANY_TEXT = st.text(
    alphabet=st.characters()
    | st.sampled_from(["\ud800", "\udfff", "\u200b", "$", "@", "*", ".", "a", "b", " "])
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Well, no.", ["Well", ",", "no", "."]),
        ("Stop!Now sh!t SH!T", ["Stop", "!", "Now", "sh!t", "SH!T"]),
        ("wait... what?!?!", ["wait", "...", "what", "?!?!"]),
        ("**bold** f*** you", ["**", "bold", "**", "f***", "you"]),
        ("R&B, AT&T and C#", ["R&B", ",", "AT&T", "and", "C", "#"]),
        ("see https://a.example/b?c.", ["see", "https://a.example/b?c."]),
        ("me.you@mail.example or @someone", ["me.you@mail.example", "or", "@someone"]),
        ("i d i o t and I am", ["i d i o t", "and", "I", "am"]),
        ("\u200b \u200ba\u200bb\u200b", ["\u200ba\u200bb\u200b"]),
        (
            "\U0001f602\U0001f602\U0001f923 \u2764\ufe0f",
            ["\U0001f602\U0001f602\U0001f923", "\u2764\ufe0f"],
        ),
        ("\u0939\u093f\u0928\u094d\u0926\u0940 \u0ba4\u0bae\u0bbf\u0bb4\u0bcd", 2),
        ("\u24d8\u24d3\u24d8\u24de\u24e3", 1),
        ("", 0),
    ],
)
def test_tokens(text: str, tokens: list[str] | int) -> None:
    found = tokenize(text)
    assert (found if isinstance(tokens, list) else len(found)) == tokens


@given(ANY_TEXT)
def test_tokens_point_into_the_text(text: str) -> None:
    tokens = tokenize(text)
    starts = locate(text, tokens)
    ends = [start + len(token) for start, token in zip(starts, tokens, strict=True)]
    assert all(text[a:b] == token for a, b, token in zip(starts, ends, tokens, strict=True))
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    assert all(a < b for a, b in pairwise(starts))


@given(ANY_TEXT)
def test_no_letter_and_no_digit_is_lost(text: str) -> None:
    inside = sum(char.isalnum() for token in tokenize(text) for char in token)
    assert inside == sum(char.isalnum() for char in text)


@given(ANY_TEXT)
def test_forms_are_safe_feature_names(text: str) -> None:
    for token in tokenize(text):
        folded = fold(token)
        assert folded.form == folded.readings[0]
        for form in folded.readings:
            assert form
            assert not any(char.isspace() for char in form)
            form.encode("utf-8")


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("word", Kind.WORD),
        ("don't", Kind.WORD),
        ("$5", Kind.WORD),
        ("a b c", Kind.SPACED),
        ("a_b_c", Kind.SPACED),
        ("!!", Kind.MARK),
        ("@", Kind.MARK),
        ("@someone", Kind.USER),
        ("a@b.example", Kind.MAIL),
        ("www.example.org", Kind.URL),
    ],
)
def test_kinds(token: str, kind: Kind) -> None:
    assert tokenize(token) == [token]
    assert kind_of(token) is kind


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "a ", "a.", "!", "$", "@", "a*", "\u200b", "http://", "'", "a'", "\ud800", "1a"),
        *("a\u200b", "a\u0301", "f*", "a@", "a.b@", "a_", "\U0001f602", "\u093f", "$\u200b", "#a"),
    ],
)
def test_long_lines_take_linear_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    for token in tokenize(text):
        fold(token)
    assert time.process_time() - started < 5.0  # quadratic time would take minutes

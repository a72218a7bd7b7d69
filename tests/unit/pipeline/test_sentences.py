"""Where sentences begin and end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.pipeline.sentences import MOST_SENTENCES, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You fool. The vote was fine.", ["You fool.", "The vote was fine."]),
        ("What?! Really... Yes!", ["What?!", "Really...", "Yes!"]),
        # A small letter after a full stop goes on (SB8): abbreviations.
        ("See e.g. the manual, vol. three.", ["See e.g. the manual, vol. three."]),
        ("Is it? it is! so there.", ["Is it?", "it is!", "so there."]),
        # No blank, no end: addresses and numbers.
        ("It costs 3.50 at shop.example now", ["It costs 3.50 at shop.example now"]),
        # What closes belongs to the sentence that it closes.
        ('He said "go." Then he left.', ['He said "go."', "Then he left."]),
        ("one line\nanother line\n\nthird", ["one line", "another line", "third"]),
        ("\u597d\u3002\u4e0d\u597d\uff01", ["\u597d\u3002", "\u4e0d\u597d\uff01"]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_text_is_cut_into_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_a_text_of_many_sentences_ends_with_a_long_one() -> None:
    text = "No. " * (MOST_SENTENCES + 50)

    found = sentences(text)

    assert len(found) == MOST_SENTENCES
    assert found[-1][1] == len(text.rstrip())


@given(st.text(alphabet="aB .!?\n\u3002\"')\u2026", max_size=60))
def test_sentences_are_ordered_and_leave_only_white_space_out(text: str) -> None:
    found = sentences(text)

    at = 0
    for start, end in found:
        assert at <= start < end
        assert not text[at:start].strip()
        at = end
    assert not text[at:].strip()

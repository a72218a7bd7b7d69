from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.pipeline.reduction import Reduced, TextFormat, reduce

_MARKS = [
    "<", ">", "&", "<p>", "</p>", "<div class=quote>", "</div>", "<blockquote>", "</blockquote>",
    "<cite>", "</cite>", "<script>", "</script>", "<!--", "-->", "&amp;", "&#", "&#x110000;",
    '<img class="emoji" alt="x">', '<a href="', '"', "'", "=", "[quote]", "[/quote]", "[quote=a",
    "[b]", "[/b]", "[code]", "[/code]", "[url=x]", "[/url]", "]", "[", "](", ")", "![", "*", "**",
    "_", "`", "```", "~~", "\n", "\n> ", "\n>", "\n- ", "\n# ", "\\", "said:", "x wrote:", " ",
    "\t", "\0", "\ud800", "\U0001f600", "é", "word", "\r\n", "\xa0", "[a]: b", "===", "---",
]  # fmt: skip
_sources = st.lists(st.one_of(st.sampled_from(_MARKS), st.text(max_size=5)), max_size=40).map(
    "".join
)
_formats = st.sampled_from(list(TextFormat))


def _check_offsets(source: str, reduced: Reduced) -> None:
    origins = reduced.origins
    assert len(origins) == len(reduced.text)
    assert all(before <= after for before, after in pairwise(origins))
    assert all(0 <= origin < len(source) for origin in origins)
    for index, char in enumerate(reduced.text):
        low, high = reduced.source_range(index, index + 1)
        behind = source[low:high]
        is_break = char == "\n" and not behind
        is_markup = behind[:1] in {"&", "<"} or (
            char == " " and behind.strip(" \t\r\n\f\v\xa0") == ""
        )
        assert char in behind or is_break or is_markup


@given(source=_sources, text_format=_formats)
@settings(max_examples=400, deadline=None)
def test_offsets_lead_back_to_the_source(source: str, text_format: TextFormat) -> None:
    reduced = reduce(source, text_format)
    _check_offsets(source, reduced)
    for quote in reduced.quotes:
        assert 0 <= quote.start < quote.end <= len(source)
        assert quote.text


@given(source=st.text(), text_format=_formats)
@settings(max_examples=200, deadline=None)
def test_any_string_is_accepted(source: str, text_format: TextFormat) -> None:
    reduced = reduce(source, text_format)
    assert isinstance(reduced.text, str)
    _check_offsets(source, reduced)


@pytest.mark.parametrize("text_format", list(TextFormat))
@given(words=st.lists(st.text("abcxyzÄß語ไ\U0001f600.,!?'", min_size=1), min_size=1))
@settings(max_examples=60, deadline=None)
def test_text_without_markup_is_unchanged(text_format: TextFormat, words: list[str]) -> None:
    source = " ".join(words)
    reduced = reduce(source, text_format)
    assert reduced.text == source
    assert list(reduced.origins) == list(range(len(source)))
    assert reduced.quotes == ()

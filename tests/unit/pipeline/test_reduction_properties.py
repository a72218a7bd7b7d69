from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.pipeline.reduction import TextFormat, reduce


@pytest.mark.parametrize("text_format", list(TextFormat))
@given(words=st.lists(st.text("abcxyzÄß語ไ\U0001f600.,!?'", min_size=1), min_size=1))
@settings(max_examples=60, deadline=None)
def test_text_without_markup_is_unchanged(text_format: TextFormat, words: list[str]) -> None:
    source = " ".join(words)
    reduced = reduce(source, text_format)
    assert reduced.text == source
    assert list(reduced.origins) == list(range(len(source)))
    assert reduced.quotes == ()

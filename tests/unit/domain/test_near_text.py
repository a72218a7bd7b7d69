"""Nearly the same texts meet under a key; others hardly ever do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.near_text import (
    BANDS,
    NEARLY_THE_SAME,
    bands,
    shingles,
    similarity,
)

TEXT = (
    "Buy the new miracle cream at our shop, all of you, before the harvest festival is over"
    " and the price goes up again"
)


def test_case_marks_and_spacing_do_not_count() -> None:
    assert shingles("Hello,   big WORLD of words!") == shingles("hello big world of words")


def test_a_short_text_cannot_be_recognised() -> None:
    assert shingles("thank you") == frozenset()
    assert bands(frozenset()) == ()
    assert similarity(frozenset(), frozenset()) == 0


def test_a_text_with_a_word_changed_meets_the_first() -> None:
    changed = TEXT.replace("miracle", "wonder")
    one, other = shingles(TEXT), shingles(changed)
    assert similarity(one, other) >= NEARLY_THE_SAME
    assert set(bands(one)) & set(bands(other))


def test_other_texts_do_not_meet() -> None:
    others = [f"the council of ward {n} put off its vote on road {n * 7} again" for n in range(50)]
    mine = set(bands(shingles(TEXT)))
    assert sum(bool(mine & set(bands(shingles(text)))) for text in others) <= 1


@given(st.text(min_size=20, max_size=300))
def test_keys_fit_into_the_database(text: str) -> None:
    keys = bands(shingles(text))
    assert len(keys) in {0, BANDS}
    assert all(0 <= key < 2**63 for key in keys)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.offsets import code_point_offsets, utf16_offsets


def test_characters_beyond_the_basic_plane_count_twice_in_utf16() -> None:
    assert utf16_offsets("a🙂b", [3, 0, 1, 2, 2]) == (4, 0, 1, 3, 3)
    assert utf16_offsets("abc", [3, 1]) == (3, 1)


def test_half_a_character_counts_as_its_start() -> None:
    assert code_point_offsets("a🙂b", [0, 1, 2, 3, 4]) == (0, 1, 1, 2, 3)


@pytest.mark.parametrize("position", [-1, 3])
def test_offsets_outside_are_refused(position: int) -> None:
    with pytest.raises(IndexError, match="outside"):
        utf16_offsets("aé", [position])
    with pytest.raises(IndexError, match="outside"):
        code_point_offsets("aé", [position])


@given(text=st.text(), data=st.data())
def test_offsets_survive_the_round_trip(text: str, data: st.DataObject) -> None:
    positions = data.draw(st.lists(st.integers(0, len(text))))
    units = utf16_offsets(text, positions)
    assert code_point_offsets(text, units) == tuple(positions)
    for position, unit in zip(positions, units, strict=True):
        assert len(text[:position].encode("utf-16-le", "surrogatepass")) == 2 * unit

"""Swapped names: what is exchanged, what is left, and that it repeats."""

from __future__ import annotations

import random

import pytest

from training.swaps import swap, swapped_pairs


def _swapped(text: str, kind: str, seed: int = 0) -> str | None:
    return swap(text, kind, random.Random(seed))  # noqa: S311 (no secret)


def test_a_name_is_replaced_by_another_of_its_group_in_the_same_case() -> None:
    swapped = _swapped("REPUBLICANS cheered; Republicans smiled; republicans left", "sides")
    assert swapped == "DEMOCRATS cheered; Democrats smiled; democrats left"


def test_a_text_without_names_has_no_copy() -> None:
    assert _swapped("the bus was late again", "sides") is None


def test_parts_of_words_are_left_alone() -> None:
    assert _swapped("a trumpet and a mayor", "sides") is None


@pytest.mark.parametrize("seed", range(5))
def test_one_expression_gets_one_replacement_in_a_text(seed: int) -> None:
    swapped = _swapped("Muslims and muslims and Muslims", "groups", seed)
    assert swapped is not None
    assert len({word.lower() for word in swapped.split(" and ")}) == 1
    assert "uslims" not in swapped


def test_longer_names_go_first() -> None:
    swapped = _swapped("donald trump spoke", "sides")
    assert swapped is not None
    assert "donald" not in swapped


def test_pairs_repeat_by_seed_and_keep_to_their_number() -> None:
    texts = [f"the democrats of town {number} met" for number in range(20)] + ["nobody was there"]
    bare = len(swapped_pairs([], "sides", count=7, seed=3)[0])
    one = swapped_pairs(texts, "sides", count=7, seed=3)
    assert one == swapped_pairs(texts, "sides", count=7, seed=3)
    assert one != swapped_pairs(texts, "sides", count=7, seed=4)
    assert len(one[0]) == len(one[1]) == bare + 7
    assert all(" republicans " in text for text in one[1][bare:])


@pytest.mark.parametrize("kind", ["sides", "groups", "plain"])
def test_bare_names_stand_beside_each_other_once(kind: str) -> None:
    first, second = swapped_pairs([], kind, count=0, seed=0)
    pairs = {frozenset(pair) for pair in zip(first, second, strict=True)}
    assert len(pairs) == len(first) > 100


def test_a_group_can_be_replaced_by_words_that_name_none() -> None:
    swapped = _swapped("Muslims and blind people", "plain")
    assert swapped is not None
    assert "uslim" not in swapped
    assert "blind" not in swapped

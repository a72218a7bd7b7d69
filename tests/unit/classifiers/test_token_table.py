"""The table of seen tokens is bounded, keeps what is used and serves threads without a lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from classifiers.token_table import LONGEST_KEPT, TokenTable

FIXED = np.full((2, 3), 9.0)


def keep(table: TokenTable, *tokens: str) -> None:
    parts = np.array([[float(len(token))] * 3 for token in tokens])
    table.keep(tokens, parts, np.array([len(token) for token in tokens], dtype=np.int64))


def test_a_row_says_what_was_kept() -> None:
    table = TokenTable(FIXED, start=5, capacity=10)
    keep(table, "a", "bb")
    young = table.young
    assert young.rows[young.slots["bb"]].tolist() == [2.0] * 3
    assert young.forms[young.slots["bb"]] == 2
    assert (young.forms[0], young.rows[0].any()) == (5, False)
    assert young.rows[young.behind :].tolist() == FIXED.tolist()


def test_it_is_bounded_and_keeps_what_is_used() -> None:
    table = TokenTable(FIXED, start=5, capacity=10)
    for number in range(100):
        if "often" not in table.young.slots:
            known, parts, forms = table.recall(["often", "never"])
            assert known == (["often"] if number else [])
            table.keep(["often"], parts if number else np.ones((1, 3)), np.array([5]))
            assert forms.tolist() == ([5] if number else [])
        keep(table, str(number))
        assert len(table) <= 20
    known, parts, _ = table.recall(["often"])
    assert "often" in table.young.slots or (known == ["often"] and parts.tolist() == [[1.0] * 3])


def test_no_single_comment_turns_it_over() -> None:
    table = TokenTable(FIXED, start=5, capacity=100)
    keep(table, "known")
    keep(table, *(str(number) for number in range(1000)))
    assert "known" in table.young.slots
    assert len(table) == 26


def test_long_tokens_are_not_kept() -> None:
    table = TokenTable(FIXED, start=5, capacity=10)
    keep(table, "x" * (LONGEST_KEPT + 1), "y")
    assert list(table.young.slots) == ["", "y"]


def test_readers_never_see_half_an_entry() -> None:
    table = TokenTable(FIXED, start=5, capacity=50)
    tokens = ["x" * size for size in range(1, 60)]

    def read_and_write(turn: int) -> int:
        wrong = 0
        for index in range(3_000):
            token = tokens[(index * (turn + 3)) % len(tokens)]
            young = table.young
            slot = young.slots.get(token)
            if slot is None:
                keep(table, token)
            else:
                wrong += young.rows[slot].tolist() != [float(len(token))] * 3
                wrong += int(young.forms[slot] != len(token))
        return wrong

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(read_and_write, range(4))) == 0

"""Agreement beyond chance, against worked examples."""

from __future__ import annotations

import pytest

from moderation.domain.agreement import cohen_kappa, krippendorff_alpha


def test_cohen_on_fifty_grant_proposals() -> None:
    # 20 both yes, 5 only the first, 10 only the second, 15 both no:
    # p_o = 0.7, p_e = 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([(1, 1), (0, 0)] * 5, 1.0),
        ([(1, 0), (0, 1)] * 5, -1.0),
        ([(1, 1), (1, 0), (0, 1), (0, 0)] * 5, 0.0),
        ([], None),
        ([(0, 0)] * 9, None),
    ],
)
def test_cohen_at_its_ends(pairs: list[tuple[int, int]], kappa: float | None) -> None:
    assert cohen_kappa(pairs) == kappa


def test_krippendorff_on_two_observers_and_two_values() -> None:
    # Krippendorff 2011, section A: ten articles, alpha = 0.095.
    ours, theirs = "0100000010", "1110010000"
    assert krippendorff_alpha(list(zip(ours, theirs, strict=True))) == pytest.approx(
        0.095, abs=5e-4
    )


def test_krippendorff_on_four_observers_with_missing_answers() -> None:
    # Krippendorff 2011, section C: twelve units, five values, nominal alpha = 0.743.
    a = [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None]
    b = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3]
    c = [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None]
    d = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None]
    units = [[x for x in unit if x is not None] for unit in zip(a, b, c, d, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize(
    ("units", "alpha"),
    [([], None), ([[1]], None), ([[1, 1], [1, 1]], None), ([[1, 1], [0, 0]], 1.0)],
)
def test_krippendorff_at_its_ends(units: list[list[int]], alpha: float | None) -> None:
    assert krippendorff_alpha(units) == alpha

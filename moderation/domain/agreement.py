"""How far people agree beyond chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence


def cohen_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Return Cohen's kappa of two people who judged the same things.

    ``(p_o - p_e) / (1 - p_e)``, with the observed share of agreement ``p_o`` and the one expected
    from each person's own habits ``p_e = sum_k p1_k p2_k`` (Cohen, "A coefficient of agreement for
    nominal scales", 1960).

    Returns
    -------
    float or None
        At most 1; 0 is chance. None when nothing was judged, or both always gave one answer.
    """
    n = len(pairs)
    if n == 0:
        return None
    observed = sum(first == second for first, second in pairs) / n
    ours, theirs = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    expected = sum(ours[answer] * theirs[answer] for answer in ours) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def krippendorff_alpha(units: Sequence[Sequence[Hashable]]) -> float | None:
    """Return Krippendorff's alpha for nominal answers, any number of judges a unit.

    ``1 - D_o / D_e = 1 - (n - 1) sum(o_ck) / sum(n_c n_k)`` over unequal ``c, k``, with the
    coincidences ``o_ck``, each unit's pairs weighted by ``1 / (m_u - 1)`` (Krippendorff, "Computing
    Krippendorff's alpha-reliability", 2011, section C). Units judged once say nothing.

    Returns
    -------
    float or None
        At most 1; 0 is chance. None when nothing was judged twice, or all answers are equal.
    """
    judged = [list(unit) for unit in units if len(unit) > 1]
    counts: Counter[Hashable] = Counter(answer for unit in judged for answer in unit)
    n = counts.total()
    expected = n * n - sum(count * count for count in counts.values())
    if not expected:
        return None
    disagreeing = 0.0
    for unit in judged:
        answers, m = Counter(unit), len(unit)
        disagreeing += (m * m - sum(count * count for count in answers.values())) / (m - 1)
    return 1 - (n - 1) * disagreeing / expected

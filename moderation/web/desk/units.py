"""A threshold's week as counted things: a square for each item rightly flagged, and so on."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.domain.estimates import Effect
from moderation.web.desk import locales
from moderation.web.desk.messages import gettext as _

DAYS = 7
SIDE, A_ROW = 16, 22
MOST_UNITS = 220
"""More than ten rows are not counted by anybody: each then stands for several."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing in the picture; places in the picture's own units."""

    kind: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Week:
    """What a mean week holds.

    Attributes
    ----------
    flagged, deserved, missed : float or None
        Comments; None when it is not known.
    each : int
        How many comments one unit stands for.
    """

    flagged: float
    deserved: float | None
    missed: float | None
    each: int
    units: tuple[Unit, ...]

    @property
    def height(self) -> int:
        """Height of the picture."""
        return SIDE * max(1, -(-len(self.units) // A_ROW))


def week_of(effect: Effect | None) -> Week | None:
    """Return a mean week under a threshold; None when the label decides nothing."""
    if effect is None:
        return None
    flagged = DAYS * (effect.items_a_day.value or 0.0)
    precision, recall = effect.precision.value, effect.recall.value
    deserved = flagged * precision if precision is not None else None
    missed = deserved / recall - deserved if deserved is not None and recall else None
    each = max(1, -(-round(flagged + (missed or 0.0)) // MOST_UNITS))
    kinds: list[str] = []
    for kind, number in (
        ("hit", deserved),
        ("false", flagged - deserved if deserved is not None else None),
        ("missed", missed),
    ):
        kinds += [kind] * round((number or 0.0) / each)
    placed = (Unit(kind, n % A_ROW * SIDE, n // A_ROW * SIDE) for n, kind in enumerate(kinds))
    return Week(flagged, deserved, missed, each, tuple(placed))


def difference(now: Effect | None, then: Effect | None) -> str:
    """Return what a draft changes against the version in force, in a sentence."""
    if now == then:
        return _("Same as the version in force.")
    before, after = week_of(now), week_of(then)
    parts = [_more(_flagged(after) - _flagged(before), is_missed=False)]
    if before and after and before.missed is not None and after.missed is not None:
        parts.append(_more(after.missed - before.missed, is_missed=True))
    return _("Against the version in force: %(changes)s.", changes=", ".join(parts))


def _flagged(week: Week | None) -> float:
    return week.flagged if week is not None else 0.0


def _more(by: float, *, is_missed: bool) -> str:
    count = round(abs(by))
    if count == 0:
        return _("as many missed") if is_missed else _("as many items a week")
    shown = locales.number(count)
    if is_missed:
        more = by > 0
        return (
            _("%(count)s missed more", count=shown)
            if more
            else _("%(count)s missed fewer", count=shown)
        )
    if by > 0:
        return _("%(count)s items a week more", count=shown)
    return _("%(count)s items a week fewer", count=shown)

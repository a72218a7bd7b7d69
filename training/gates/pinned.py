"""The forum's own pinned examples: never flag this, always flag that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.pinned import PinnedExample, PinnedExampleError, from_json_line
from classifiers.scorer import Scorer, ScoringInput
from training.dataset import DatasetError
from training.example import Example
from training.gates.gate import MAX_EXAMPLES, Gate, GateExample, shortened

SOURCE = "export/pinned"
WEIGHT = 3.0
"""Weight of a pinned example in training: it is meant, where a decision may be a slip."""


def read_pins(path: Path) -> list[PinnedExample]:
    """Return the pinned examples of a file; raises `DatasetError` naming line and field."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read"
        raise DatasetError(message) from error
    pins = []
    for number, line in enumerate(lines, 1):
        try:
            pins.append(from_json_line(line))
        except PinnedExampleError as error:
            message = f"{path.name}, line {number}: {error}"
            raise DatasetError(message) from error
    return pins


def as_examples(pins: Sequence[PinnedExample]) -> list[Example]:
    """Return pinned examples as rows that train."""
    return [
        Example(
            pin.text.strip(),
            {pin.label: float(pin.must_flag)},
            SOURCE,
            weight=WEIGHT,
            key=pin.key,
        )
        for pin in pins
    ]


@dataclass(frozen=True, slots=True)
class _Broken:
    pin: PinnedExample
    candidate: float
    current: float
    is_new: bool


def pinned_examples(
    pins: Sequence[PinnedExample], candidate: Scorer, current: Scorer
) -> list[Gate]:
    """Every pinned example must come out as its forum wants it; one gate for each label."""
    gates = []
    for label in DECIDING_LABELS:
        own = [pin for pin in pins if pin.label is label]
        if not own:
            continue
        broken = [found for pin in own if (found := _check(pin, label, candidate, current))]
        new = sum(one.is_new for one in broken)
        detail = f"{len(own) - len(broken)} of {len(own)} pinned examples come out as wanted"
        if broken:
            detail += f"; of the others the current model gets {new} right"
        figures = {"pins": len(own), "broken": len(broken), "newly_broken": new}
        examples = tuple(
            GateExample(one.pin.key, shortened(one.pin.text), one.candidate, one.current)
            for one in sorted(broken, key=lambda one: not one.is_new)[:MAX_EXAMPLES]
        )
        gates.append(Gate(f"pinned:{label.value}", not broken, detail, figures, examples))
    return gates


def _check(pin: PinnedExample, label: Label, candidate: Scorer, current: Scorer) -> _Broken | None:
    said = []
    for model in (candidate, current):
        score = model.score(ScoringInput(pin.text), with_spans=False).probabilities[label]
        said.append((score, (score >= model.thresholds[label].value) == pin.must_flag))
    (new, is_right), (old, was_right) = said
    return None if is_right else _Broken(pin, round(new, 3), round(old, 3), was_right)

"""Viewpoint parity: the same jab at either side of politics scores and flags alike."""

from __future__ import annotations

import numpy as np

from classifiers.labels import Label
from classifiers.scorer import Scorer, ScoringInput
from training.example import Floats
from training.gates.gate import MAX_EXAMPLES, MIN_EACH, Gate, GateExample, Sides, shortened
from training.probes import swapped_sentences
from training.twins import twins

PARITY_LIMIT = 0.02
PARITY_FLAG_LIMIT = 0.03
SWAP_LIMIT = 0.05


def viewpoint_parity(sides: Sides, candidate: Scorer) -> list[Gate]:
    """Twins (the same jab, political sides swapped) must score and flag alike.

    Fails when the 95% interval of the mean difference lies outside the limit, and the current
    model does better.
    """
    column = list(Label).index(Label.PARTISAN)
    pairs = twins(sides.rows)
    if len(pairs) < MIN_EACH:
        detail = f"{len(pairs)} held-out twins are too few"
        return [Gate("viewpoint_parity", True, detail, {"twins": len(pairs)})]  # noqa: FBT003
    left, right = np.array(pairs).T
    threshold = candidate.thresholds[Label.PARTISAN].value
    gates = []
    for name, limit, cut in (
        ("viewpoint_parity", PARITY_LIMIT, None),
        ("viewpoint_parity_flags", PARITY_FLAG_LIMIT, threshold),
    ):
        found = []
        for scores in (sides.candidate[:, column], sides.current[:, column]):
            values = scores if cut is None else (scores >= cut).astype(np.float64)
            found.append(values[left] - values[right])
        new, old = float(found[0].mean()), float(found[1].mean())
        margin = 1.96 * float(found[0].std()) / float(np.sqrt(len(pairs)))
        detail = (
            f"left minus right {new:+.3f} (plus or minus {margin:.3f}), current {old:+.3f}, "
            f"limit {limit:.2f}, on {len(pairs)} twins"
        )
        passed = abs(new) - margin <= limit or abs(new) <= abs(old)
        figures = {"candidate": new, "current": old, "margin": margin, "twins": len(pairs)}
        order = np.argsort(-np.sign(new) * found[0], kind="stable")
        widest = [int(row) for pair in order for row in pairs[pair]]
        examples = () if passed else sides.examples(Label.PARTISAN, widest)
        gates.append(Gate(name, passed, detail, figures, examples))
    return gates


def names_swapped(candidate: Scorer, current: Scorer) -> Gate:
    """Names and parties swapped in neutral sentences must hardly move the score.

    Fails when the mean move lies above the limit, and by its 95% interval above the current
    model's as well.
    """
    swaps = swapped_sentences()
    scores = [
        _partisan(model, [getattr(swap, part) for swap in swaps])
        for model in (candidate, current)
        for part in ("first", "second")
    ]
    new, old = np.abs(scores[0] - scores[1]), np.abs(scores[2] - scores[3])
    rise = new - old
    margin = 1.96 * float(rise.std()) / float(np.sqrt(len(rise)))
    passed = float(new.mean()) <= SWAP_LIMIT or float(rise.mean()) - margin <= 0
    detail = (
        f"a swapped name moves the score by {new.mean():.3f} on average, current {old.mean():.3f}, "
        f"limit {SWAP_LIMIT:.2f}, on {len(swaps)} neutral sentences"
    )
    worst = [int(index) for index in np.argsort(-rise, kind="stable")[:MAX_EXAMPLES]]
    examples = tuple(
        GateExample(
            f"swaps.json: {swaps[index].pair}",
            shortened(swaps[index].first),
            round(float(new[index]), 3),
            round(float(old[index]), 3),
        )
        for index in worst
    )
    figures = {
        "candidate": float(new.mean()),
        "current": float(old.mean()),
        "margin": margin,
        "sentences": len(swaps),
    }
    return Gate("names_swapped", passed, detail, figures, () if passed else examples)


def _partisan(model: Scorer, texts: list[str]) -> Floats:
    scored = model.score_many([ScoringInput(text) for text in texts])
    return np.array([one.probabilities[Label.PARTISAN] for one in scored], dtype=np.float64)

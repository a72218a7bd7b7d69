"""How good a bundle is: one record of figures, for the quality table, the card and the manifest.

Every measure is a pure function on scores and labels in a module of its own, beside the function
that runs it on the sets at hand. What is missing is left out, and the tables say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from classifiers.labels import Label
from classifiers.scorer import Scorer
from training.example import Example
from training.progress import Progress, silent
from training.quality.calibration import measure_calibration
from training.quality.explanations import measure_explanations
from training.quality.fairness import measure_fairness
from training.quality.functions import measure_functions
from training.quality.parity import measure_parity
from training.quality.ranking import measure_alarms, measure_ranking
from training.quality.robustness import measure_robustness
from training.quality.systems import System, measured_model
from training.settings import PREVALENCE

__all__ = ["measure_quality"]


def measure_quality(  # noqa: PLR0913 (what, on what, against what)
    scorer: Scorer,
    held_out: Sequence[Example],
    data_dir: Path | None,
    *,
    against: Sequence[System] = (),
    disguised: bool = True,
    prevalence: Mapping[Label, float] = PREVALENCE,
    seed: int = 0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Measure everything about a bundle that the quality table shows.

    Parameters
    ----------
    scorer : Scorer
    held_out : sequence of Example
        Rows that never trained it: of our own corpus and, if at hand, of the public sets.
    data_dir : Path or None
        Folder of the public sets; without it only our own rows and sentences measure.
    against : sequence of System
        What it is compared with where they have a score.
    disguised : bool
        Whether to measure attacks, which takes longest.
    prevalence : mapping of Label to float
        For calibration.
    seed : int
        Of the bootstraps.
    progress : Progress

    Returns
    -------
    dict
        JSON-ready; `training.quality.tables` shows it. None stands for what was not at hand.
    """
    systems = [measured_model(scorer), *against]
    steps: dict[str, Callable[[], Any]] = {
        "ranking": lambda: measure_ranking(systems, held_out, data_dir, seed=seed),
        "false_alarms": lambda: measure_alarms(systems, held_out, data_dir),
        "hatecheck": lambda: measure_functions(scorer, data_dir),
        "explanations": lambda: measure_explanations(scorer, data_dir),
        "robustness": lambda: measure_robustness(scorer, held_out) if disguised else None,
        "fairness": lambda: measure_fairness(scorer, data_dir),
        "parity": lambda: measure_parity(scorer, held_out),
        "calibration": lambda: measure_calibration(scorer, held_out, prevalence),
    }
    found: dict[str, Any] = {"systems": [one.name for one in systems], "seed": seed}
    for number, (name, measure) in enumerate(steps.items()):
        progress(f"measuring {name.replace('_', ' ')}", number, len(steps))
        found[name] = measure()
    progress("measured", len(steps), len(steps))
    return found

"""The quality run: one or two bundles on everything at hand, beside what others offer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classifiers.bundle import load_scorer
from training.dataset import DatasetError
from training.held_out import held_out_corpus, read_held_out
from training.progress import Progress, silent
from training.quality import measure_quality
from training.quality.systems import System, installed_baselines, plain_baseline


def measure_bundles(
    bundles: Sequence[Path],
    data_dir: Path | None,
    *,
    alone: bool = False,
    seed: int = 0,
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """Measure bundles on the same rows.

    Parameters
    ----------
    bundles : sequence of Path
        The first one is compared with the systems of others as well.
    data_dir : Path or None
        Folder of the public sets; without it only our own rows and sentences measure.
    alone : bool
        Whether to leave those systems out.
    seed : int
        Of the bootstraps.
    progress : Progress

    Returns
    -------
    list of dict
        The record of each bundle, with its version as title.

    Raises
    ------
    DatasetError
        If the folder is none.
    classifiers.bundle.BundleError
        If a bundle cannot be loaded.
    """
    if data_dir is not None and not data_dir.is_dir():
        raise DatasetError(f"--data: {data_dir} is no folder")
    scorers = [load_scorer(path) for path in bundles]
    progress("reading held-out rows", 0, 2)
    held_out = [*held_out_corpus(), *(read_held_out(data_dir) if data_dir else [])]
    against: list[System] = []
    if not alone:
        progress("training the plain baseline", 1, 2)
        plain = plain_baseline(data_dir) if data_dir else None
        against = [*([plain] if plain else []), *installed_baselines()]
    found = []
    for number, scorer in enumerate(scorers):
        others = against if number == 0 else ()
        record = measure_quality(
            scorer, held_out, data_dir, against=others, seed=seed, progress=progress
        )
        found.append({"title": scorer.model_version, **record})
    return found

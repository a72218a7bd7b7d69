"""Serving must not drag the training stack in."""

from __future__ import annotations

import subprocess
import sys


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()}


def test_a_server_loads_and_scores_without_scikit_learn_scipy_or_joblib() -> None:
    loaded = modules_after(
        "from classifiers.bundle import DEFAULT_BUNDLE, load_scorer\n"
        "from classifiers.scorer import ScoringInput\n"
        "import moderation.app\n"
        "load_scorer(DEFAULT_BUNDLE).score(ScoringInput('hello'))"
    )
    assert (
        loaded & {"sklearn", "scipy", "joblib", "training", "matplotlib", "pyarrow", "pandas"}
        == set()
    )

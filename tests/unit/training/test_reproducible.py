"""The same rows and seed give the same bundle, byte for byte, in any process, on any threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from classifiers.bundle import load_manifest, verify_bundle

ROOT = Path(__file__).parents[3]

SCRIPT = """
import sys
from pathlib import Path
from threadpoolctl import threadpool_info
from classifiers.pipeline import PipelineParams
from training.dataset import read_corpus
from training.default_bundle import Material, build_bundle

rows = read_corpus()
parts = {"train": rows[:400], "calibrate": rows[400:600], "test": rows[600:760]}
data = [{"name": "corpus", "terms": "own", "rows": len(rows), "sha256": "0" * 64}]
run = ("open", int(sys.argv[2]), "2026-03-02T09:00:00Z")
material = Material(**parts, data=data)
threads = set()

def look(*_):
    threads.update(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")

out = Path(sys.argv[1])
version = build_bundle(material, None, out, run, params=PipelineParams(), progress=look)
print(version, max(threads))
"""


def start(out: Path, hash_seed: str, threads: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": threads,
    }
    command = [sys.executable, "-c", SCRIPT, str(out), "0"]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE)


def test_two_processes_make_the_same_bytes(tmp_path: Path) -> None:
    made = [start(tmp_path / "a", "1", "1"), start(tmp_path / "b", "2", "4")]
    versions, threads = zip(
        *(process.communicate(timeout=300)[0].split() for process in made), strict=True
    )
    assert [process.returncode for process in made] == [0, 0]
    assert versions[0] == versions[1]
    # So few rows sum up alike on two threads; 26,000 do not.
    assert threads == ("1", "1")
    first, second = sorted((tmp_path / "a").iterdir()), sorted((tmp_path / "b").iterdir())
    assert [path.name for path in first] == [path.name for path in second]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
    _pins_what_made_it(tmp_path / "a")


def _pins_what_made_it(bundle: Path) -> None:
    manifest = verify_bundle(bundle)
    assert manifest == load_manifest(bundle)
    assert manifest.seed == 0
    assert {"python", "numpy", "scikit-learn", "scipy", "joblib"} <= set(manifest.libraries)
    assert all(len(entry["sha256"]) == 64 for entry in manifest.data)
    assert all(threshold.rule for threshold in manifest.thresholds.values())
    assert manifest.params
    measured = manifest.metrics["quality"]["ranking"]["partisan"][0]["auc"]["this model"]
    assert measured["low"] <= measured["value"] <= measured["high"]
    card = (bundle / "CARD.md").read_text(encoding="utf-8")
    for name in manifest.files:
        if name.endswith(".png"):
            assert f"({name})" in card
    assert {"abusive.png", "partisan.png"} <= set(manifest.files)
    assert "| partisan: ROC AUC, own topics held out | at least 0.90 |" in card

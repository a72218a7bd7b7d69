"""Save and load bundles. The only module that unpickles, and only after digests agree.

Serving reads ``manifest.json`` and plain arrays; ``pipeline.joblib`` is for retraining.
"""

from __future__ import annotations

import hashlib
import io
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.durable import sweep, sync_folder, unfinished, write_durably
from classifiers.labels import Label
from classifiers.lexicon import LinearModel
from classifiers.linear_scorer import LinearScorer
from classifiers.manifest import BundleError, FileEntry, Manifest, read_manifest
from classifiers.ngrams import TEXT_RULES
from classifiers.scorer import ScoringInput, Threshold

__all__ = [
    "DEFAULT_BUNDLE",
    "BundleError",
    "compile_model",
    "compile_scorer",
    "load_document",
    "load_manifest",
    "load_pipeline",
    "load_scorer",
    "save_bundle",
    "verify_bundle",
]

DEFAULT_BUNDLE = Path(__file__).parent / "bundles" / "default"
"""The bundle that ships with the package."""

MANIFEST = "manifest.json"
MAX_FILE_BYTES = 64 * 2**20
TOLERANCE = 1e-9
_ARRAYS = ("idf.npy", "intercepts.npy", "names.txt", "weights.npy")
_PIPELINE = "pipeline.joblib"


def library_versions() -> dict[str, str]:
    """Return the versions that a fitted pipeline depends on."""
    names = ("joblib", "numpy", "scikit-learn", "scipy")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def save_bundle(
    path: Path,
    pipeline: Any,
    manifest: Manifest,
    *,
    documents: Mapping[str, bytes],
    probes: Sequence[str | ScoringInput],
    named_by_version: bool = False,
) -> str:
    """Write a bundle so that it is either whole or not there.

    Parameters
    ----------
    path : Path
        The folder to make. An existing one is replaced.
    pipeline : sklearn.pipeline.Pipeline
        Fitted, from `classifiers.pipeline.build_pipeline`.
    manifest : Manifest
        All but ``files``, ``libraries`` and ``text_rules``, which are filled in.
    documents : mapping of str to bytes
        Card and pictures, by file name.
    probes : sequence of str or ScoringInput
        Comments on which the compiled scorer must equal the pipeline within 1e-9.
    named_by_version : bool
        Whether to make a folder named by the model version inside ``path`` instead.

    Returns
    -------
    str
        The model version.

    Raises
    ------
    BundleError
        If the compiled scorer does not equal the pipeline.
    """
    contents = {**_compile(pipeline), **documents}
    manifest = replace(
        manifest,
        libraries=library_versions(),
        text_rules=TEXT_RULES,
        files={name: _entry(data) for name, data in contents.items()},
    )
    if named_by_version:
        path = path / manifest.model_version
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = unfinished(path)
    sweep(path.parent)
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        for name, data in {**contents, MANIFEST: manifest.to_json().encode()}.items():
            write_durably(temporary / name, data)
        _require_equal(load_scorer(temporary), pipeline, probes)
        sync_folder(temporary)
        _replace_folder(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return manifest.model_version


def load_manifest(path: Path) -> Manifest:
    """Read the manifest of a bundle; raises `BundleError` if it is missing or damaged."""
    try:
        text = (path / MANIFEST).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{MANIFEST}: cannot be read in {path.name!r}"
        raise BundleError(message) from error
    return read_manifest(text)


def verify_bundle(path: Path) -> Manifest:
    """Check text rules, sizes and digests; raises `BundleError` naming the first that is wrong."""
    manifest = load_manifest(path)
    _refuse_other_rules(manifest)
    _refuse_strangers(path, manifest)
    for name in manifest.files:
        _read_checked(path, manifest, name)
    return manifest


def load_document(path: Path, name: str) -> bytes:
    """Return the card or a picture of a bundle, after its digest agrees.

    Parameters
    ----------
    path : Path
        A bundle.
    name : str
        As the manifest lists it; nothing else is read, wherever the name points.

    Raises
    ------
    BundleError
        If there is no such file in the manifest, or it is missing, cut short or changed.
    """
    return _read_checked(path, load_manifest(path), name)


def load_scorer(path: Path) -> LinearScorer:
    """Load the serving scorer of a bundle.

    Reads arrays without unpickling and needs neither scikit-learn nor scipy.

    Parameters
    ----------
    path : Path
        A bundle.

    Raises
    ------
    BundleError
        If the format or the text rules are foreign, or a file is missing, cut short, changed or
        malformed.
    """
    manifest = load_manifest(path)
    _refuse_other_rules(manifest)
    _refuse_strangers(path, manifest)
    data = {name: _read_checked(path, manifest, name) for name in _ARRAYS}
    try:
        model = LinearModel(
            labels=manifest.labels,
            names=tuple(data["names.txt"].decode().split("\n")),
            idf=_array(data["idf.npy"]),
            weights=_array(data["weights.npy"]),
            intercepts=_array(data["intercepts.npy"]),
            shortest=int(manifest.params["shortest"]),
            longest=int(manifest.params["longest"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        message = f"arrays or params malformed: {error}"
        raise BundleError(message) from error
    if model.weights.shape != (len(model.names), len(model.labels)):
        message = f"weights.npy: shape {model.weights.shape} does not fit names and labels"
        raise BundleError(message)
    if model.idf.shape != (len(model.names),) or model.intercepts.shape != (len(model.labels),):
        message = "idf.npy or intercepts.npy: shape does not fit names and labels"
        raise BundleError(message)
    return LinearScorer(model, manifest.thresholds, manifest.model_version)


def load_pipeline(path: Path) -> Any:
    """Load the fitted pipeline for retraining.

    Raises
    ------
    BundleError
        As `load_scorer`, and if another scikit-learn version fitted it.
    """
    manifest = load_manifest(path)
    _refuse_other_rules(manifest)
    data = _read_checked(path, manifest, _PIPELINE)
    fitted, running = manifest.libraries.get("scikit-learn"), version("scikit-learn")
    if fitted != running:
        message = f"{_PIPELINE}: fitted with scikit-learn {fitted}, this is {running}"
        raise BundleError(message)
    import joblib  # noqa: PLC0415 - servers never unpickle, so they never load it

    return joblib.load(io.BytesIO(data))


def compile_scorer(
    pipeline: Any,
    thresholds: Mapping[Label, Threshold],
    model_version: str = "unsaved",
) -> LinearScorer:
    """Compile a fitted pipeline into a scorer without saving it, for measuring."""
    return LinearScorer(compile_model(pipeline), thresholds, model_version)


def compile_model(pipeline: Any) -> LinearModel:
    """Return the arrays of a fitted pipeline, as they are saved."""
    features, heads = pipeline.named_steps["features"], pipeline.named_steps["heads"]
    return LinearModel(
        labels=tuple(Label(name) for name in heads.labels),
        names=tuple(features.names_),
        idf=features.idf_.astype(np.float32),
        weights=np.ascontiguousarray(heads.coef_.T.astype(np.float16)),
        intercepts=heads.intercept_.astype(np.float64),
        shortest=features.shortest,
        longest=features.longest,
    )


def _compile(pipeline: Any) -> dict[str, bytes]:
    model = compile_model(pipeline)
    buffer = io.BytesIO()
    import joblib  # noqa: PLC0415 - as above

    joblib.dump(pipeline, buffer, compress=("zlib", 9))
    return {
        "names.txt": "\n".join(model.names).encode(),
        "idf.npy": _npy(model.idf),
        "weights.npy": _npy(model.weights),
        "intercepts.npy": _npy(model.intercepts),
        _PIPELINE: buffer.getvalue(),
    }


def _require_equal(
    scorer: LinearScorer, pipeline: Any, probes: Sequence[str | ScoringInput]
) -> None:
    if not probes:
        return
    expected = pipeline.predict_proba(list(probes))
    scored = scorer.score_many(
        [ScoringInput(probe) if isinstance(probe, str) else probe for probe in probes]
    )
    actual = np.array([list(answer.probabilities.values()) for answer in scored])
    gap = float(np.abs(expected - actual).max())
    if not gap <= TOLERANCE:
        message = f"compiled scorer differs from the pipeline by {gap:.2e}"
        raise BundleError(message)


def _refuse_other_rules(manifest: Manifest) -> None:
    """Refuse weights that belong to other features: the same text would get another score."""
    made_under = 1 if manifest.text_rules is None else manifest.text_rules
    if made_under != TEXT_RULES:
        message = (
            f"{MANIFEST}: made under text rules {made_under}, this version reads texts by rules "
            f"{TEXT_RULES} and would give other scores; train the bundle again"
        )
        raise BundleError(message)


def _refuse_strangers(path: Path, manifest: Manifest) -> None:
    """Refuse a folder that holds more than its manifest lists: nobody vouches for the rest."""
    extra = {entry.name for entry in path.iterdir()} - set(manifest.files) - {MANIFEST}
    if extra:
        message = f"{min(extra)}: not listed in {MANIFEST}"
        raise BundleError(message)


def _read_checked(path: Path, manifest: Manifest, name: str) -> bytes:
    entry = manifest.files.get(name)
    if entry is None or Path(name).name != name:
        message = f"{name}: not listed in {MANIFEST}"
        raise BundleError(message)
    try:
        size = (path / name).stat().st_size
        data = (path / name).read_bytes() if size <= MAX_FILE_BYTES else b""
    except OSError as error:
        message = f"{name}: missing or unreadable"
        raise BundleError(message) from error
    if size != entry.size:
        message = f"{name}: {size} bytes, {MANIFEST} says {entry.size} (cut short or changed)"
        raise BundleError(message)
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        message = f"{name}: SHA-256 does not match {MANIFEST}"
        raise BundleError(message)
    return data


def _entry(data: bytes) -> FileEntry:
    return FileEntry(len(data), hashlib.sha256(data).hexdigest())


def _npy(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _array(data: bytes) -> Any:
    return np.load(io.BytesIO(data), allow_pickle=False)


def _replace_folder(temporary: Path, path: Path) -> None:
    """Rename; an existing folder steps aside first, because folders cannot be overwritten.

    A bundle that is there already under its own version is left alone: equal versions are equal
    bytes, and stepping aside would leave a moment without it.
    """
    if path.name == load_manifest(temporary).model_version and _is_whole(path):
        return
    aside = unfinished(path, "old")
    if path.exists():
        path.rename(aside)
    temporary.rename(path)
    sync_folder(path.parent)
    shutil.rmtree(aside, ignore_errors=True)


def _is_whole(path: Path) -> bool:
    try:
        verify_bundle(path)
    except BundleError:
        return False
    return True

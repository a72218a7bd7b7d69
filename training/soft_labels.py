"""What the teacher says of unlabelled comments: one byte a row, without any text.

The bytes stand in the order of the rows of a public set, so they are of use only beside the very
file they were made from; its digest is kept with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifiers.labels import Label
from training import settings
from training.dataset import DatasetError
from training.example import Example, Floats
from training.held_out import Part, part_of
from training.sources import read_gzip_rows

UNLABELLED = (
    "basil_sentences",
    "brexit_comments",
    "cad_reddit",
    "civil_toxic_spans",
    "gab_hate_corpus",
    "goemotions",
    "implicit_hate",
    "mupid_incivility",
    "pstance",
)
"""Sets whose texts the teacher labels, whatever their own labels say."""

MOST = 12_000
"""Rows of each set that the teacher labels."""

FOLDER = Path(__file__).parent / "soft_labels"
_STEPS = 255
Bytes = npt.NDArray[np.uint8]


def soft_labels_path(terms: str, folder: Path = FOLDER) -> Path:
    """Return the file for ``open`` or ``unstated`` data terms."""
    return folder / f"{terms}.npz"


def write_soft_labels(path: Path, found: Mapping[str, tuple[Path, Floats]]) -> None:
    """Write the teacher's probabilities.

    Parameters
    ----------
    path : Path
    found : mapping of str to (Path, ndarray of shape (n_rows,))
        For each set its file and the probabilities of its first rows, in order.
    """
    arrays: dict[str, Bytes] = {}
    for name, (file, probabilities) in sorted(found.items()):
        arrays[name] = np.round(probabilities * _STEPS).astype(np.uint8)
        arrays[f"{name}.sha256"] = np.frombuffer(_digest(file), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def unlabelled_files(data_dir: Path, terms: str) -> dict[str, Path]:
    """Return where the sets lie that the teacher labels under the given data terms."""
    allowed = ("open",) if terms == "open" else ("open", "unstated")
    return {
        name: path
        for name in UNLABELLED
        for folder in allowed
        if (path := data_dir / folder / f"{name}.jsonl.gz").exists()
    }


def unlabelled_texts(path: Path) -> list[str]:
    """Return the texts of a set that the teacher labels, in order."""
    rows = read_gzip_rows(path)
    return [row["text"].strip() for row, _ in zip(rows, range(MOST), strict=False)]


def soft_rows(data_dir: Path, terms: str, folder: Path = FOLDER) -> list[Example]:
    """Return the rows that the teacher labelled, without those that measure or calibrate.

    Parameters
    ----------
    data_dir : Path
        Folder of the public sets.
    terms : str
        ``open`` or ``unstated``.
    folder : Path
        Where the soft labels lie.
    """
    files = unlabelled_files(data_dir, terms)
    rows = []
    for name, probabilities in read_soft_labels(soft_labels_path(terms, folder), files).items():
        for text, probability in zip(unlabelled_texts(files[name]), probabilities, strict=True):
            row = Example(
                text,
                {Label.PARTISAN: float(probability)},
                f"{name}/teacher",
                weight=settings.SOFT_WEIGHT,
                group=f"{name}:{text[:80]}",
            )
            if text and part_of(row) is Part.TRAIN:
                rows.append(row)
    return rows


def read_soft_labels(path: Path, files: Mapping[str, Path]) -> dict[str, Floats]:
    """Return the teacher's probabilities for each set.

    Parameters
    ----------
    path : Path
    files : mapping of str to Path
        Where each set lies.

    Raises
    ------
    DatasetError
        If a set is missing or not the file that the teacher saw.
    """
    found: dict[str, Floats] = {}
    with np.load(path, allow_pickle=False) as arrays:
        for name in sorted(key for key in arrays.files if not key.endswith(".sha256")):
            if name not in files or arrays[f"{name}.sha256"].tobytes() != _digest(files[name]):
                message = (
                    f"{name}: missing, or not the file that the teacher labelled; "
                    "run `python -m training distil`"
                )
                raise DatasetError(message)
            found[name] = arrays[name].astype(np.float64) / _STEPS
    return found


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()

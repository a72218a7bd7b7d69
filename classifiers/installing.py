"""A bundle that comes from elsewhere: taken in only when every digest agrees."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from classifiers.bundle import MANIFEST, MAX_FILE_BYTES, verify_bundle
from classifiers.durable import sweep, sync_folder, unfinished, write_durably
from classifiers.manifest import BundleError, read_manifest

_MAX_MANIFEST_BYTES = 10_000_000


def install_bundle(path: Path, read: Callable[[str, int], bytes]) -> None:
    """Bring in the bundle that a folder is named after; it appears whole or not at all.

    The name of a version holds the digest of its manifest, and the manifest the digests of all
    files: what was asked for is what comes, wherever it comes from.

    Parameters
    ----------
    path : Path
        The folder to make, named by the model version.
    read : callable
        Gives the content of a file, given its name and how many bytes to read at most.

    Raises
    ------
    BundleError
        If a file is missing, cut short or changed, or the bundle has another version.
    """
    raw = read(MANIFEST, _MAX_MANIFEST_BYTES)
    try:
        manifest = read_manifest(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        message = f"{MANIFEST}: not UTF-8"
        raise BundleError(message) from error
    if manifest.model_version != path.name:
        message = f"{MANIFEST}: of {manifest.model_version}, and {path.name} was asked for"
        raise BundleError(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    temporary = unfinished(path)
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        write_durably(temporary / MANIFEST, raw)
        for name, entry in manifest.files.items():
            if Path(name).name != name or name.startswith(".") or entry.size > MAX_FILE_BYTES:
                message = f"{name}: no name or size of a bundle's file"
                raise BundleError(message)
            write_durably(temporary / name, read(name, entry.size + 1))
        verify_bundle(temporary)
        sync_folder(temporary)
        if not path.exists():  # another process may have been faster, with the same bytes
            temporary.rename(path)
            sync_folder(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)

"""Backups: database, models and keys in one folder, and back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.durable import sync_folder, unfinished, write_durably
from moderation.domain.errors import ConflictError, InvalidInputError, ModerationError
from moderation.services.messages import rfc3339
from moderation.services.runtime import Runtime
from moderation.services.secret_key import FILE_NAME as SECRET_FILE
from moderation.services.secret_key import KEYS_FILE
from moderation.storage import dumps, schema

SCHEMA = "backup/1"
_MANIFEST = "backup.json"
_MODELS = "models"
_POINTERS = "pointers.json"
_KEY_FILES = (SECRET_FILE, KEYS_FILE)


@dataclass(frozen=True, slots=True)
class Places:
    """Where an installation keeps what is not in the database.

    Attributes
    ----------
    data_dir : Path
        The secret key and the encryption keys lie here, unless the settings hold them.
    models_dir : Path
    """

    data_dir: Path
    models_dir: Path


def back_up(runtime: Runtime, places: Places, target: Path) -> dict[str, Any]:
    """Write a backup into a new folder while the service runs; returns its manifest.

    The folder appears whole or not at all. It holds personal data and secrets: only its owner may
    read it.

    Raises
    ------
    ConflictError
        If the folder is there already.
    ModerationError
        If the database cannot be written out.
    """
    if target.exists():
        raise ConflictError(f"{target} is there already; name a folder that is not.")
    target.parent.mkdir(parents=True, exist_ok=True)
    work = unfinished(target)
    work.mkdir(mode=0o700)
    try:
        name = dumps.dump_name(runtime.database)
        dumps.dump(runtime.database, work / name)
        _copy_models(places.models_dir, work / _MODELS)
        # After the database: a key that was added meanwhile stands before the old ones.
        for key_file in _KEY_FILES:
            if (places.data_dir / key_file).is_file():
                shutil.copy2(places.data_dir / key_file, work / key_file)
        manifest = {
            "schema": SCHEMA,
            "created_at": rfc3339(runtime.clock()),
            "database": name,
            "revision": schema.current(runtime.database),
            "files": _digests(work),
        }
        write_durably(work / _MANIFEST, json.dumps(manifest, indent=2).encode())
        sync_folder(work)
        work.rename(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return manifest


def _copy_models(models_dir: Path, target: Path) -> None:
    """Copy pointers first: the bundles that they name are there then, whatever is promoted."""
    if not models_dir.is_dir():
        return
    target.mkdir()
    if (models_dir / _POINTERS).is_file():
        shutil.copy2(models_dir / _POINTERS, target / _POINTERS)

    def skipped(folder: str, names: list[str]) -> set[str]:
        hidden = {name for name in names if name.startswith(".")}
        return hidden | ({_POINTERS} if Path(folder) == models_dir else set())

    shutil.copytree(models_dir, target, dirs_exist_ok=True, ignore=skipped)


def check_backup(folder: Path) -> dict[str, Any]:
    """Return a backup's manifest after its files have been compared with it.

    Raises
    ------
    InvalidInputError
        If it is no backup, made by a newer version, or a file is missing or changed.
    """
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        raise InvalidInputError(f"{folder} is no backup: expected {_MANIFEST} in it") from None
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise InvalidInputError(f"{folder}: expected a backup of the form {SCHEMA}")
    if not schema.is_known(manifest.get("revision")):
        raise InvalidInputError(
            f"{folder} was made by a newer version (schema {manifest.get('revision')});"
            f" this one knows {schema.head()}."
        )
    found = _digests(folder)
    wanted: Mapping[str, str] = manifest["files"]
    for name in sorted(wanted.keys() | found.keys()):
        if name != _MANIFEST and found.get(name) != wanted.get(name):
            raise InvalidInputError(f"{folder / name} is missing, changed or not of this backup.")
    return manifest


def restore(
    runtime: Runtime,
    places: Places,
    folder: Path,
    *,
    replaces: bool = False,
) -> dict[str, Any]:
    """Bring a backup back, models first: what the database names is there then.

    A schema that is older than this code is migrated.

    Raises
    ------
    InvalidInputError
        If the backup is damaged, too new, or of the other kind of database.
    ConflictError
        If something is there that may not be replaced.
    """
    manifest = check_backup(folder)
    name = dumps.dump_name(runtime.database)
    if manifest["database"] != name:
        raise InvalidInputError(
            f"{folder} holds {manifest['database']}; this installation's database needs {name}."
        )
    for key_file in _KEY_FILES:
        there, kept = places.data_dir / key_file, folder / key_file
        is_other = kept.is_file() and there.is_file() and there.read_bytes() != kept.read_bytes()
        if is_other and not replaces:
            raise ConflictError(f"{there} is another key; restore with --replace to replace it.")
    dumps.load(runtime.database, folder / name, replaces=replaces)
    _bring_models(folder / _MODELS, places.models_dir)
    for key_file in _KEY_FILES:
        if (folder / key_file).is_file():
            places.data_dir.mkdir(parents=True, exist_ok=True)
            _replace_file(folder / key_file, places.data_dir / key_file)
    runtime.database.dispose()
    schema.upgrade(runtime.database)
    return manifest


def _bring_models(source: Path, models_dir: Path) -> None:
    if not source.is_dir():
        return
    models_dir.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir(), key=lambda entry: entry.name == _POINTERS):
        if path.is_dir():
            shutil.copytree(path, models_dir / path.name, dirs_exist_ok=True)
        else:
            _replace_file(path, models_dir / path.name)


def _replace_file(source: Path, target: Path) -> None:
    beside = unfinished(target)
    shutil.copy2(source, beside)
    beside.replace(target)


def _digests(folder: Path) -> dict[str, str]:
    digests = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            if path.is_symlink():
                raise ModerationError(f"{path} is a link; a backup holds files only.")
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            digests[path.relative_to(folder).as_posix()] = digest
    return digests

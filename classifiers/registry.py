"""The models folder: which bundles there are, and which one is ``current`` or ``shadow``.

Layout::

    models_dir/
      <version>/        bundles
      results/          what the gates said of a candidate, <version>.json
      pointers.json     current, shadow and the stack that rollback walks; replaced atomically
      promotions.jsonl  history, append-only
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.bundle import DEFAULT_BUNDLE, load_manifest, verify_bundle
from classifiers.durable import replace_text, sync_folder, unfinished
from classifiers.manifest import BundleError, Manifest
from classifiers.pointers import Pointers, SharedState, read_pointers
from classifiers.results import Results

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{10}")
_POINTERS = "pointers.json"
_HISTORY = "promotions.jsonl"
_RESULTS = "results"


class RegistryError(Exception):
    """A pointer that cannot be moved; the message says why."""


@dataclass(frozen=True, slots=True)
class BundleRef:
    """Where a bundle lies.

    Attributes
    ----------
    version : str
        Its model version.
    path : Path
        Its folder.
    is_default : bool
        Whether it is the one that ships with the package.
    """

    version: str
    path: Path
    is_default: bool


class Registry:
    """Lists bundles and moves pointers; safe for several processes.

    Parameters
    ----------
    models_dir : Path
        Folder of the operator's bundles; made when first written to.
    default : Path
        The packaged bundle.
    """

    def __init__(self, models_dir: Path, default: Path = DEFAULT_BUNDLE) -> None:
        self.models_dir = models_dir
        self.default = default
        self.results = Results(models_dir / _RESULTS)

    def bundles(self) -> list[BundleRef]:
        """Return the packaged bundle and every whole bundle in the folder, oldest first."""
        refs = []
        if self.models_dir.is_dir():
            for path in sorted(self.models_dir.iterdir()):
                ref = self._ref(path) if _VERSION.fullmatch(path.name) else None
                if ref is not None and ref.version == path.name:
                    refs.append(ref)
        return [self.packaged(), *refs]

    def packaged(self) -> BundleRef:
        """Return the packaged bundle."""
        return BundleRef(load_manifest(self.default).model_version, self.default, is_default=True)

    def find(self, version: str) -> BundleRef:
        """Return the bundle of a version.

        Raises
        ------
        RegistryError
            If the name is no version name or there is no such bundle.
        """
        if not _VERSION.fullmatch(version):
            message = "not a model version: expected <yyyy-mm-dd>-<10 hex digits>"
            raise RegistryError(message)
        packaged = self.packaged()
        if version == packaged.version:
            return packaged
        ref = self._ref(self.models_dir / version)
        if ref is None or ref.version != version:
            message = f"no bundle {version} in the models folder"
            raise RegistryError(message)
        return ref

    def manifest(self, version: str) -> Manifest:
        """Return the manifest of a version; raises `RegistryError` as `find`."""
        return load_manifest(self.find(version).path)

    def path_for(self, version: str) -> Path:
        """Return where a new bundle of this version belongs."""
        if not _VERSION.fullmatch(version):
            message = "not a model version: expected <yyyy-mm-dd>-<10 hex digits>"
            raise RegistryError(message)
        return self.models_dir / version

    def current(self) -> BundleRef:
        """Return the bundle that decides; the packaged one if none was promoted or it is gone."""
        version = self._pointers().current
        if version is None:
            return self.packaged()
        try:
            return self.find(version)
        except RegistryError:
            return self.packaged()

    def promoted(self) -> BundleRef:
        """Return the bundle that ``current`` names, or the packaged one if it names none.

        Raises
        ------
        RegistryError
            If the bundle is gone or its manifest is damaged, unlike `current`.
        """
        version = self._pointers().current
        return self.packaged() if version is None else self.find(version)

    def shadow(self) -> BundleRef | None:
        """Return the bundle that scores beside ``current``, if any."""
        version = self._pointers().shadow
        if version is None:
            return None
        try:
            return self.find(version)
        except RegistryError:
            return None

    def stamp(self) -> tuple[int, int, int] | None:
        """Return a value that changes when a pointer moves; costs one ``stat``."""
        try:
            status = (self.models_dir / _POINTERS).stat()
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_ino, status.st_size)

    def files_stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Return a value that changes when files of the bundles that pointers name change."""
        pointers = self._pointers()
        named = [self.models_dir / one for one in (pointers.current, pointers.shadow) if one]
        found = []
        for folder in named or [self.default]:
            try:
                entries = [(entry, entry.stat()) for entry in sorted(folder.iterdir())]
            except OSError:
                continue
            found += [(str(entry), status.st_mtime_ns, status.st_size) for entry, status in entries]
        return tuple(found)

    def objections(self, version: str) -> list[str]:
        """Return why a bundle should not be promoted, a clause each; empty when nothing is known.

        Only a refined bundle has gates to pass; what was in force before may be so again.
        """
        ref = self.find(version)
        promoted = {entry.get("to") for entry in self.history() if entry.get("action") == "promote"}
        if load_manifest(ref.path).base_version is None or version in promoted:
            return []
        result = self.results.read(version)
        if result is None:
            return ["its gates were never run to the end"]
        found = [f"gate {name} is against it" for name in result.get("blocking", [])]
        compared, current = result.get("current_version"), self.current().version
        if compared != current:
            found.append(f"it was compared with {compared}, and {current} decides now")
        return found

    def promote(
        self, version: str, *, actor: str, reason: str, at: str, is_forced: bool = False
    ) -> BundleRef:
        """Point ``current`` at a bundle, after all its digests agree.

        Parameters
        ----------
        version : str
            A listed version.
        actor, reason : str
            Who, and why; kept in the history.
        at : str
            RFC 3339 time in UTC.
        is_forced : bool
            Promote although there are `objections`; they are kept in the history too.

        Raises
        ------
        RegistryError
            If there is no such bundle, it is damaged, or there are objections.
        """
        ref = self.find(version)
        self._verify(ref)
        objections = self.objections(version)
        if objections and not is_forced:
            message = f"not promoted without force: {'; '.join(objections)}"
            raise RegistryError(message)
        if objections:
            reason = f"forced: {reason} (although {'; '.join(objections)})"
        with self._locked():
            before = self._pointers()
            if self._is_current(before, ref):
                return ref
            target = None if ref.is_default else ref.version
            shadow = None if before.shadow == ref.version else before.shadow
            self._write(Pointers(target, shadow, (*before.previous, before.current)))
            self._log("promote", before.current, ref.version, actor, reason, at)
        return ref

    def rollback(self, *, actor: str, reason: str, at: str) -> BundleRef:
        """Point ``current`` back at what it named before the last promotion.

        Raises
        ------
        RegistryError
            If there is nothing to go back to, or it is gone or damaged.
        """
        with self._locked():
            before = self._pointers()
            if not before.previous:
                message = "nothing to roll back to: no promotion was made"
                raise RegistryError(message)
            target = before.previous[-1]
            ref = self.packaged() if target is None else self.find(target)
            self._verify(ref)
            self._write(Pointers(target, before.shadow, before.previous[:-1]))
            self._log("rollback", before.current, ref.version, actor, reason, at)
        return ref

    def set_shadow(self, version: str, *, actor: str, reason: str, at: str) -> BundleRef:
        """Let a bundle score beside ``current``; raises `RegistryError` as `promote`."""
        ref = self.find(version)
        self._verify(ref)
        with self._locked():
            before = self._pointers()
            self._write(Pointers(before.current, ref.version, before.previous))
            self._log("shadow", before.shadow, ref.version, actor, reason, at)
        return ref

    def clear_shadow(self, *, actor: str, reason: str, at: str) -> None:
        """Stop the shadow, if there is one."""
        with self._locked():
            before = self._pointers()
            if before.shadow is not None:
                self._write(Pointers(before.current, None, before.previous))
                self._log("clear_shadow", before.shadow, None, actor, reason, at)

    def discard(self, version: str, *, actor: str, reason: str, at: str) -> None:
        """Remove a bundle for good.

        Raises
        ------
        RegistryError
            If there is no such bundle, or it decides, runs as the shadow, came with the package or
            is what a rollback goes back to.
        """
        ref = self.find(version)
        with self._locked():
            pointers = self._pointers()
            kept = {
                "it came with the package": ref.is_default,
                "it decides now": pointers.current == version,
                "it runs as the shadow": pointers.shadow == version,
                "a rollback goes back to it": version in pointers.previous,
            }
            for why, is_so in kept.items():
                if is_so:
                    message = f"{version} is kept: {why}"
                    raise RegistryError(message)
            aside = unfinished(ref.path, "old")
            ref.path.rename(aside)
            self.results.remove(version)
            sync_folder(self.models_dir)
            self._log("discard", version, None, actor, reason, at)
        shutil.rmtree(aside, ignore_errors=True)

    def history(self) -> list[dict[str, Any]]:
        """Return every move of a pointer, oldest first; a line cut short by a crash is skipped."""
        events = []
        for line in self._text(_HISTORY).splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:
                continue
        return events

    def shared_state(self) -> SharedState:
        """Return what other machines must know to follow this one."""
        return SharedState(self._text(_POINTERS), self._text(_HISTORY))

    def adopt(self, state: SharedState) -> None:
        """Follow another machine's pointers; what they name must be here, and whole.

        Raises
        ------
        RegistryError
            If a bundle is missing or damaged; then nothing moves.
        """
        for version in state.versions():
            self._verify(self.find(version))
        with self._locked():
            if state.pointers != self._text(_POINTERS):
                replace_text(self.models_dir / _HISTORY, state.history)
                replace_text(self.models_dir / _POINTERS, state.pointers)

    def _ref(self, path: Path) -> BundleRef | None:
        try:
            version = load_manifest(path).model_version
        except BundleError:
            return None
        return BundleRef(version, path, is_default=False)

    def _is_current(self, pointers: Pointers, ref: BundleRef) -> bool:
        return pointers.current == (None if ref.is_default else ref.version)

    def _verify(self, ref: BundleRef) -> None:
        try:
            verify_bundle(ref.path)
        except BundleError as error:
            message = f"bundle {ref.version} cannot be used: {error}"
            raise RegistryError(message) from error

    def _pointers(self) -> Pointers:
        return read_pointers(self._text(_POINTERS))

    def _text(self, name: str) -> str:
        try:
            return (self.models_dir / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def _write(self, pointers: Pointers) -> None:
        replace_text(self.models_dir / _POINTERS, pointers.to_text())

    def _log(
        self, action: str, before: str | None, after: str | None, actor: str, reason: str, at: str
    ) -> None:
        event = {
            "at": at,
            "action": action,
            "from": before,
            "to": after,
            "actor": actor,
            "reason": reason,
        }
        with (self.models_dir / _HISTORY).open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.models_dir.mkdir(parents=True, exist_ok=True)
        with (self.models_dir / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

"""The models in force, followed while the server runs."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from classifiers.bundle import load_scorer
from classifiers.manifest import BundleError
from classifiers.registry import BundleRef, Registry, RegistryError
from classifiers.scorer import Scorer
from moderation.domain.errors import InvalidInputError, ModerationError

_log = logging.getLogger(__name__)

MAX_OLDER = 2
"""Models beside current and shadow that stay in memory for callers who name a version."""


@dataclass(frozen=True, slots=True)
class LoadedModels:
    """What is loaded now; replaced whole, so that no answer mixes two models.

    Attributes
    ----------
    current : Scorer or None
        None when no bundle could be loaded: everything is held.
    shadow : Scorer or None
    """

    current: Scorer | None
    shadow: Scorer | None


class LiveModels:
    """Follows the registry's pointers.

    Parameters
    ----------
    registry : Registry
    poll_s : float
        Least time between two looks at the pointers, in seconds.
    pull : Callable or None
        Brings pointers and bundles in from a store that machines share.
    pull_s : float
        Least time between two pulls, in seconds.
    load : Callable
        Loads a bundle's folder.

    Notes
    -----
    A look costs one ``stat``. When a pointer has moved, a thread loads the new bundle while
    requests go on with the old one; a bundle that cannot be loaded changes nothing, and is tried
    again when its files change.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        poll_s: float = 1.0,
        pull: Callable[[], None] | None = None,
        pull_s: float = 15.0,
        load: Callable[[BundleRef], Scorer] = lambda ref: load_scorer(ref.path),
    ) -> None:
        self.registry = registry
        self._poll_s = poll_s
        self._pull = pull
        self._pull_s = pull_s
        self._next_pull = 0.0
        self._load = load
        self._lock = threading.Lock()
        self._next_look = 0.0
        self._stamp: object = _NEVER
        self._loaded = LoadedModels(None, None)
        self._is_refused = False
        self._refused_files: object = None
        self._older: OrderedDict[str, Scorer] = OrderedDict()
        self._older_lock = threading.Lock()

    def loaded(self) -> LoadedModels:
        """Return the models in force; loads them at the first call."""
        if self._stamp is _NEVER:
            with self._lock:
                if self._stamp is _NEVER:
                    self._pull_in()
                    self._reload()
        elif time.monotonic() >= self._next_look:
            self._look()
        return self._loaded

    def load(self, ref: BundleRef) -> Scorer:
        """Load a bundle that no pointer need name yet; raises `BundleError`."""
        return self._load(ref)

    def refresh(self) -> LoadedModels:
        """Load what the pointers name now, before returning."""
        with self._lock:
            self._reload()
        return self._loaded

    def of_version(self, version: str) -> Scorer:
        """Return exactly the model of a version, loaded if need be.

        The last `MAX_OLDER` that were asked for stay in memory, so that naming one after the
        other cannot fill it.

        Parameters
        ----------
        version : str
            Of any installed bundle.

        Raises
        ------
        InvalidInputError
            If no such bundle is installed, or it cannot be used.
        """
        loaded = self.loaded()
        for scorer in (loaded.current, loaded.shadow):
            if scorer is not None and scorer.model_version == version:
                return scorer
        try:
            ref = self.registry.find(version)
            return self._older_of(ref)
        except RegistryError as error:
            raise _no_model("expected the version of an installed model") from error
        except (BundleError, OSError) as error:
            _log.error("bundle not loaded: %s", error)
            raise _no_model(
                "this model is installed, but damaged or made under other text rules"
            ) from error

    def _older_of(self, ref: BundleRef) -> Scorer:
        with self._older_lock:
            scorer = self._older.pop(ref.version, None)
            if scorer is None:
                scorer = self._load(ref)
            self._older[ref.version] = scorer
            while len(self._older) > MAX_OLDER:
                self._older.popitem(last=False)
        return scorer

    def _look(self) -> None:
        self._next_look = time.monotonic() + self._poll_s
        if self._is_pull_due() or self._is_moved():
            threading.Thread(target=self._follow, name="model-loader", daemon=True).start()

    def _follow(self) -> None:
        if self._lock.acquire(blocking=False):
            try:
                if self._is_pull_due():
                    self._pull_in()
                if self._is_moved():
                    self._reload()
            finally:
                self._lock.release()

    def _is_pull_due(self) -> bool:
        return self._pull is not None and time.monotonic() >= self._next_pull

    def _pull_in(self) -> None:
        if self._pull is None:
            return
        try:
            self._pull()
        except ModerationError as error:
            # The models that are here serve on; the log tells.
            _log.error("models not pulled: %s", error)
        except Exception:  # noqa: BLE001 - as with a bundle: no store may stop the requests
            _log.exception("models not pulled")
        self._next_pull = time.monotonic() + self._pull_s

    def _is_moved(self) -> bool:
        """Tell whether a pointer moved, or a bundle that was refused has changed."""
        refused = self._refused_files
        is_mended = refused is not None and self.registry.files_stamp() != refused
        return is_mended or self.registry.stamp() != self._stamp

    def _reload(self) -> None:
        stamp, files = self.registry.stamp(), self.registry.files_stamp()
        self._is_refused = False
        current = self._loaded_or(self._loaded.current, self._find_current)
        if current is None:  # at the start, and what was promoted is refused
            current = self._loaded_or(None, self.registry.packaged)
        shadow = self._loaded_or(None, self.registry.shadow)
        self._loaded = LoadedModels(current, shadow)
        self._refused_files = files if self._is_refused else None
        self._stamp = stamp
        self._next_look = time.monotonic() + self._poll_s

    def _find_current(self) -> BundleRef | None:
        # Without a model anything is better than nothing; with one, a damaged successor is not.
        return self.registry.current() if self._loaded.current is None else self.registry.promoted()

    def _loaded_or(
        self, fallback: Scorer | None, find: Callable[[], BundleRef | None]
    ) -> Scorer | None:
        try:
            ref = find()
            if ref is None:
                return None
            for kept in (self._loaded.current, self._loaded.shadow):
                if kept is not None and kept.model_version == ref.version:
                    return kept
            return self._load(ref)
        except (BundleError, RegistryError, OSError) as error:
            # The server keeps the model that it has; /readyz and the log tell.
            _log.error("bundle not loaded: %s", error)
        except Exception:  # noqa: BLE001 - the scorer's edge: no bundle may stop the requests
            _log.exception("bundle not loaded")
        self._is_refused = True
        return fallback


def _no_model(expected: str) -> InvalidInputError:
    return InvalidInputError("The model cannot score.", fields={"model_version": expected})


_NEVER = object()

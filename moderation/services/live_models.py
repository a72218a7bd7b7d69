"""The models in force, followed while the server runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from classifiers.bundle import load_scorer
from classifiers.manifest import BundleError
from classifiers.registry import BundleRef, Registry
from classifiers.scorer import Scorer

_log = logging.getLogger(__name__)


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
    load : Callable
        Loads a bundle's folder.

    Notes
    -----
    A look costs one ``stat``. When a pointer has moved, a thread loads the new bundle while
    requests go on with the old one; a bundle that cannot be loaded changes nothing.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        poll_s: float = 1.0,
        load: Callable[[BundleRef], Scorer] = lambda ref: load_scorer(ref.path),
    ) -> None:
        self.registry = registry
        self._poll_s = poll_s
        self._load = load
        self._lock = threading.Lock()
        self._next_look = 0.0
        self._stamp: object = _NEVER
        self._loaded = LoadedModels(None, None)

    def loaded(self) -> LoadedModels:
        """Return the models in force; loads them at the first call."""
        if self._stamp is _NEVER:
            with self._lock:
                if self._stamp is _NEVER:
                    self._reload()
        elif time.monotonic() >= self._next_look:
            self._look()
        return self._loaded

    def refresh(self) -> LoadedModels:
        """Load what the pointers name now, before returning."""
        with self._lock:
            self._reload()
        return self._loaded

    def _look(self) -> None:
        self._next_look = time.monotonic() + self._poll_s
        if self.registry.stamp() != self._stamp:
            threading.Thread(target=self._follow, name="model-loader", daemon=True).start()

    def _follow(self) -> None:
        if self._lock.acquire(blocking=False):
            try:
                self._reload()
            finally:
                self._lock.release()

    def _reload(self) -> None:
        stamp = self.registry.stamp()
        current = self._loaded_or(self._loaded.current, self._find_current)
        shadow = self._loaded_or(None, self.registry.shadow)
        self._loaded = LoadedModels(current, shadow)
        self._stamp = stamp
        self._next_look = time.monotonic() + self._poll_s

    def _find_current(self) -> BundleRef | None:
        return self.registry.current()

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
        except (BundleError, OSError) as error:
            # The server keeps the model that it has; /readyz and the log tell.
            _log.error("bundle not loaded: %s", error)
            return fallback
        except Exception:  # noqa: BLE001 - the scorer's edge: no bundle may stop the requests
            _log.exception("bundle not loaded")
            return fallback


_NEVER = object()

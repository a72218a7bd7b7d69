"""The models as the desk shows them, and who puts another one in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from classifiers.bundle import load_document
from classifiers.labels import Label
from classifiers.manifest import BundleError
from classifiers.registry import BundleRef, RegistryError
from classifiers.scorer import Threshold
from moderation.domain.errors import ConflictError, InvalidInputError, NotFoundError
from moderation.services.messages import rfc3339
from moderation.services.runtime import Runtime
from moderation.services.threshold_changes import recompute
from moderation.storage.events import append_event

MAX_REASON_LENGTH = 500
_CARD = "CARD.md"
_PICTURE = ".png"


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One bundle.

    Attributes
    ----------
    is_current, is_shadow : bool
        Whether a pointer names it.
    thresholds : Mapping[Label, Threshold]
    metrics : Mapping[str, Any]
        As the manifest has them.
    objections : tuple[str, ...]
        Why it should not be promoted, a clause each.
    """

    version: str
    is_default: bool
    is_current: bool
    is_shadow: bool
    created_at: str
    thresholds: Mapping[Label, Threshold]
    metrics: Mapping[str, Any]
    objections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelsView:
    """The registry at one moment.

    Attributes
    ----------
    rows : tuple[ModelRow, ...]
        Newest first.
    history : tuple[dict[str, Any], ...]
        Moves of the pointers, newest first.
    loaded_version : str or None
        What this process scores with; None when nothing could be loaded.
    """

    rows: tuple[ModelRow, ...]
    history: tuple[dict[str, Any], ...]
    loaded_version: str | None

    @property
    def can_roll_back(self) -> bool:
        """Whether a promotion was made that has not been taken back."""
        moves = [entry.get("action") for entry in self.history]
        return moves.count("promote") > moves.count("rollback")


def models_view(runtime: Runtime) -> ModelsView:
    """Return the bundles and their history; no bundle at all is an empty list."""
    registry = runtime.models.registry
    scorer = runtime.models.loaded().current
    history = tuple(reversed(registry.history()))
    loaded = scorer.model_version if scorer is not None else None
    try:
        refs = registry.bundles()
        current, shadow = registry.current(), registry.shadow()
    except (BundleError, OSError):
        return ModelsView((), history, loaded)
    rows = [
        _row(
            ref, current=current.version, shadow=shadow.version if shadow else None, runtime=runtime
        )
        for ref in refs
    ]
    rows.sort(key=lambda row: (row.created_at, row.version), reverse=True)
    return ModelsView(tuple(rows), history, loaded)


def fetch_model(runtime: Runtime, version: str) -> None:
    """Have a model here that another machine trained and published, if there is one.

    Raises
    ------
    BucketError
        If the store cannot be reached.
    ConflictError
        If what lies there is damaged.
    """
    registry, store = runtime.models.registry, runtime.store
    if store is None or any(ref.version == version for ref in registry.bundles()):
        return
    if version in store.versions():
        store.bring(version)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a bundle says of itself.

    Attributes
    ----------
    text : str
        Markdown; empty if the bundle has no card.
    pictures : frozenset[str]
        Names of its pictures.
    problem : str
        Why the card cannot be shown; empty if it can.
    """

    text: str
    pictures: frozenset[str]
    problem: str = ""


def model_card(runtime: Runtime, version: str) -> ModelCard:
    """Return a model's card, after its digest agrees.

    Raises
    ------
    NotFoundError
        If there is no such bundle.
    """
    ref = _find(runtime, version)
    names = runtime.models.registry.manifest(version).files
    pictures = frozenset(name for name in names if name.endswith(_PICTURE))
    if _CARD not in names:
        return ModelCard("", pictures)
    try:
        text = load_document(ref.path, _CARD).decode("utf-8", "replace")
    except BundleError as error:
        return ModelCard("", frozenset(), str(error))
    return ModelCard(text, pictures)


def model_picture(runtime: Runtime, version: str, name: str) -> bytes:
    """Return a picture of a model's card, a PNG, after its digest agrees.

    Raises
    ------
    NotFoundError
        If there is no such bundle, its manifest lists no such picture, or the file is damaged.
    """
    ref = _find(runtime, version)
    try:
        if name.endswith(_PICTURE):
            return load_document(ref.path, name)
    except BundleError as error:
        raise NotFoundError("No such picture.") from error
    raise NotFoundError("No such picture.")


def promote(
    runtime: Runtime, version: str, reason: str, *, by: str, is_forced: bool = False
) -> str:
    """Put a model in force; running servers follow within seconds.

    Parameters
    ----------
    by : str
        Who does it, for the histories.
    is_forced : bool
        Although a gate is against it; the objections are logged with the reason.

    Raises
    ------
    InvalidInputError
        If no reason is given.
    NotFoundError, ConflictError
        If there is no such bundle, it is damaged, or a gate is against it.
    """
    why = _checked(reason)
    with _shared(runtime, version), _explained("The model was not promoted"):
        objections = _objections(runtime, version)
        if is_forced or not objections:
            # Before the pointer moves: rules in words hold from the first comment on.
            recompute(runtime, runtime.models.load(_find(runtime, version)), by=by)
        ref = runtime.models.registry.promote(
            version, is_forced=is_forced, **_signature(runtime, by, why)
        )
    _note(runtime, by, "model_promoted", ref.version, why, objections=objections)
    return ref.version


def roll_back(runtime: Runtime, reason: str, *, by: str) -> str:
    """Put the model of before back in force. Raises as `promote`."""
    why = _checked(reason)
    with _shared(runtime), _explained("Nothing was rolled back"):
        ref = runtime.models.registry.rollback(**_signature(runtime, by, why))
    _note(runtime, by, "model_rolled_back", ref.version, why)
    return ref.version


def start_shadow(runtime: Runtime, version: str, *, by: str) -> str:
    """Let a model score live traffic beside the one that decides. Raises as `promote`."""
    why = "started"
    with _shared(runtime, version), _explained("The shadow was not started"):
        _find(runtime, version)
        ref = runtime.models.registry.set_shadow(version, **_signature(runtime, by, why))
    _note(runtime, by, "shadow_started", ref.version, why)
    return ref.version


def stop_shadow(runtime: Runtime, *, by: str) -> None:
    """Stop the shadow, if one runs; its scores are kept. Raises as `promote`."""
    why = "stopped"
    with _shared(runtime):
        running = runtime.models.registry.shadow()
        runtime.models.registry.clear_shadow(**_signature(runtime, by, why))
    if running is not None:
        _note(runtime, by, "shadow_stopped", running.version, why)


def discard(runtime: Runtime, version: str, reason: str, *, by: str) -> None:
    """Remove a model for good. Raises as `promote`; `ConflictError` also if it is in use."""
    why = _checked(reason)
    with _shared(runtime, version), _explained("The model was not removed"):
        _find(runtime, version)
        runtime.models.registry.discard(version, **_signature(runtime, by, why))
    if runtime.store is not None:
        runtime.store.remove(version)
    _note(runtime, by, "model_discarded", version, why)


@contextmanager
def _shared(runtime: Runtime, *versions: str) -> Iterator[None]:
    """Move pointers on all machines that share a store, or on none."""
    if runtime.store is None:
        yield
        return
    with runtime.store.change(*versions):
        yield


def _signature(runtime: Runtime, by: str, why: str) -> dict[str, Any]:
    return {"actor": by, "reason": why, "at": rfc3339(runtime.clock())}


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except (RegistryError, BundleError) as error:
        raise ConflictError(f"{what}: {error}") from error


def _objections(runtime: Runtime, version: str) -> list[str]:
    _find(runtime, version)
    with _explained("The model cannot be read"):
        return runtime.models.registry.objections(version)


def _row(ref: BundleRef, *, current: str, shadow: str | None, runtime: Runtime) -> ModelRow:
    manifest = runtime.models.registry.manifest(ref.version)
    return ModelRow(
        version=ref.version,
        is_default=ref.is_default,
        is_current=ref.version == current,
        is_shadow=ref.version == shadow,
        created_at=manifest.created_at,
        thresholds=manifest.thresholds,
        metrics=manifest.metrics,
        objections=tuple(runtime.models.registry.objections(ref.version)),
    )


def _find(runtime: Runtime, version: str) -> BundleRef:
    try:
        return runtime.models.registry.find(version)
    except (RegistryError, BundleError) as error:
        raise NotFoundError(f"No such model: {error}") from error


def _checked(reason: str) -> str:
    why = " ".join(reason.split())
    if not 1 <= len(why) <= MAX_REASON_LENGTH:
        raise InvalidInputError(
            "Say why.", fields={"reason": f"expected 1 to {MAX_REASON_LENGTH} characters"}
        )
    return why


def _note(
    runtime: Runtime,
    by: str,
    kind: str,
    version: str,
    reason: str,
    objections: list[str] | None = None,
) -> None:
    runtime.models.refresh()
    with runtime.database.write() as connection:
        append_event(
            connection,
            kind,
            at=runtime.clock(),
            actor=by,
            details={"version": version, "reason": reason, "forced": objections or []},
        )

"""The models as the desk shows them, and who puts another one in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifiers.labels import Label
from classifiers.manifest import BundleError
from classifiers.registry import BundleRef, RegistryError
from classifiers.scorer import Threshold
from moderation.domain.errors import ConflictError, InvalidInputError, NotFoundError
from moderation.domain.review import Role
from moderation.services.messages import rfc3339
from moderation.services.review import require_role
from moderation.services.runtime import Runtime
from moderation.storage.events import append_event
from moderation.storage.users import User

MAX_REASON_LENGTH = 500


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
    """

    version: str
    is_default: bool
    is_current: bool
    is_shadow: bool
    created_at: str
    thresholds: Mapping[Label, Threshold]
    metrics: Mapping[str, Any]


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


def model_card(runtime: Runtime, version: str) -> str:
    """Return the text of a model's card; empty when the bundle has none.

    Raises
    ------
    NotFoundError
        If there is no such bundle.
    """
    ref = _find(runtime, version)
    cards = sorted(ref.path.glob("*.md"))
    if not cards:
        return ""
    return cards[0].read_text(encoding="utf-8", errors="replace")


def promote(runtime: Runtime, user: User, version: str, reason: str) -> str:
    """Put a model in force; running servers follow within seconds.

    Raises
    ------
    InvalidInputError
        If no reason is given.
    NotFoundError, ConflictError
        If there is no such bundle, or it is damaged.
    """
    require_role(user, Role.ADMIN)
    why = _checked(reason)
    _find(runtime, version)
    at = rfc3339(runtime.clock())
    try:
        ref = runtime.models.registry.promote(version, actor=user.username, reason=why, at=at)
    except (RegistryError, BundleError) as error:
        raise ConflictError(f"The model was not promoted: {error}") from error
    _note(runtime, user, "model_promoted", ref.version, why)
    return ref.version


def roll_back(runtime: Runtime, user: User, reason: str) -> str:
    """Put the model of before back in force. Raises as `promote`."""
    require_role(user, Role.ADMIN)
    why = _checked(reason)
    at = rfc3339(runtime.clock())
    try:
        ref = runtime.models.registry.rollback(actor=user.username, reason=why, at=at)
    except (RegistryError, BundleError) as error:
        raise ConflictError(f"Nothing was rolled back: {error}") from error
    _note(runtime, user, "model_rolled_back", ref.version, why)
    return ref.version


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
    )


def _find(runtime: Runtime, version: str) -> BundleRef:
    try:
        return runtime.models.registry.find(version)
    except (RegistryError, BundleError) as error:
        raise NotFoundError("No such model.") from error


def _checked(reason: str) -> str:
    why = " ".join(reason.split())
    if not 1 <= len(why) <= MAX_REASON_LENGTH:
        raise InvalidInputError(
            "Say why.", fields={"reason": f"expected 1 to {MAX_REASON_LENGTH} characters"}
        )
    return why


def _note(runtime: Runtime, user: User, kind: str, version: str, reason: str) -> None:
    runtime.models.refresh()
    with runtime.database.write() as connection:
        append_event(
            connection,
            kind,
            at=runtime.clock(),
            actor=user.username,
            details={"version": version, "reason": reason},
        )

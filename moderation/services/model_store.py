"""Bundles that several machines share through a bucket; each keeps what it uses in its folder."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from classifiers.bundle import MANIFEST
from classifiers.installing import install_bundle
from classifiers.manifest import BundleError
from classifiers.pointers import SharedState
from classifiers.registry import Registry, RegistryError
from moderation.domain.errors import ConflictError
from moderation.services.bucket import Bucket, BucketError

_log = logging.getLogger(__name__)

_POINTERS = "pointers.json"
_HISTORY = "promotions.jsonl"
_MOST_STATE_BYTES = 50_000_000


class ModelStore:
    """Keeps a models folder and a bucket alike; the bucket's pointers are what holds.

    Layout of the bucket: as the folder's. A manifest is written last, so a bundle that has one is
    whole.

    Parameters
    ----------
    registry : Registry
        The folder of this machine.
    bucket : Bucket
    """

    def __init__(self, registry: Registry, bucket: Bucket) -> None:
        self._registry = registry
        self._bucket = bucket
        self._tag: str | None = None

    def pull(self) -> None:
        """Bring in what the bucket's pointers name, and follow them; nothing moves otherwise.

        Raises
        ------
        BucketError
            If the bucket cannot be reached.
        ConflictError
            If a bundle is missing, cut short or changed there.
        """
        pointers = self._bucket.read(_POINTERS, _MOST_STATE_BYTES)
        if pointers is None or pointers.tag == self._tag:
            return
        history = self._bucket.read(_HISTORY, _MOST_STATE_BYTES)
        state = SharedState(
            pointers.data.decode("utf-8", "replace"),
            history.data.decode("utf-8", "replace") if history is not None else "",
        )
        try:
            for version in state.versions():
                self.bring(version)
            self._registry.adopt(state)
        except RegistryError as error:
            raise ConflictError(
                f"The model store's pointers cannot be followed: {error}"
            ) from error
        self._tag = pointers.tag

    def bring(self, version: str) -> None:
        """Bring in one bundle with what its gates said, unless it is here. Raises as `pull`."""
        try:
            self._registry.find(version)
        except RegistryError:
            pass
        else:
            return

        def read(name: str, most: int) -> bytes:
            found = self._bucket.read(f"{version}/{name}", most)
            if found is None:
                message = f"{name}: not in the model store"
                raise BundleError(message)
            return found.data

        try:
            install_bundle(self._registry.path_for(version), read)
        except (BundleError, RegistryError) as error:
            raise ConflictError(f"Bundle {version} was not taken in: {error}") from error
        said = self._bucket.read(f"results/{version}.json", _MOST_STATE_BYTES)
        if said is not None:
            self._registry.results.take(version, said.data)
        _log.info("bundle %s was brought in", version)

    def publish(self, versions: Iterable[str]) -> None:
        """Write bundles of this machine into the bucket, unless they are there."""
        there = self.versions()
        for version in versions:
            ref = self._registry.find(version)
            if ref.is_default:
                continue
            if version not in there:
                files = [*self._registry.manifest(version).files, MANIFEST]
                for name in files:
                    self._bucket.write(f"{version}/{name}", (ref.path / name).read_bytes())
            said = self._registry.results.raw(version)
            if said is not None:
                self._bucket.write(f"results/{version}.json", said)

    def versions(self) -> frozenset[str]:
        """Return the versions of the bundles in the bucket."""
        end = f"/{MANIFEST}"
        return frozenset(
            name.removesuffix(end) for name in self._bucket.names() if name.endswith(end)
        )

    @contextmanager
    def change(self, *versions: str) -> Iterator[None]:
        """Move pointers here and in the bucket, or nowhere.

        Parameters
        ----------
        versions : str
            Bundles that must be here for it.

        Raises
        ------
        BucketError
            If the bucket cannot be reached.
        ConflictError
            If somebody else moved the pointers at the same moment.
        """
        self.pull()
        for version in versions:
            self.bring(version)
        before = self._registry.shared_state()
        yield
        after = self._registry.shared_state()
        if after == before and self._tag is not None:
            return
        try:
            self.publish(after.versions())
            self._push(after)
        except (BucketError, ConflictError):
            self._registry.adopt(before)
            raise

    def remove(self, version: str) -> None:
        """Remove a bundle from the bucket, its manifest first."""
        names = [name for name in self._bucket.names() if name.startswith(f"{version}/")]
        for name in sorted(names, key=lambda name: not name.endswith(f"/{MANIFEST}")):
            self._bucket.remove(name)
        self._bucket.remove(f"results/{version}.json")

    def _push(self, state: SharedState) -> None:
        condition = {"IfMatch": self._tag} if self._tag is not None else {"IfNoneMatch": "*"}
        tag = self._bucket.write(_POINTERS, state.pointers.encode(), **condition)
        self._bucket.write(_HISTORY, state.history.encode())
        self._tag = tag

"""A folder in an S3-compatible store (extra ``s3``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moderation.domain.errors import ConflictError, ModerationError

_TIMEOUT_S = 5
_TRIES = 2
_CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412"})


class BucketError(ModerationError):
    """The store cannot be reached or refuses; the message says what it answered."""

    code = "model_store_unavailable"


@dataclass(frozen=True, slots=True)
class Content:
    """What an object held, and the tag that changes with it."""

    data: bytes
    tag: str


class Bucket:
    """Reads and writes objects under a prefix.

    Parameters
    ----------
    address : str
        ``s3://BUCKET/PREFIX``.
    endpoint : str
        Address of the store; empty for Amazon's.

    Notes
    -----
    Credentials come from where every tool for S3 takes them: ``AWS_ACCESS_KEY_ID`` and
    ``AWS_SECRET_ACCESS_KEY``, a profile, or the machine's role.
    """

    def __init__(self, address: str, *, endpoint: str = "") -> None:
        try:
            import boto3  # noqa: PLC0415 - an extra: loaded when a store is named
            from botocore.config import Config  # noqa: PLC0415
        except ImportError as error:
            raise BucketError(
                "A model store needs the extra s3: pip install 'comment-moderation[s3]'"
            ) from error
        self._bucket, _, prefix = address.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        retries = {"total_max_attempts": _TRIES, "mode": "standard"}
        config = Config(connect_timeout=_TIMEOUT_S, read_timeout=6 * _TIMEOUT_S, retries=retries)
        self._client: Any = boto3.client("s3", endpoint_url=endpoint or None, config=config)

    def read(self, name: str, most: int) -> Content | None:
        """Return the first bytes of an object, None where there is none."""
        with self._explained():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
                with answer["Body"] as body:
                    return Content(body.read(most), answer["ETag"])
            except self._client.exceptions.NoSuchKey:
                return None

    def write(self, name: str, data: bytes, **condition: str) -> str:
        """Write an object and return its tag.

        Parameters
        ----------
        condition : str
            ``IfMatch`` with the tag that it must have, or ``IfNoneMatch="*"`` if it must be new.

        Raises
        ------
        ConflictError
            If somebody else has written it meanwhile.
        """
        with self._explained():
            answer = self._client.put_object(
                Bucket=self._bucket, Key=self._prefix + name, Body=data, **condition
            )
            return str(answer["ETag"])

    def remove(self, name: str) -> None:
        """Remove an object, if it is there."""
        with self._explained():
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    def names(self) -> Iterator[str]:
        """Return the names of all objects."""
        with self._explained():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
                for entry in page.get("Contents", ()):
                    yield str(entry["Key"]).removeprefix(self._prefix)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        from botocore.exceptions import (  # noqa: PLC0415 - as above
            BotoCoreError,
            ClientError,
            HTTPClientError,
        )

        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _CHANGED:
                raise ConflictError("Somebody else has written it meanwhile.") from error
            raise BucketError(f"The model store refuses: {code}") from error
        except (BotoCoreError, HTTPClientError, OSError) as error:
            raise BucketError(
                f"The model store cannot be reached: {type(error).__name__}"
            ) from error

"""Who is asking, and which comment is meant, where the format has no word for either."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from flask import Response

from moderation.domain.forum import Forum
from moderation.services.drop_in import DropInAnswer
from moderation.services.registration import forum_by_key
from moderation.web import current

MODEL_HEADER = "X-Moderation-Model"
"""Names the model behind an answer, which these formats have no field for."""


def forum_of_key(key: str) -> Forum | None:
    """Return the forum that a bearer key belongs to, or None."""
    key = key.strip()
    return forum_by_key(current.runtime(), key) if key.startswith("mod_") else None


def bearer_key(authorization: str) -> str | None:
    """Return the key of an ``Authorization`` header; None when it is of another scheme."""
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def digest_id(service: str, *parts: str | None) -> str:
    """Return an id for a comment that has none: the same parts, the same comment."""
    raw = "\0".join("" if part is None else f"={part}" for part in parts)
    digest = hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{service}-{digest[:32]}"


def count_new(answers: Iterable[DropInAnswer]) -> None:
    """Count the verdicts on comments that were stored now."""
    for answer in answers:
        if answer.is_new:
            current.metrics().count_verdict(answer.verdict, answer.scores.values())


def name_model(response: Response, versions: Iterable[str | None]) -> Response:
    """Tell which models answered."""
    named = sorted({version for version in versions if version is not None})
    if named:
        response.headers[MODEL_HEADER] = ", ".join(named)
    return response

"""Names that stand for people in an export, the same for the same person, and not reversible."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from classifiers.labelled import LabelledComment

_PURPOSE = b"pseudonyms of exports/1"
_LENGTH = 32


class Pseudonyms:
    """Keyed hashes (HMAC-SHA-256, RFC 2104) of author ids and moderators' names.

    Without the key nobody can try out ids, few as they are.

    Parameters
    ----------
    secret : str
        The installation's secret key; what is used is derived from it.
    """

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode("utf-8"), _PURPOSE, hashlib.sha256)

    def applied(self, comment: LabelledComment) -> LabelledComment:
        """Return the comment with pseudonyms for its author and for who judged it."""
        return replace(
            comment,
            author_id=self._of(f"author\0{comment.forum}", comment.author_id),
            decided_by=self._of("judge", comment.decided_by),
        )

    def _of(self, kind: str, name: str | None) -> str | None:
        if name is None:
            return None
        said = f"{kind}\0{name}".encode("utf-8", "surrogatepass")
        return f"p-{hmac.digest(self._key, said, hashlib.sha256).hex()[:_LENGTH]}"

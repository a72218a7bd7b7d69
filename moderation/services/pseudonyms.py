"""Names that stand for people, the same for the same person, and not reversible."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import replace

from classifiers.labelled import LabelledComment
from moderation.domain.comment import Author, Comment

_PURPOSE = b"pseudonyms of exports/1"
_LENGTH = 32
_PSEUDONYM = re.compile(rf"p-[0-9a-f]{{{_LENGTH}}}")


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
            author_id=(
                self.of_author(comment.forum or "", comment.author_id)
                if comment.author_id is not None
                else None
            ),
            decided_by=(
                self._of("judge", comment.decided_by) if comment.decided_by is not None else None
            ),
        )

    def of_author(self, forum_slug: str, author_id: str) -> str:
        """Return what stands for an author of a forum; a pseudonym stands for itself."""
        if _PSEUDONYM.fullmatch(author_id):
            return author_id
        return self._of(f"author\0{forum_slug}", author_id)

    def for_storing(self, forum_slug: str, comment: Comment) -> Comment:
        """Return the comment with a pseudonym for its author, whose name is left out."""
        if comment.author is None:
            return comment
        known = comment.author
        stands_in = Author(
            self.of_author(forum_slug, known.external_id),
            joined_at=known.joined_at,
            post_count=known.post_count,
            is_trusted=known.is_trusted,
        )
        return replace(comment, author=stands_in)

    def _of(self, kind: str, name: str) -> str:
        said = f"{kind}\0{name}".encode("utf-8", "surrogatepass")
        return f"p-{hmac.digest(self._key, said, hashlib.sha256).hex()[:_LENGTH]}"

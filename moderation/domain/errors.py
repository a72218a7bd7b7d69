"""What can go wrong, in words of the domain. Status codes are the edge's affair."""

from __future__ import annotations

from collections.abc import Mapping


class ModerationError(Exception):
    """Base of every expected error.

    Attributes
    ----------
    code : str
        Stable, machine-readable name.
    message : str
        One sentence for the person who can mend it; never holds comment text.
    fields : Mapping[str, str]
        Wrong fields and what was expected of each; may be empty.
    """

    code = "error"

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields: Mapping[str, str] = dict(fields or {})


class InvalidInputError(ModerationError):
    """A value that breaks a rule; ``fields`` names it."""

    code = "invalid_input"


class NotFoundError(ModerationError):
    """The thing does not exist, or belongs to another forum (the answer is the same)."""

    code = "not_found"


class NotAllowedError(ModerationError):
    """The person's role does not permit the action."""

    code = "not_allowed"


class ConflictError(ModerationError):
    """The action came too late or clashes with another."""

    code = "conflict"


class StaleRevisionError(ConflictError):
    """The decision judged a revision that has been replaced meanwhile."""

    code = "stale_revision"


class ClaimLostError(ConflictError):
    """The claim has expired or somebody else holds it."""

    code = "claim_lost"


class AlreadyDecidedError(ConflictError):
    """Somebody else decided the item first."""

    code = "already_decided"


class StorageUnavailableError(ModerationError):
    """The database cannot be reached now; trying again later may help."""

    code = "storage_unavailable"


class UnreadableSecretError(StorageUnavailableError):
    """A stored secret cannot be opened until its key is there again."""

    code = "unreadable_secret"


class OverloadedError(ModerationError):
    """There is more to do than the server can do in time; trying again later helps."""

    code = "overloaded"


class ScorerUnavailableError(ModerationError):
    """There is no score, and the caller's format knows no other answer."""

    code = "scorer_unavailable"

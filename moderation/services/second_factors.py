"""The second factor: a code of an authenticator (RFC 6238), or a recovery code."""

from __future__ import annotations

import hashlib
import secrets

import pyotp

from moderation.domain.errors import InvalidInputError
from moderation.services.runtime import Runtime
from moderation.storage import entry
from moderation.storage.entry import SecondFactor
from moderation.storage.events import append_event
from moderation.storage.users import User

STEP_S = 30
RECOVERY_CODES = 10
_CODE_LENGTH = 6
_NEAR_STEPS = (-1, 0, 1)
"""Clocks may differ by half a minute."""


def new_secret() -> str:
    """Return a new secret of 160 bits; it counts once `set_up` has seen a code of it."""
    return pyotp.random_base32()


def address_of(secret: str, username: str) -> str:
    """Return the ``otpauth`` address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name="Desk")


def has_second_factor(runtime: Runtime, user: User) -> bool:
    """Return whether an account asks for a code."""
    with runtime.database.read() as connection:
        return entry.second_factor(connection, user.id) is not None


def accounts_with_one(runtime: Runtime) -> frozenset[int]:
    """Return the keys of the accounts that ask for a code."""
    with runtime.database.read() as connection:
        return frozenset(entry.users_with_second_factor(connection))


def set_up(runtime: Runtime, user: User, secret: str, code: str) -> list[str]:
    """Put a secret in force once a code of it is shown; returns recovery codes, shown once.

    Raises
    ------
    InvalidInputError
        If the code is not the secret's of now.
    """
    step = _step_of(runtime, secret, code)
    if step is None:
        raise InvalidInputError(
            "That is not the code of now.", fields={"code": "expected 6 digits"}
        )
    codes = [f"{secrets.token_hex(5)}-{secrets.token_hex(5)}" for _ in range(RECOVERY_CODES)]
    factor = SecondFactor(secret, step, tuple(_digest(one) for one in codes))
    with runtime.database.write() as connection:
        entry.put_second_factor(connection, user.id, factor, at=runtime.clock())
        append_event(connection, "second_factor_set", at=runtime.clock(), actor=user.username)
    return codes


def check_code(runtime: Runtime, user: User, code: str) -> bool:
    """Return whether a code, or a recovery code, is right; neither works twice."""
    with runtime.database.write() as connection:
        factor = entry.second_factor(connection, user.id)
        if factor is None:
            return False
        step = _step_of(runtime, factor.secret, code)
        if step is not None:
            return entry.use_step(connection, user.id, step)
        given = _digest(code.strip().lower())
        left = [digest for digest in factor.recovery_digests if digest != given]
        if len(left) == len(factor.recovery_digests):
            return False
        entry.keep_recovery(connection, user.id, left)
        append_event(
            connection,
            "recovery_code_used",
            at=runtime.clock(),
            actor=user.username,
            details={"left": len(left)},
        )
        return True


def remove(runtime: Runtime, user: User, *, by: str) -> None:
    """Remove an account's second factor."""
    with runtime.database.write() as connection:
        entry.drop_second_factor(connection, user.id)
        append_event(
            connection,
            "second_factor_removed",
            at=runtime.clock(),
            actor=by,
            details={"username": user.username},
        )


def _step_of(runtime: Runtime, secret: str, code: str) -> int | None:
    digits = "".join(code.split())
    if len(digits) != _CODE_LENGTH or not digits.isascii() or not digits.isdecimal():
        return None
    now = int(runtime.clock().timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    steps = (now + near for near in _NEAR_STEPS)
    return next(
        (step for step in steps if secrets.compare_digest(totp.generate_otp(step), digits)), None
    )


def _digest(code: str) -> str:
    # 80 random bits: nothing to guess, so no stretching is needed.
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()

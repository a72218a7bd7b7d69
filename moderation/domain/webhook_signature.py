"""Standard Webhooks signatures, for requests that come in and messages that go out.

Source: Standard Webhooks specification, "Signature scheme" and "Verifying webhook authenticity".
The public library computes the signature; the clock stays ours, so that time is an argument.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

MAX_MESSAGE_ID_LENGTH = 200


def sign(secret: str, message_id: str, at: datetime, body: str) -> str:
    """Return one signature, ``v1,<base64>``.

    Parameters
    ----------
    secret : str
        ``whsec_`` and base64 of 24 to 64 bytes.
    """
    # The library takes any time for UTC, whatever its zone.
    return Webhook(secret).sign(msg_id=message_id, timestamp=at.astimezone(UTC), data=body)


def sign_headers(
    secrets: Iterable[str], message_id: str, at: datetime, body: str
) -> dict[str, str]:
    """Return the three headers of an outgoing message, signed with every valid secret."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(sign(secret, message_id, at, body) for secret in secrets),
    }


def is_signed(  # noqa: PLR0913 - the parts of the scheme
    secrets: Iterable[str],
    *,
    message_id: str,
    timestamp: str,
    signatures: str,
    body: bytes,
    now: datetime,
    tolerance_s: int,
) -> bool:
    """Return whether one of the signatures is right for one of the secrets, and fresh.

    Parameters
    ----------
    timestamp : str
        Seconds since 1970, as the header says.
    signatures : str
        Space-separated list, as the header says.
    body : bytes
        The raw body.
    tolerance_s : int
        How far ``timestamp`` may be from ``now``, in seconds, either way.
    """
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 11:  # noqa: PLR2004 - beyond the year 5000
        return False
    if abs(now.timestamp() - int(timestamp)) > tolerance_s:
        return False
    if not message_id.isprintable() or not 0 < len(message_id) <= MAX_MESSAGE_ID_LENGTH:
        return False
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    at = datetime.fromtimestamp(int(timestamp), tz=UTC)
    given = [one.encode("utf-8", "surrogatepass") for one in signatures.split(" ")[:10]]
    right = False
    for secret in secrets:
        expected = sign(secret, message_id, at, text).encode("ascii")
        for one in given:
            right |= hmac.compare_digest(expected, one)
    return right

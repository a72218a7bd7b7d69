"""Our signatures against the public library, both ways."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from moderation.domain.webhook_signature import is_signed, sign, sign_headers

# A published example, figures only.
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
MESSAGE_ID = "msg_501"
TIMESTAMP = "1795485601"
SIGNATURE = "v1,Hr4qSrhM444A8D2n3b8Ndgmz249ufZKCMp/2vensoXw="
BODY = (
    '{"type":"decision.made","timestamp":"2026-11-24T02:00:01Z",'
    '"data":{"id":"501","action":"hold","reason":"harassment"}}'
)
AT = datetime.fromtimestamp(int(TIMESTAMP), tz=UTC)
OTHER_SECRET = "whsec_" + "QUJD" * 8


def verdict(**changed: Any) -> bool:
    given: dict[str, Any] = {
        "secrets": [SECRET],
        "message_id": MESSAGE_ID,
        "timestamp": TIMESTAMP,
        "signatures": SIGNATURE,
        "body": BODY.encode(),
        "now": AT,
        "tolerance_s": 300,
    }
    return is_signed(**(given | changed))


def test_the_published_example_is_signed() -> None:
    assert sign(SECRET, MESSAGE_ID, AT, BODY) == SIGNATURE
    assert verdict()


@pytest.mark.parametrize("body", ["", "{}", BODY, "Grüße \U0001f600", "a\r\nb"])
def test_the_library_verifies_what_we_sign(body: str) -> None:
    with time_machine.travel(AT, tick=False):
        headers = sign_headers([OTHER_SECRET, SECRET], MESSAGE_ID, AT, body)
        for secret in (SECRET, OTHER_SECRET):
            Webhook(secret).verify(body.encode(), headers, json_parse=False)
            with pytest.raises(WebhookVerificationError):
                Webhook(secret).verify(body.encode() + b" ", headers, json_parse=False)


@pytest.mark.parametrize("body", ["", "{}", BODY, "Grüße \U0001f600"])
def test_we_verify_what_the_library_signs(body: str) -> None:
    signature = Webhook(SECRET).sign(MESSAGE_ID, AT, body)
    assert verdict(signatures=signature, body=body.encode())


def test_a_time_of_another_zone_is_signed_as_the_same_moment() -> None:
    at = AT.astimezone(timezone(timedelta(hours=5)))
    assert sign(SECRET, MESSAGE_ID, at, BODY) == SIGNATURE


def test_fractions_of_a_second_are_cut_alike_in_header_and_signature() -> None:
    at = AT + timedelta(microseconds=999_999)
    headers = sign_headers([SECRET], MESSAGE_ID, at, BODY)
    assert headers["webhook-timestamp"] == TIMESTAMP
    assert headers["webhook-signature"] == SIGNATURE


def test_the_library_refuses_our_message_with_a_changed_body() -> None:
    with time_machine.travel(AT, tick=False):
        headers = sign_headers([SECRET], MESSAGE_ID, AT, BODY)
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(json.dumps({}), headers)


@pytest.mark.parametrize(
    ("off_s", "is_fresh"),
    [(0, True), (300, True), (301, False), (-300, True), (-301, False)],
)
def test_tolerance_counts_both_ways(off_s: int, *, is_fresh: bool) -> None:
    assert verdict(now=AT + timedelta(seconds=off_s)) is is_fresh


def test_either_of_two_secrets_signs_during_a_rotation() -> None:
    assert verdict(secrets=[OTHER_SECRET, SECRET])
    assert verdict(secrets=[SECRET, OTHER_SECRET])
    assert not verdict(secrets=[OTHER_SECRET])
    assert not verdict(secrets=[])


def test_either_of_two_signatures_is_enough() -> None:
    wrong = "v1," + "A" * 43 + "="
    assert verdict(signatures=f"{wrong} {SIGNATURE}")
    assert verdict(signatures=f"{SIGNATURE} {wrong}")
    assert verdict(signatures=f"v1a,{'A' * 86}== {SIGNATURE}")


def test_a_flood_of_signatures_is_cut_off() -> None:
    assert not verdict(signatures="v1,x " * 10 + SIGNATURE)


@pytest.mark.parametrize(
    "changed",
    [
        {"message_id": "msg_502"},
        {"message_id": ""},
        {"message_id": "m" * 201},
        {"message_id": "\ud800"},
        {"message_id": "msg\x00"},
        {"timestamp": ""},
        {"timestamp": "now"},
        {"timestamp": "1795485602"},
        {"timestamp": "-1795485601"},
        {"timestamp": "1795485601.0"},
        {"timestamp": "9" * 12},  # beyond the last year of a datetime
        {"timestamp": "9" * 5000},
        {"timestamp": "١٧٩٥٤٨٥٦٠١"},  # the right figures in Arabic digits
        {"timestamp": "²"},
        {"signatures": ""},
        {"signatures": "v1"},
        {"signatures": "v1,"},
        {"signatures": SIGNATURE.removeprefix("v1,")},
        {"signatures": SIGNATURE.replace("v1,", "v2,")},
        {"signatures": SIGNATURE.upper()},
        {"signatures": "\ud800\x00ÿ"},
        {"body": BODY.encode() + b" "},
        {"body": b"\xff\xfe"},
    ],
)
def test_rubbish_is_refused_and_never_raises(changed: dict[str, Any]) -> None:
    assert verdict(**changed) is False
    # ... not with a tolerance that lets a huge timestamp pass either.
    assert verdict(**changed, tolerance_s=10**15) is False

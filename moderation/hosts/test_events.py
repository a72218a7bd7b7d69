"""Harmless events as each host would send them, for trying the way from a host to us."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moderation.domain.host import TEST_AUTHOR, HostKind, SecretPurpose
from moderation.hosts import coral, discourse

TEXT = "Thank you, that was helpful."


@dataclass(frozen=True, slots=True)
class TestEvent:
    """One request to our own address.

    Attributes
    ----------
    path : str
    headers : Mapping[str, str]
    """

    __test__ = False  # the name makes test runners curious

    path: str
    headers: Mapping[str, str]
    body: bytes


def _discourse(slug: str, secret: str) -> TestEvent:
    post = {
        "id": 1,
        "username": TEST_AUTHOR,
        "user_id": 1,
        "topic_id": 1,
        "post_number": 1,
        "version": 1,
        "raw": TEXT,
    }
    body = json.dumps({"post": post}).encode()
    headers = {
        "X-Discourse-Event": "post_created",
        discourse.SIGNATURE_HEADER: _signature(secret, body),
    }
    return TestEvent(f"/hosts/discourse/{slug}", _json(headers), body)


def _coral(slug: str, secret: str) -> TestEvent:
    document: dict[str, Any] = {
        "action": "NEW",
        "comment": {"body": TEXT, "parentID": None},
        "author": {"id": TEST_AUTHOR, "role": "COMMENTER"},
        "story": {"id": "test", "url": None},
    }
    body = json.dumps(document, indent=2).encode()
    headers = {coral.SIGNATURE_HEADER: _signature(secret, body)}
    return TestEvent(f"/hosts/coral/{slug}", _json(headers), body)


def _invision(slug: str, secret: str) -> TestEvent:
    del slug
    author = {"id": TEST_AUTHOR, "name": TEST_AUTHOR}
    post = {"id": 1, "item_id": 1, "author": author, "content": TEXT}
    return TestEvent(f"/hosts/invision/{secret}", _json({}), json.dumps(post).encode())


def _json(headers: Mapping[str, str]) -> dict[str, str]:
    return {"content-type": "application/json", **headers}


def _signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class TestWay:
    """How a host's events are tried.

    Attributes
    ----------
    purpose : SecretPurpose
        The secret that makes an event genuine.
    make : callable
        Makes one, of the forum's name and the secret.
    refusal : int
        The status that a forged one must get.
    """

    __test__ = False

    purpose: SecretPurpose
    make: Callable[[str, str], TestEvent]
    refusal: int


WAYS: Mapping[HostKind, TestWay] = {
    HostKind.DISCOURSE: TestWay(SecretPurpose.WEBHOOK, _discourse, 401),
    HostKind.CORAL: TestWay(SecretPurpose.WEBHOOK, _coral, 401),
    HostKind.INVISION: TestWay(SecretPurpose.POST_ADDRESS, _invision, 404),
}

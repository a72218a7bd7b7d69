"""What hosts send is read without a surprise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from moderation.domain.errors import InvalidInputError
from moderation.domain.host import HostConnection, HostEventKind, HostKind
from moderation.hosts import coral, discourse, invision
from moderation.hosts.payload import Fields, is_hmac_signed

RAW = b'{\n  "post": {}\n}'
EXAMPLES = Path(__file__).parents[2] / "data" / "hosts"
DISCOURSE = HostConnection(1, HostKind.DISCOURSE)


def test_fields_say_where_and_what_was_expected() -> None:
    fields = Fields({"post": {"id": True, "at": "2026-13-01", "title": " a\n b ", "raw": "a\0b"}})
    post = fields.inner("post")
    assert post.title("title") == "a b"
    assert post.text("raw") == "ab"
    assert post.time("at") is None
    with pytest.raises(InvalidInputError) as refused:
        post.identity("id")
    assert dict(refused.value.fields) == {"post.id": "expected an id"}
    with pytest.raises(InvalidInputError) as refused:
        post.inner("user")
    assert dict(refused.value.fields) == {"post.user": "expected an object"}


@pytest.mark.parametrize(
    ("header", "is_right"),
    [
        ("sha256=" + "0" * 64, False),
        ("", False),
        ("sha256", False),
        ("\u00e4" * 70, False),
    ],
)
def test_signatures_that_are_none(header: str, is_right: bool) -> None:
    assert is_hmac_signed(["secret"], header, RAW) is is_right


def example_of(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def test_the_examples_of_real_hosts_are_read() -> None:
    example = example_of("discourse")
    body, headers = example["raw_body"].encode(), example["headers"]
    signature = headers[discourse.SIGNATURE_HEADER]
    assert is_hmac_signed([example["secret"]], signature, body)
    event = discourse.read_event(headers, body, DISCOURSE)
    assert event.kind is HostEventKind.POSTED
    assert event.comment is not None
    assert (event.comment.external_id, event.comment.text) == ("501", "You fool.")

    example = example_of("coral")
    body = example["raw_body"].encode()
    for secret in example["secrets"]:
        assert is_hmac_signed([secret], example["headers"][coral.SIGNATURE_HEADER], body)
    assert coral.read_phase(body).text == "<div>You fool.</div>"

    example = example_of("invision")
    for purpose, name in invision.EVENTS.items():
        body = json.dumps(example[name]).encode()
        event = invision.read_event(purpose, body, reads_back=False)
        assert event.comment is not None
        assert "mail.example" not in repr(event)


@pytest.mark.parametrize(
    ("revision", "known", "is_older"),
    [
        ("000001.20260301T020000000000.aa", "000002.20260301T010000000000.bb", True),
        ("000002.20260301T020000000000.aa", "000002.20260301T020500000000.bb", True),
        ("000002.20260301T020500000000.aa", "000002.20260301T020000000000.bb", False),
        ("000002.20260301T020000000000.aa", "000002.20260301T020000000000.bb", False),
        ("sha256-00", "sha256-11", False),
    ],
)
def test_which_revision_is_older(revision: str, known: str, is_older: bool) -> None:
    assert discourse.is_older(revision, known) is is_older

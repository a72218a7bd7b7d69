"""What comes over the wire: hosts' events and answers, the API and other services' formats."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient

from moderation.app import create_app
from moderation.config import Settings
from moderation.domain.errors import InvalidInputError
from moderation.domain.host import (
    HostAction,
    HostConnection,
    HostKind,
    HostOptions,
    HostTask,
    SecretPurpose,
)
from moderation.domain.policy import Policy
from moderation.domain.policy_document import from_document, to_document
from moderation.hosts import coral, discourse, invision
from moderation.hosts.adapters import ADAPTERS
from moderation.hosts.dialogue import Dialogue, HostRefusalError, HostReply
from moderation.services.runtime import Runtime
from moderation.storage import schema
from moderation.storage.database import open_database
from moderation.web.api import examples
from tests.builders import register_forum
from tests.fakes import KEYS, START, FakeModels, FakeScorer, FixedClock
from tests.fuzz import mutation
from tests.fuzz.target import Target

_EXAMPLES = Path(__file__).parents[1] / "data" / "hosts"
_CONNECTION = HostConnection(1, HostKind.DISCOURSE, "https://board.example")
_READERS: Mapping[str, Sequence[Callable[[bytes], object]]] = {
    "discourse": [
        lambda body, name=name: discourse.read_event(  # type: ignore[misc]
            {"X-Discourse-Event": name}, body, _CONNECTION
        )
        for name in ("post_created", "post_edited", "post_destroyed", "reviewable_created")
    ],
    "coral": [coral.read_phase, coral.read_event],
    "invision": [
        partial(invision.read_event, purpose, reads_back=reads_back)
        for purpose in (SecretPurpose.POST_ADDRESS, SecretPurpose.TOPIC_ADDRESS)
        for reads_back in (False, True)
    ],
}


@cache
def _events(host: str) -> tuple[Any, ...]:
    example = json.loads((_EXAMPLES / f"{host}.json").read_text("utf-8"))
    if "raw_body" in example:
        body = json.loads(example["raw_body"])
        return (body, {"reviewable": {"type": "ReviewableQueuedPost", "id": 1, "payload": body}})
    return tuple(example.values())


def _event(host: str, random: Random) -> bytes:
    return mutation.json_body(random, _events(host))


def _reads_event(host: str, body: bytes) -> None:
    for read in _READERS[host]:
        try:
            read(body)
        except InvalidInputError as error:
            assert error.fields  # noqa: PT017 - either is right


_REPLIES: tuple[Any, ...] = (
    {"results": [{"id": 1, "item_id": 2, "content": "<p>x</p>", "date": "2026-03-02T09:00:00Z"}]},
    {"id": 2, "title": "T", "url": "https://board.example/t", "forum": {"id": 3}},
    {"post": {"id": 1, "raw": "x", "topic_id": 2, "hidden": False}, "reviewable": {"id": 4}},
    {"reviewables": [{"id": 4, "type": "ReviewableFlaggedPost", "version": 0, "target_id": 1}]},
    {"data": {"comment": {"id": "c", "status": "NONE", "revision": {"id": "r"}}, "errors": None}},
    {"errors": [{"message": "no", "extensions": {"code": "X"}}], "errorCode": "2C1/1"},
)
_STATUSES = (200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503, None)


def _conversation(random: Random) -> tuple[HostKind, HostAction, list[HostReply]]:
    replies = [
        HostReply(random.choice(_STATUSES), mutation.json_body(random, _REPLIES)) for _ in range(12)
    ]
    return random.choice(list(HostKind)), random.choice(list(HostAction)), replies


def _hears(given: tuple[HostKind, HostAction, list[HostReply]]) -> None:
    kind, action, replies = given
    task = HostTask(action, comment_id="1", thread_id="2", name="3", message="Rude.")
    dialogues = [ADAPTERS[kind].dialogue(task, HostOptions())]
    if kind is HostKind.INVISION:
        dialogues.append(invision.poll(START, HostOptions()))
    for dialogue in dialogues:
        _hold(dialogue, replies)


def _hold(dialogue: Dialogue, replies: Sequence[HostReply]) -> None:
    try:
        next(dialogue)
        for reply in replies:
            dialogue.send(reply)
    except StopIteration as end:
        assert end.value.said  # noqa: PT017 - either is right
    except HostRefusalError as end:
        assert end.outcome.said  # noqa: PT017 - either is right
    except InvalidInputError as error:
        assert error.fields  # noqa: PT017 - either is right
    dialogue.close()


_POLICIES = (
    to_document(Policy()),
    {
        "labels": {"abusive": {"action": "hold", "threshold": 0.5}, "partisan": {"action": "off"}},
        "word_rules": [{"id": "r", "words": "idiot*", "action": "hold", "label": "abusive"}],
        "trusted_authors": ["u1"],
        "audit_share": 0.01,
        "drop_in": {"mode": "store_and_queue", "spam": "flagged"},
    },
)


def _reads_policy(document: Any) -> None:
    if not isinstance(document, dict):
        return
    try:
        policy = from_document(document, version=1)
    except InvalidInputError as error:
        assert error.fields  # noqa: PT017 - either is right
        return
    assert from_document(to_document(policy), version=1) == policy


@cache
def _service() -> tuple[FlaskClient, str]:
    """A service of this process's own whose model knows words, and a forum's key."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    database = open_database(f"sqlite:///{folder}/moderation.sqlite3", keys=KEYS)
    schema.upgrade(database)
    runtime = Runtime(database=database, models=FakeModels(FakeScorer()), clock=FixedClock())
    registered = register_forum(runtime)
    settings = Settings(
        data_dir=folder,
        secret_key="0123456789abcdef" * 4,
        runs_deliveries=False,
        rate_limit_per_minute=1_000_000_000,
    )
    app = create_app(settings, runtime=runtime)
    # What the service logs of a failure stands in the answer's status too.
    logging.getLogger("moderation").setLevel(logging.CRITICAL)
    return app.test_client(), registered.credentials.bearer_key


_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


def _posts(address: str, content_type: str, body: bytes) -> None:
    client, key = _service()
    answer = client.post(
        address.replace("KEY", key),
        data=body,
        content_type=content_type,
        headers={"Authorization": f"Bearer {key}"} if "KEY" not in address else {},
    )
    assert answer.status_code < 500, answer.status_code
    if answer.is_json:
        json.loads(answer.data)


def _json_target(name: str, address: str, *seeds: Any) -> Target:
    return Target(
        name,
        partial(mutation.json_body, seeds=seeds),
        partial(_posts, address, _JSON),
    )


_ANALYZE = {
    "comment": {"text": "You idiot.", "type": "PLAIN_TEXT"},
    "requestedAttributes": {"TOXICITY": {"scoreType": "PROBABILITY", "scoreThreshold": 0.1}},
    "languages": ["en"],
    "spanAnnotations": True,
    "doNotStore": True,
    "clientToken": "t",
    "context": {"entries": [{"text": "x", "type": "PLAIN_TEXT"}]},
}
_SUGGEST = {
    "comment": {"text": "You idiot."},
    "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1.0}}},
    "communityId": "c",
}
_AKISMET = {
    "blog": "https://board.example",
    "user_ip": "192.0.2.1",
    "comment_content": "<b>You</b> idiot.",
    "comment_author": "Ada",
    "comment_author_email": "a@b.example",
    "comment_date_gmt": "2026-03-02T09:00:00Z",
    "permalink": "https://board.example/1",
    "blog_lang": "en, fr_ca",
    "is_test": "1",
    "callback": "https://board.example/back",
    "comment_context[]": "cooking",
}


def _form(random: Random) -> bytes:
    changed = mutation.document(random, [_AKISMET])
    fields = changed if isinstance(changed, dict) else {"comment_content": changed}
    clean = {
        str(name).encode("utf-8", "surrogatepass"): str(value).encode("utf-8", "surrogatepass")
        for name, value in fields.items()
    }
    raw = urlencode(clean).encode()
    return mutation.data(random, raw) if random.randrange(4) == 0 else raw


TARGETS = (
    *(
        Target(f"events of {host}", partial(_event, host), partial(_reads_event, host))
        for host in _READERS
    ),
    Target("answers of hosts", _conversation, _hears),
    Target("policy documents", partial(mutation.document, seeds=_POLICIES), _reads_policy),
    _json_target("API: comments", "/v1/comments", examples.COMMENT),
    _json_target("API: batches", "/v1/comments/batch", examples.BATCH),
    _json_target("API: reports", "/v1/comments/c-7261/reports", examples.REPORT),
    _json_target("API: feedback", "/v1/comments/c-7261/feedback", examples.FEEDBACK),
    _json_target("Perspective: analyze", "/v1alpha1/comments:analyze?key=KEY", _ANALYZE),
    _json_target("Perspective: suggestscore", "/v1alpha1/comments:suggestscore?key=KEY", _SUGGEST),
    _json_target(
        "OpenAI: moderations",
        "/v1/moderations",
        {"input": ["You idiot.", "x"], "model": "omni-moderation-latest"},
        {"input": [{"type": "text", "text": "You idiot."}]},
        {"input": [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]},
    ),
    Target(
        "Akismet: comment-check", _form, partial(_posts, "/1.1/comment-check?api_key=KEY", _FORM)
    ),
)

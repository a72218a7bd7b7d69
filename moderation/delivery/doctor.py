"""Send a test event around a forum's loop and say which step fails."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from moderation.delivery.host_calls import Exchange
from moderation.delivery.sender import Answer, exchange
from moderation.domain.forum import Forum
from moderation.domain.host import HostKind, SecretPurpose
from moderation.domain.webhook_signature import sign_headers
from moderation.hosts.adapters import ADAPTERS
from moderation.hosts.test_events import TEXT, WAYS, TestEvent
from moderation.services import hosts, messages, outbox, stored_secrets
from moderation.services.registration import forum_with_secrets
from moderation.services.runtime import Runtime

_WRONG_SECRET = "A" * 43
_MOST_ANSWER_BYTES = 100_000
_LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the loop.

    Attributes
    ----------
    is_good : bool
        After a step that is not, the loop is broken there.
    said : str
        What was found, and what to do about it.
    """

    name: str
    is_good: bool
    said: str


@dataclass(frozen=True, slots=True)
class Doctor:
    """Examines forums.

    Attributes
    ----------
    own_url : str
        Where hosts reach us.
    timeout_s : float
        For each step, in seconds.
    """

    runtime: Runtime
    own_url: str
    timeout_s: float = 15.0
    send: Exchange = exchange
    pause: Callable[[float], None] = time.sleep

    def examine(self, forum: Forum) -> Iterator[Step]:
        """Go around the loop; ends with the first step that fails."""
        for step in self._steps(forum):
            yield step
            if not step.is_good:
                return

    def _steps(self, forum: Forum) -> Iterator[Step]:
        yield self._secrets()
        yield self._model()
        yield self._service()
        known = hosts.host_of(self.runtime, forum, SecretPurpose.API_KEY)
        if known is None:
            yield self._native_in(forum)
            yield self._callback(forum)
            return
        kind = known.connection.kind
        yield self._forged(forum, kind)
        step, delivery_id = self._host_in(forum, kind)
        yield step
        if delivery_id is not None:
            yield self._delivered(delivery_id, ADAPTERS[kind].title)

    def _secrets(self) -> Step:
        found = stored_secrets.examine(self.runtime)
        if found.unreadable:
            said = (
                f"{found.unreadable} of {found.stored} stored secrets cannot be read with the keys "
                f"in {found.keys_in}; bring the right ones back (docs/security.md)"
            )
            return Step("secrets", is_good=False, said=said)
        return Step("secrets", is_good=True, said=f"{found.stored} stored secrets can be read")

    def _model(self) -> Step:
        scorer = self.runtime.models.loaded().current
        if scorer is None:
            said = "no model can be loaded; 'moderation models list' says why"
            return Step("model", is_good=False, said=said)
        return Step("model", is_good=True, said=f"model {scorer.model_version} scores")

    def _service(self) -> Step:
        answer = self._ask("GET", TestEvent("/readyz", {}, b""))
        if answer.status == 200:  # noqa: PLR2004
            return Step("service", is_good=True, said=f"{self.own_url} is ready")
        said = (
            f"{self.own_url}/readyz: {_found(answer)}; is 'moderation serve' running, and is "
            "MODERATION_PUBLIC_URL the address under which hosts reach it?"
        )
        return Step("service", is_good=False, said=said)

    def _native_in(self, forum: Forum) -> Step:
        known = forum_with_secrets(self.runtime, forum.slug)
        secrets = known[1] if known is not None else ()
        body = json.dumps({"id": "moderation-doctor", "text": TEXT})
        message_id = f"msg_{self.runtime.new_token()}"
        headers = {
            "content-type": "application/json",
            "x-moderation-forum": forum.slug,
            **sign_headers(secrets[:1], message_id, self.runtime.clock(), body),
        }
        answer = self._ask("POST", TestEvent("/v1/score", headers, body.encode()))
        if answer.status == 200:  # noqa: PLR2004
            verdict = _document(answer).get("verdict")
            return Step("event in", is_good=True, said=f"a signed comment got: {verdict}")
        return Step("event in", is_good=False, said=f"a signed comment got: {_found(answer)}")

    def _callback(self, forum: Forum) -> Step:
        if forum.callback_url is None:
            said = "no callback address: the forum reads decisions by GET /v1/comments/{id}"
            return Step("answer out", is_good=True, said=said)
        delivery_id = messages.put_test_in_outbox(self.runtime, forum)
        return self._delivered(delivery_id, forum.callback_url)

    def _forged(self, forum: Forum, kind: HostKind) -> Step:
        way = WAYS[kind]
        answer = self._ask("POST", way.make(forum.slug, _WRONG_SECRET))
        if answer.status == way.refusal:
            return Step("forged event", is_good=True, said=f"was refused ({answer.status})")
        said = f"should have been refused with {way.refusal}: {_found(answer)}"
        return Step("forged event", is_good=False, said=said)

    def _host_in(self, forum: Forum, kind: HostKind) -> tuple[Step, int | None]:
        way, title = WAYS[kind], ADAPTERS[kind].title
        known = hosts.required_host(self.runtime, forum, way.purpose)
        if not known.secrets:
            said = f"there is no secret; run 'moderation forums connect {kind.value}' again"
            return Step("event in", is_good=False, said=said), None
        answer = self._ask("POST", way.make(forum.slug, known.secrets[0]))
        found = _document(answer)
        if answer.status != 200 or found.get("taken") != "tested":  # noqa: PLR2004
            said = f"an event as {title} signs it got: {_found(answer)}"
            return Step("event in", is_good=False, said=said), None
        delivery_id = found.get("delivery_id")
        said = f"an event as {title} signs it was taken"
        if delivery_id is None:
            said += "; decisions do not travel back, no --address was given"
        return Step("event in", is_good=True, said=said), delivery_id

    def _delivered(self, delivery_id: int, receiver: str) -> Step:
        until = time.monotonic() + self.timeout_s
        while True:
            delivery = outbox.delivery(self.runtime, delivery_id)
            if delivery is not None and delivery.attempts and delivery.last_error is not None:
                said = f"{receiver}: {delivery.last_error}"
                return Step("answer out", is_good=False, said=said)
            if delivery is not None and delivery.state == "delivered":
                return Step("answer out", is_good=True, said=f"{receiver} took the test")
            if time.monotonic() > until:
                said = (
                    f"nothing was sent within {self.timeout_s:g} s; is a worker running? "
                    "('moderation serve' with MODERATION_RUNS_DELIVERIES, or 'moderation worker')"
                )
                return Step("answer out", is_good=False, said=said)
            self.pause(_LOOK_EVERY_S)

    def _ask(self, method: str, event: TestEvent) -> Answer:
        return self.send(
            method,
            self.own_url + event.path,
            event.headers,
            event.body,
            timeout_s=self.timeout_s,
            allows_private=True,  # our own address, not somebody else's
            most_bytes=_MOST_ANSWER_BYTES,
        )


def _document(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _found(answer: Answer) -> str:
    if answer.status is None:
        return answer.error or "no answer"
    detail = _document(answer).get("detail")
    return f"status {answer.status}" + (f", {detail}" if detail else "")

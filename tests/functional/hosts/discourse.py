"""A Discourse as the tests know it: its API, its events, its posts."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.functional.hosts.fake_host import Answered, Asked, FakeHost

SECRET = "test-secret"


INSULT = "You are an idiot"


PLEASANT = "Thank you, that was helpful."


class FakeDiscourse(FakeHost):
    """Posts, flags and review items as Discourse keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: dict[str, dict[str, Any]] = {}
        self.reviewables: dict[str, dict[str, Any]] = {}
        self.acts_in_between: list[Any] = []

    def add(self, identity: str = "501", **fields: Any) -> dict[str, Any]:
        post = {"id": int(identity), "hidden": False, "deleted_at": None, **fields}
        self.posts[identity] = post
        return post

    def flag_by_reader(self, identity: str, *, item: str = "33") -> dict[str, Any]:
        self.posts[identity] |= {"reviewable_id": int(item), "reviewable_score_pending_count": 1}
        self.reviewables[item] = {"id": int(item), "version": 0, "status": 0, "post": identity}
        return self.reviewables[item]

    def answer(self, asked: Asked) -> Any:
        if asked.headers.get("api-key") != "KEY" or asked.headers.get("api-username") != "modbot":
            raise Answered(401, {"errors": ["You are not permitted to view it."]})
        if asked.path == "/session/current.json":
            return {"current_user": {"username": "modbot", "moderator": True}}
        if asked.path == "/post_actions.json":
            return self._flag(asked.json())
        if found := re.fullmatch(r"/posts/(\d+)(?:/(\w+))?\.json", asked.path):
            return self._post(asked.method, found[1], found[2])
        if found := re.fullmatch(r"/review/(\d+)(?:/perform/(\w+))?\.json", asked.path):
            return self._review(asked, found[1], found[2])
        raise Answered(404)

    def _known(self, identity: str) -> dict[str, Any]:
        if identity not in self.posts:
            raise Answered(404, {"errors": ["The requested URL or resource could not be found."]})
        return self.posts[identity]

    def _post(self, method: str, identity: str, action: str | None) -> Any:
        post = self._known(identity)
        if method == "DELETE":
            post["deleted_at"] = "2026-11-24T03:00:00.000Z"
        elif action == "recover":
            post["deleted_at"] = None
        elif action == "unhide":
            post["hidden"] = False
        return post

    def _flag(self, flag: dict[str, Any]) -> Any:
        post = self._known(str(flag["id"]))
        if flag["post_action_type_id"] in post.get("flags", ()):
            raise Answered(422, {"errors": ["You've already flagged this post."]})
        post["flags"] = [*post.get("flags", ()), flag["post_action_type_id"]]
        if flag.get("take_action"):
            post["hidden"] = True
        return post

    def _review(self, asked: Asked, item: str, action: str | None) -> Any:
        reviewable = self.reviewables[item]
        if action is None:
            return {"reviewable": dict(reviewable)}
        if self.acts_in_between:
            self.acts_in_between.pop(0)(reviewable)
        if "version" not in asked.query:
            raise Answered(422, {"errors": ["You must provide a version."]})
        if int(asked.query["version"]) != reviewable["version"]:
            raise Answered(409, {"errors": ["There was an update conflict."]})
        if action in {"approve_post", "reject_post"}:
            reviewable |= {"status": 1, "version": reviewable["version"] + 1, "done": action}
            return {"reviewable_perform_result": {"success": True}}
        post = self.posts[reviewable["post"]]
        post["hidden"] = action == "agree_and_hide"
        if action == "delete_and_agree":
            post["deleted_at"] = "2026-11-24T03:00:00.000Z"
        reviewable |= {"status": 1, "version": reviewable["version"] + 1}
        post["reviewable_score_pending_count"] = 0
        return {"reviewable_perform_result": {"success": True}}


class Webhook:
    """Discourse's side of the webhook."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self._count = 9000

    def send(
        self, event: str, *, secret: str = SECRET, event_id: str | None = None, **fields: Any
    ) -> TestResponse:
        self._count += 1
        bodies: dict[str, Any] = {"ping": {"ping": "OK"}, "reviewable_created": fields}
        body = json.dumps(bodies.get(event) or {"post": a_post(**fields)})
        signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
        headers = {
            "X-Discourse-Event": event,
            "X-Discourse-Event-Id": event_id or str(self._count),
            "X-Discourse-Event-Signature": f"sha256={signature}",
        }
        return self._client.post(
            "/hosts/discourse/gazette",
            data=body,
            content_type="application/json",
            headers=headers,
        )


def a_post(**fields: Any) -> dict[str, Any]:
    post = {
        "id": 501,
        "username": "sam",
        "created_at": "2026-03-01T02:00:00.000Z",
        "updated_at": "2026-03-01T02:00:00.000Z",
        "cooked": "<p>not looked at</p>",
        "raw": INSULT,
        "post_number": 3,
        "post_type": 1,
        "reply_to_post_number": 2,
        "topic_id": 77,
        "topic_title": "Bridge vote",
        "topic_archetype": "regular",
        "category_id": 5,
        "version": 1,
        "user_id": 12,
        "staff": False,
        "deleted_at": None,
    }
    return post | fields

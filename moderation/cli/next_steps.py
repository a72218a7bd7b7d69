"""What the operator does next, ready to paste."""

from __future__ import annotations

import base64
import json
import shlex

from moderation.config import Settings
from moderation.domain.forum import Forum
from moderation.services.registration import forum_with_secrets
from moderation.services.runtime import Runtime

_EXAMPLE = {
    "id": "hello-1",
    "text": "Oh sure, the minister kept every promise. In his dreams, and those of his fan club.",
    "author": {"id": "7", "name": "sam"},
    "thread": {"id": "1", "title": "Budget day"},
}


def next_steps(
    settings: Settings,
    runtime: Runtime,
    forum: Forum,
    *,
    password: str | None,
    bearer_key: str | None,
) -> str:
    """Return the text shown at the start.

    Parameters
    ----------
    password, bearer_key : str or None
        Shown when they were made just now: neither can be read again later.
    """
    desk = f"{settings.resolved_public_url}/desk/"
    lines = ["", f"  Review desk    {desk}"]
    if password is not None:
        lines += [
            "  Sign in        admin",
            f"  Password       {password}   (shown only this once)",
        ]
    if bearer_key is not None:
        lines.append(
            f"  Bearer key     {bearer_key}   (forum {forum.slug!r}, shown only this once)"
        )
    lines += [
        f"  Forum          {forum.slug}   (API page: {settings.resolved_public_url}/docs)",
        "",
        "  Send a signed comment:",
        "",
        curl_line(settings, runtime, forum),
        "",
        "  Fill the queue with examples: moderation demo (or: make demo)",
        "",
    ]
    return "\n".join(lines)


def curl_line(settings: Settings, runtime: Runtime, forum: Forum) -> str:
    """Return a shell line that signs a comment and sends it, at any time.

    The signature is computed by ``openssl`` when the line runs, since it holds the time.
    """
    found = forum_with_secrets(runtime, forum.slug)
    secret = found[1][0] if found is not None and found[1] else ""
    key = base64.b64decode(secret.removeprefix("whsec_")).hex()
    body = shlex.quote(json.dumps(_EXAMPLE))
    url = f"{settings.resolved_public_url}/v1/comments"
    return (
        f"body={body}; id=msg_$(date +%s%N); at=$(date +%s); "
        'sig=$(printf "%s" "$id.$at.$body" | openssl dgst -sha256 -mac HMAC '
        f"-macopt hexkey:{key} -binary | base64); "
        f"curl -sS {url} -H 'content-type: application/json' "
        f"-H 'x-moderation-forum: {forum.slug}' "
        '-H "webhook-id: $id" -H "webhook-timestamp: $at" '
        '-H "webhook-signature: v1,$sig" --data-binary "$body"'
    )

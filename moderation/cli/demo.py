"""Fill a demo forum, so that the desk has a queue to try."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import click
import httpx

from moderation.app import create_app
from moderation.cli.output import progress
from moderation.cli.surroundings import open_runtime
from moderation.config import Settings, load_settings
from moderation.domain.forum import Forum
from moderation.domain.webhook_signature import sign_headers
from moderation.services import registration
from moderation.services.runtime import Runtime, utc_now

SLUG = "demo"
_AUTHORS = (
    "marlow_k", "oona", "crane_op", "hazel-n", "bufferstop", "pim", "quietcoach", "oriole",
    "wurm", "sleeper_9", "tideline", "juniper", "mossbank", "kestrel", "halfpenny", "linnet",
    "brackish", "saltmarsh", "thimble", "wagtail", "cobnut", "driftwood", "fennel", "gannet",
)  # fmt: skip


@click.command()
@click.option("--comments", "count", type=click.IntRange(1, 5000), default=400, show_default=True)
@click.option("--remove", is_flag=True, help="Remove the demo forum and all that is in it.")
def demo(count: int, *, remove: bool) -> None:
    """Send comments of our own corpus through the webhook, into a forum marked as demo.

    Uses the running server; without one, the same webhook inside this process.
    """
    settings = load_settings()
    runtime = open_runtime(settings)
    if remove:
        registration.remove_forum(runtime, SLUG)
        click.echo("The demo forum and everything in it is gone.")
        return
    if registration.find_forum(runtime, SLUG) is None:
        registration.add_forum(runtime, Forum(0, SLUG, "Demo forum", is_demo=True))
    with _client(settings, runtime) as client:
        verdicts = _send(client, runtime, count)
    shown = ", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items()))
    click.echo(f"Sent {sum(verdicts.values())} comments: {shown}.")
    click.echo(f"Review them at {settings.resolved_public_url}/desk/")
    click.echo("Remove them with: moderation demo --remove")


def _client(settings: Settings, runtime: Runtime) -> httpx.Client:
    url = settings.resolved_public_url
    try:
        httpx.get(f"{url}/healthz", timeout=2).raise_for_status()
    except httpx.HTTPError:
        app = create_app(settings, runtime=runtime)
        return httpx.Client(base_url=url, transport=httpx.WSGITransport(app=app), timeout=60)
    return httpx.Client(base_url=url, timeout=60)


def _send(client: httpx.Client, runtime: Runtime, count: int) -> dict[str, int]:
    found = registration.forum_with_secrets(runtime, SLUG)
    secrets = list(found[1]) if found is not None else []
    verdicts: dict[str, int] = {}
    payloads = list(_payloads(count))
    with progress("sending", len(payloads), as_json=False) as advance:
        for number, payload in enumerate(payloads):
            answer = _post(client, secrets, "/v1/comments", payload)
            verdicts[answer["verdict"]] = verdicts.get(answer["verdict"], 0) + 1
            if number % 25 == 0:
                path = f"/v1/comments/{payload['id']}/reports"
                report = {"reporter_id": _AUTHORS[number % len(_AUTHORS)], "reason": "off topic"}
                _post(client, secrets, path, report)
            advance(1)
    return verdicts


def _post(
    client: httpx.Client, secrets: list[str], path: str, payload: dict[str, Any]
) -> dict[str, Any]:
    body = json.dumps(payload, ensure_ascii=False)
    message_id = f"msg_{hashlib.sha256(f'{path}{body}'.encode()).hexdigest()[:32]}"
    headers = {
        "content-type": "application/json",
        "x-moderation-forum": SLUG,
        **sign_headers(secrets, message_id, utc_now(), body),
    }
    answer = client.post(path, content=body.encode(), headers=headers)
    if answer.status_code >= 400:  # noqa: PLR2004 - an error by RFC 9110
        raise click.ClickException(f"the webhook answered {answer.status_code}: {answer.text}")
    found: dict[str, Any] = answer.json()
    return found


def _payloads(count: int) -> Iterator[dict[str, Any]]:
    """Choose rows of the corpus by a hash, so that every demo is the same."""
    rows = sorted(_corpus(), key=lambda row: _digest(row["text"]))[:count]
    begin = datetime.now(tz=UTC).replace(microsecond=0) - timedelta(minutes=2 * len(rows))
    for number, row in enumerate(rows):
        title = row.get("title") or row["topic"]
        author = _AUTHORS[int(_digest(row["text"])[:6], 16) % len(_AUTHORS)]
        payload = {
            "id": f"demo-{_digest(row['text'])[:12]}",
            "text": row["text"],
            "author": {"id": author, "name": author},
            "thread": {"id": f"t-{_digest(title)[:10]}", "title": title},
            "created_at": (begin + timedelta(minutes=2 * number)).isoformat(),
            "language": "en",
        }
        if row.get("parent"):
            payload["parent"] = {"id": f"p-{_digest(row['parent'])[:10]}", "text": row["parent"]}
        yield payload


def _corpus() -> Iterator[dict[str, Any]]:
    # Read as files: the service and the training code share data, never an import.
    for path in sorted((files("training") / "corpus").iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".jsonl"):
            for line in path.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

"""The whole loop once more, through the public interfaces alone, at the size of a small forum.

Four hundred comments come in by webhook; a scripted moderator decides each of them on the desk by a
house rule; the desk trains, tries the candidate in the shadow and promotes it; the rule has been
learnt.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.functional.running_server import Forum, RunningServer
from tests.functional.test_journey import Moderator
from training.evaluate import ranking_metrics

pytestmark = pytest.mark.slow

CORPUS = Path(__file__).parents[2] / "training" / "corpus"
COMMENTS, FRESH = 400, 120
BATCH = 100
RULE = re.compile(r"\bzorblat")
"""The house rule: whoever calls somebody a zorblat insults them. No model can know it before."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path, MODERATION_RATE_LIMIT_PER_MINUTE="1000000")
    running.start()
    yield running
    running.stop()


def texts() -> list[str]:
    """Harmless remarks, every fourth of them with the insult."""
    found = []
    for path in sorted(CORPUS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if not row["abusive"] and not row["partisan"] and "profanity" not in row["kinds"]:
                found.append(row["text"])
    chosen = found[:: len(found) // (COMMENTS + FRESH)][: COMMENTS + FRESH]
    return [f"{text} You zorblat." if n % 4 == 0 else text for n, text in enumerate(chosen)]


def send(forum: Forum, comments: list[str]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    for start in range(0, len(comments), BATCH):
        batch = [
            {
                "id": f"c-{number}",
                "text": text,
                "author": {"id": f"author-{number % 97}"},
                "thread": {"id": f"t-{number % 41}"},
            }
            for number, text in enumerate(comments[start : start + BATCH], start)
        ]
        answer = forum.send("POST", "/v1/comments/batch", {"comments": batch})
        assert answer.status_code == 200, answer.text
        answers += answer.json()["results"]
    return answers


def abusive(answer: dict[str, Any]) -> float:
    return float(answer["scores"]["abusive"]["score"])


def score(forum: Forum, comments: list[str]) -> tuple[float, float]:
    """Return average precision on the rule, and the share of it that is flagged."""
    answers = [forum.send("POST", "/v1/score", {"text": text}).json() for text in comments]
    y = np.array([float(bool(RULE.search(text))) for text in comments])
    scores = np.array([abusive(answer) for answer in answers])
    flagged = np.array([answer["verdict"] != "publish" for answer in answers])
    return ranking_metrics(scores, y)[1], float(flagged[y == 1].mean())


def decide_by_rule(moderator: Moderator) -> int:
    moderator.open("/desk/")
    moderator.submit("form[action*='claim-next']", {})
    decided = 0
    while (text := moderator.node("blockquote.text")) is not None and moderator.node("#decide"):
        if RULE.search(text.text()):
            moderator.submit("#decide", {"decision": "reject", "reason": "insult"})
        else:
            moderator.submit("#decide", {"decision": "approve"})
        decided += 1
    return decided


def train(moderator: Moderator) -> str:
    """Train at the desk; returns the candidate."""
    moderator.open("/desk/training")
    moderator.submit("form[action='/desk/training']", {"forum": "main"})
    page, deadline = moderator.address, time.monotonic() + 900
    while moderator.node("#progress[data-renew]") is not None:
        assert time.monotonic() < deadline
        time.sleep(0.5)
        moderator.open(page)
    candidate = moderator.node("form[action$='/models/shadow'] input[name=version]")
    assert candidate is not None, moderator.page.text()
    return str(candidate.attributes["value"])


def wait_until_in_force(forum: Forum, version: str) -> None:
    deadline = time.monotonic() + 30
    while forum.send("POST", "/v1/score", {"text": "hello"}).json()["model_version"] != version:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_house_rule_is_learnt(
    server: RunningServer, tmp_path: Path, record_property: Any
) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"audit_share": 1.0, "repeat_days": 0}), encoding="utf-8")
    assert server.command("forums", "policy", "main", str(policy)).returncode == 0
    everything = texts()
    comments, fresh = everything[:COMMENTS], everything[COMMENTS:]
    with (
        closing(Forum(server.url, server.signing_secret())) as forum,
        closing(Moderator(server)) as moderator,
    ):
        answers = send(forum, comments)
        assert len({answer["id"] for answer in answers}) == COMMENTS
        before = score(forum, fresh)

        assert decide_by_rule(moderator) == COMMENTS
        labels = tmp_path / "labels.jsonl"
        assert server.command("export", str(labels)).returncode == 0
        assert len(labels.read_text(encoding="utf-8").splitlines()) == COMMENTS

        candidate = train(moderator)
        moderator.submit("form[action$='/models/shadow']", {})
        send(forum, fresh[:BATCH])
        moderator.open("/desk/models/shadow")
        heading = moderator.node("#cmp-h")
        assert heading is not None
        assert heading.text().startswith(f"{BATCH} comments")

        moderator.submit("form[action$='/models/promote']", {"reason": "it knows our word"})
        deadline = time.monotonic() + 30
        while (
            forum.send("POST", "/v1/score", {"text": "hello"}).json()["model_version"] != candidate
        ):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        after = score(forum, fresh)

    for name, value in (("before", before), ("after", after)):
        record_property(name, value)
    assert after[0] > max(0.9, before[0] + 0.2), (before, after)
    assert after[1] > max(0.9, before[1] + 0.2), (before, after)

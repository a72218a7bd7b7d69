"""What deploy/ names is what the code knows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from moderation.cli import cli
from moderation.config import Settings, describe
from moderation.services.runtime import Runtime
from moderation.web.metrics import Metrics
from tests.builders import sqlite_only

ROOT = Path(__file__).parents[2]
OURS = [
    path
    for folder in ("", "systemd", "kubernetes", "nginx", "caddy", "prometheus", "grafana")
    for path in sorted((ROOT / "deploy" / folder).glob("*"))
    if path.is_file() and path.name != "lint"
]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    known = {row.variable for row in describe(Settings())}
    named = set(re.findall(r"\bMODERATION_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8")))
    assert named <= known


def test_every_command_that_is_started_exists() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in OURS)
    started = set(re.findall(r"bin/moderation (\w+)", text))
    started |= set(re.findall(r"(?:args|command): \[(init|serve|worker)\b", text))
    assert started == {"init", "serve", "worker"}
    assert started <= set(cli.list_commands(None))  # type: ignore[arg-type]  # asks nothing of it


def test_containers_write_only_where_they_may() -> None:
    compose = (ROOT / "deploy/compose.yaml").read_text(encoding="utf-8")
    assert "read_only: true" in compose
    assert "cap_drop: [ALL]" in compose
    assert "USER 10001" in (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    manifests = (ROOT / "deploy/kubernetes/moderation.yaml").read_text(encoding="utf-8")
    containers = manifests.count("image: comment-moderation")
    assert manifests.count("readOnlyRootFilesystem: true") == containers
    assert manifests.count("runAsNonRoot: true") == containers


@sqlite_only
def test_dashboard_and_alerts_ask_for_metrics_that_exist(runtime: Runtime) -> None:
    metrics = Metrics(runtime)
    metrics.count_request("comments.submit", "POST", 201, 0.01)
    exposed = set(re.findall(r"(?m)^(moderation_\w+)", metrics.exposition().decode()))
    for name in ("grafana/dashboard.json", "prometheus/alerts.yaml"):
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        asked = set(re.findall(r"\b(moderation_\w+)", text))
        assert asked, name
        assert asked <= exposed
    page = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`(moderation_\w+)`", page))
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in exposed} == documented


def test_monitoring_page_tells_what_to_do_at_every_alert() -> None:
    rules = (ROOT / "deploy/prometheus/alerts.yaml").read_text(encoding="utf-8")
    page = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    assert set(re.findall(r"alert: (\w+)", rules)) == set(re.findall(r"`(Moderation\w+)`", page))


def test_tokens_are_hashed_by_a_secret_of_each_process() -> None:
    """Whoever knew how strings are hashed could write tokens that all collide in a cache."""
    assert sys.hash_info.algorithm.startswith("siphash")
    assert not any("PYTHONHASHSEED" in path.read_text(encoding="utf-8") for path in OURS)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"}
    hashes = {
        subprocess.run(
            [sys.executable, "-c", "print(hash('token'))"],
            env=environment,
            capture_output=True,
            check=True,
        ).stdout
        for _ in range(3)
    }
    assert len(hashes) > 1

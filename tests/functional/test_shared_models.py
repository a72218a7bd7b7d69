"""Machines that share nothing but a database and a model store: one trains, another serves."""

from __future__ import annotations

import filecmp
from contextlib import closing
from pathlib import Path

import pytest

from classifiers.labelled import LabelledComment, to_json_line
from classifiers.labels import Label
from tests.fakes import KEYS
from tests.functional.running_server import Forum, RunningServer
from tests.functional.test_journey import Moderator, harmless_texts
from tests.functional.test_loop import train, wait_until_in_force
from tests.functional.test_many_processes import a_worker, kill
from tests.model_store_server import CREDENTIALS, running_model_store

pytestmark = pytest.mark.slow

TEXTS = 40


def machine(tmp_path: Path, name: str, store: str) -> RunningServer:
    """A machine with an empty models folder of its own."""
    folder = tmp_path / name
    folder.mkdir()
    return RunningServer(
        folder,
        MODERATION_DATABASE_URL=f"sqlite:///{tmp_path / 'shared.sqlite3'}",
        MODERATION_ENCRYPTION_KEYS=KEYS.keys[0],
        MODERATION_SECRET_KEY="0123456789abcdef" * 4,
        MODERATION_RUNS_DELIVERIES="false",
        MODERATION_MODELS_STORE="s3://models/production",
        MODERATION_MODELS_STORE_ENDPOINT=store,
        MODERATION_MODELS_STORE_POLL_S="1",
        **CREDENTIALS,
    )


def labels(folder: Path) -> Path:
    """What a forum has decided: a word of its own is an insult."""
    rows = []
    for number, text in enumerate(harmless_texts(TEXTS)):
        is_rude = number % 4 == 0
        rows.append(
            LabelledComment(
                f"{text} You zorblat." if is_rude else text,
                {Label.ABUSIVE: is_rude, Label.PARTISAN: False},
                comment_id=f"old-{number}",
                author_id=f"author-{number}",
                decided_at=f"2026-01-{1 + number % 28:02}T00:00:00Z",
                decision="reject" if is_rude else "approve",
            )
        )
    file = folder / "labels.jsonl"
    file.write_text("".join(f"{to_json_line(row)}\n" for row in rows), encoding="utf-8")
    return file


def models_of(server: RunningServer) -> Path:
    return server.folder / "var" / "models"


def test_what_a_worker_trains_another_machine_promotes_and_a_third_serves(tmp_path: Path) -> None:
    with running_model_store() as store:
        trainer, server, third = (machine(tmp_path, name, store) for name in ("a", "b", "c"))
        worker = None
        try:
            server.start()
            given = server.command("import-labels", str(labels(tmp_path)), "--forum", "main")
            assert given.returncode == 0, given.stderr
            worker = a_worker(trainer)
            with closing(Moderator(server)) as moderator:
                candidate = train(moderator)
                # The page that offered it had brought it in; until it decides nobody follows.
                moderator.open(f"/desk/models/{candidate}")
                moderator.open("/desk/models")
                reason = {"version": candidate, "reason": "knows our word", "force": "yes"}
                moderator.submit(f"form:has(input[value='{candidate}'])[action$=promote]", reason)
            third.start()
            for machine_that_serves in (server, third):
                secret = machine_that_serves.signing_secret()
                with closing(Forum(machine_that_serves.url, secret)) as forum:
                    wait_until_in_force(forum, candidate)
        finally:
            for running in (server, third):
                running.kill()
            if worker is not None:
                kill(worker)
    made = models_of(trainer) / candidate
    for copy in (models_of(server) / candidate, models_of(third) / candidate):
        names = sorted(path.name for path in made.iterdir())
        assert filecmp.cmpfiles(made, copy, names, shallow=False) == (names, [], [])

"""Comments in by command, labels out."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from classifiers.labelled import from_json_line
from moderation.domain.reach import EVERYWHERE
from moderation.services import registration, review_pages
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.tables import comments
from tests.builders import a_user, decided
from tests.functional.cli.conftest import Cli
from tests.functional.cli.test_setup import opened

RUDE = "You are a complete idiot and a worthless moron."
SHARED = Path(
    os.environ.get("MODERATION_SHARED_DIR", Path(__file__).resolve().parents[4] / "shared")
)


def json_lines(records: list[Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def parsed(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def stored(cli: Cli) -> list[str]:
    """Return the comments that the database holds."""
    runtime = opened(cli)
    with runtime.database.read() as connection:
        found = connection.scalars(select(comments.c.body).order_by(comments.c.id)).all()
    runtime.database.dispose()
    return list(found)


def test_score_answers_each_line_in_order_and_needs_no_database(cli: Cli) -> None:
    given = (
        json_lines(
            [
                {"id": "a", "text": "Thank you!"},
                {"id": 2, "text": f"<b>{RUDE}</b>", "format": "html"},
            ]
        )
        + "not json\n\n"
        + json_lines(
            [
                [],
                {"id": "b"},
                {"id": "c", "text": 5},
                {"id": 1.5, "text": "x"},
                {"id": "d", "text": "x", "format": "rtf"},
                {"id": "e", "text": "x", "title": 1},
                {"id": "\ud800", "text": "half a pair \udc00"},
                {"text": ""},
            ]
        )
    ).encode() + b'{"id": "f", "text": "\xff"}\n{"id": "last", "text": "no line end"}'
    file = cli.folder / "comments.jsonl"
    file.write_bytes(given)

    by_file = cli.run("score", str(file))
    by_stdin = cli.run("score", "-", given=given)

    assert by_file.stdout == by_stdin.stdout
    assert by_file.returncode == by_stdin.returncode == 1
    answers = parsed(by_file.stdout)
    assert len(answers) == 14
    errors = [(answer["line"], answer["error"]) for answer in answers if "error" in answer]
    assert errors == [
        (3, "line: expected one JSON object in UTF-8"),
        (4, "line: expected one JSON object in UTF-8"),
        (5, "line: expected a JSON object"),
        (6, "text: expected a string"),
        (7, "text: expected a string"),
        (8, "id: expected a string or a whole number"),
        (9, "format: expected plain, html, markdown or bbcode"),
        (10, "title: expected a string"),
        (13, "line: expected one JSON object in UTF-8"),
    ]
    assert "9 lines could not be read" in by_file.stderr
    scored = [answer for answer in answers if "error" not in answer]
    assert [answer["id"] for answer in scored] == ["a", 2, "\ud800", None, "last"]
    kind, rude, *_ = scored
    assert (kind["verdict"], kind["reasons"]) == ("publish", [])
    assert rude["verdict"] == "flag"
    assert "over_threshold:abusive" in rude["reasons"]
    assert set(rude) == {"id", "scores", "verdict", "reasons", "spans", "model_version"}
    assert all(0 <= score <= 1 for score in rude["scores"].values())
    # Offsets into the text as sent, markup included.
    words = [f"<b>{RUDE}</b>"[span["start"] : span["end"]] for span in rude["spans"]]
    assert any("idiot" in word for word in words)
    assert not (cli.folder / "var").exists()


def test_score_of_a_text_is_for_people_unless_asked(cli: Cli) -> None:
    said = cli.ok("score", RUDE)
    assert said.startswith("flag   over_threshold:abusive")
    assert "idiot" in said
    (record,) = cli.lines("score", RUDE, "--json")
    assert record["verdict"] == "flag"
    # Longer than a file's name may be.
    assert cli.ok("score", f"{RUDE} " * 200).startswith("flag")
    assert "there is no file" in cli.error("score", "missing.jsonl")


ARCHIVE = [
    {"id": "c1", "text": RUDE, "author": {"id": "u1"}},
    {"id": "c2", "text": "Thank you for the help."},
    {"id": "c1", "text": RUDE, "author": {"id": "u1"}},
]


def test_import_stores_what_it_can_and_explains_the_rest(installed: Cli) -> None:
    file = installed.folder / "archive.jsonl"
    file.write_bytes(
        json_lines(ARCHIVE).encode()
        + b'{"id": "c3"}\nnot json\n{"id": "c4", "text": "\xff"}\n{"id": "c5", "text": 5}\n'
    )
    done = installed.run("import", str(file), "--forum", "main")
    assert done.returncode == 0
    assert done.stdout == "2 stored, 1 known already.\n"
    assert "4 rows could not be read" in done.stderr
    rejects = parsed((installed.folder / "archive.jsonl.rejects.jsonl").read_text())
    assert [reject["line"] for reject in rejects] == [4, 5, 6, 7]
    assert "text" in rejects[0]["errors"]
    assert set(rejects[1]["errors"]) == set(rejects[2]["errors"]) == {"line"}
    assert rejects[1]["content"] == "not json"

    again = installed.lines("import", str(file), "--forum", "main", "--json")
    assert again[-1] == {"event": "result", "stored": 0, "known": 3, "rejected": 4}
    assert {line["event"] for line in again} == {"progress", "result"}
    assert again[-2]["done"] == again[-2]["total"] == 7

    assert "no forum 'nobody'" in installed.error("import", str(file), "--forum", "nobody")
    assert "does not exist" in installed.error("import", "missing", "--forum", "main")


def test_export_writes_decisions_with_a_manifest(installed: Cli) -> None:
    file = installed.folder / "archive.jsonl"
    file.write_text(json_lines(ARCHIVE))
    installed.ok("import", str(file), "--forum", "main")
    runtime = opened(installed)
    forum = registration.find_forum(runtime, "main")
    assert forum is not None
    page = review_pages.queue_page(runtime, EVERYWHERE, QueueFilter(), after=None)
    item = next(item for item in page.items if page.judgements[item.comment_pk].external_id == "c1")
    decided(runtime, a_user(runtime), page.judgements[item.comment_pk])
    runtime.database.dispose()

    said = installed.ok("export", "labels.jsonl")

    target = installed.folder / "labels.jsonl"
    digest = f"sha256:{hashlib.sha256(target.read_bytes()).hexdigest()}"
    assert said == f"1 labelled comments in labels.jsonl ({digest})\n"
    row = from_json_line(target.read_text())
    assert (row.text, row.comment_id, row.decided_by) == (RUDE, "c1", "mira")
    manifest = json.loads((installed.folder / "labels.jsonl.manifest.json").read_text())
    assert (manifest["rows"], manifest["digest"], manifest["format"]) == (1, digest, "jsonl")
    assert not list(installed.folder.glob("*.partial"))

    lines = installed.lines("export", "labels.csv", "--format", "csv", "--json")
    assert lines[-1]["rows"] == 1
    assert (installed.folder / "labels.csv").read_text().startswith("schema,text,")
    installed.ok("export", "none.jsonl", "--until", "2020-01-01")
    assert (installed.folder / "none.jsonl").read_bytes() == b""
    assert "no forum 'nobody'" in installed.error("export", "x", "--forum", "nobody")
    assert "missing/x.jsonl" in installed.error("export", "missing/x.jsonl")
    assert "does not match" in installed.error("export", "x", "--since", "yesterday")


@pytest.fixture
def seed() -> Path:
    """A thread as it was copied from a board: the news, and one reply."""
    file = SHARED / "seed" / "invision-thread.txt"
    if not file.is_file():
        pytest.skip(f"no shared folder at {SHARED}")
    return file


def test_import_thread_passes_the_news_and_flags_the_jab(cli: Cli, seed: Path) -> None:
    news, reply = cli.lines("import-thread", str(seed), "--json")
    assert (news["verdict"], reply["verdict"]) == ("publish", "flag")
    assert "over_threshold:partisan" in reply["reasons"]


def test_import_thread_stores_the_posts_only_when_told(installed: Cli, seed: Path) -> None:
    posts = installed.lines("import-thread", str(seed), "--json")
    assert [post["post"] for post in posts] == [1, 2]
    for post in posts:
        assert {"author", "text", "scores", "spans", "reasons", "model_version"} <= set(post)
    by_stdin = installed.lines("import-thread", "-", "--json", given=seed.read_bytes())
    assert by_stdin == posts
    assert installed.ok("import-thread", str(seed)).count("Post ") == 2
    assert stored(installed) == []
    for _ in range(2):  # a page that is stored again adds nothing
        installed.ok("import-thread", str(seed), "--store", "main")
        assert stored(installed) == [post["text"] for post in posts]
    assert "no forum 'nobody'" in installed.error("import-thread", str(seed), "--store", "nobody")
    assert "Error: " in installed.error("import-thread", "-", given="nothing of the kind")
    assert "missing" in installed.error("import-thread", "missing")


def test_a_table_comes_in_by_its_columns(installed: Cli) -> None:
    table = (
        "id,text,author.id,author.post_count,author.trusted,thread.title,thread.id\r\n"
        '7,"Thank you, friend",u1,12,false,Budget day,t1\r\n'
        "8,You idiot,u2,,,,\r\n"
        "9,Hello,u3,many,,,\r\n"
    )
    (installed.folder / "old.csv").write_text(table)
    done = installed.run("import", "old.csv", "--forum", "main")
    assert done.stdout.startswith("2 stored")
    (reject,) = parsed((installed.folder / "old.csv.rejects.jsonl").read_text())
    assert (reject["line"], list(reject["errors"])) == (4, ["author.post_count"])
    shown = json.loads(installed.ok("privacy", "show-author", "main", "u1"))
    assert (shown["post_count"], shown["comments"][0]["text"]) == (12, "Thank you, friend")

"""First start, settings, schema, accounts and forums by command."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import click

from moderation.cli import cli as cli_group
from moderation.services import accounts, registration
from moderation.services.runtime import Runtime
from moderation.storage.database import open_database
from tests.fakes import FakeModels
from tests.functional.cli.conftest import Cli


def opened(cli: Cli) -> Runtime:
    url = f"sqlite:///{cli.folder / 'var' / 'moderation.sqlite3'}"
    return Runtime(open_database(url), FakeModels(None))


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, text
    return match[1]


def test_help_names_every_command_in_words() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "moderation", "--help"], capture_output=True, text=True, check=True
    )
    commands = re.findall(r"(?m)^  ([a-z][a-z-]+)  ", done.stdout)
    assert set(commands) == {
        "backup",
        "config",
        "db",
        "demo",
        "doctor",
        "evaluate",
        "export",
        "forums",
        "import",
        "import-labels",
        "import-thread",
        "init",
        "keys",
        "models",
        "pins",
        "privacy",
        "restore",
        "score",
        "serve",
        "suspicious",
        "thresholds",
        "train",
        "users",
        "withdraw-labels",
        "worker",
    }


def test_init_twice_keeps_data_and_credentials(cli: Cli) -> None:
    first = cli.ok("init")
    password = found(r"Password +(\S+)", first)
    key = found(r"Bearer key +(\S+)", first)
    signed = found(r"(?m)^(body=.*)$", first)

    second = cli.ok("init")

    assert "Password" not in second
    assert "Bearer key" not in second
    assert found(r"(?m)^(body=.*)$", second) == signed
    runtime = opened(cli)
    user = accounts.sign_in(runtime, "admin", password)
    assert user is not None
    assert user.reach.everywhere == "admin"
    forum = registration.forum_by_key(runtime, key)
    assert forum is not None
    assert forum.slug == "main"
    assert [one.slug for one in registration.list_forums(runtime)] == ["main"]
    runtime.database.dispose()


def test_config_lists_every_setting_and_masks_secrets(cli: Cli) -> None:
    settings = {
        "MODERATION_SECRET_KEY": "hunter2" * 5,
        "MODERATION_DATABASE_URL": "postgresql://u:hunter2@h/db",
        "MODERATION_CLAIM_TTL_S": "60",
    }
    text = cli.ok("config", settings=settings)
    rows = cli.lines("config", "--json", settings=settings)
    assert "hunter2" not in text + str(rows)
    assert "MODERATION_CLAIM_TTL_S = 60 seconds   (default 300)" in text
    by_name = {row["variable"]: row for row in rows}
    assert by_name["MODERATION_SECRET_KEY"]["value"] == "********"
    assert by_name["MODERATION_CLAIM_TTL_S"] == {
        "variable": "MODERATION_CLAIM_TTL_S",
        "value": "60",
        "default": "300",
        "unit": "seconds",
        "help": "How long a claim lasts without a sign of life.",
    }
    assert all(row["help"] for row in rows)


def test_a_wrong_setting_stops_any_command_in_a_sentence(cli: Cli) -> None:
    for command in ("config", "init", "serve", "worker"):
        said = cli.error(command, settings={"MODERATION_CLAIM_TTL_S": "soon"})
        assert said == (
            "Error: MODERATION_CLAIM_TTL_S: expected a whole number from 10 to 86400,"
            " found 'soon'\n"
        )


def test_the_schema_goes_up_and_down(cli: Cli) -> None:
    assert cli.ok("db", "current").startswith("database empty, newest ")
    newest = found(r"The database is at (\S+)\.", cli.ok("db", "upgrade"))
    assert cli.ok("db", "current") == f"database {newest}, newest {newest}\n"
    assert cli.run("db", "downgrade", "base", given="n\n").returncode != 0
    assert cli.ok("db", "downgrade", "base", "--yes") == "The database is at base: it is empty.\n"
    assert "was not migrated" in cli.error("db", "upgrade", "9999")


def test_commands_say_what_to_do_first_on_an_empty_database(cli: Cli) -> None:
    for command in (("users", "list"), ("forums", "list"), ("export", "x.jsonl")):
        assert "run 'moderation init' first" in cli.error(*command)


def test_a_database_that_is_away_is_told_in_a_sentence(cli: Cli) -> None:
    settings = {"MODERATION_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    said = cli.error("users", "list", settings=settings)
    assert said == "Error: The database cannot be reached now.\n"


def test_users_are_added_listed_and_changed(installed: Cli) -> None:
    said = installed.ok("users", "add", "mira")
    password = found(r"password (\S+)", said)
    chosen = "correct horse battery staple"
    shown = installed.ok(
        "users", "add", "tom", "--role", "senior", "--password-stdin", given=f"{chosen}\n"
    )
    assert shown == "user tom\n"
    runtime = opened(installed)
    assert accounts.sign_in(runtime, "mira", password) is not None
    assert accounts.sign_in(runtime, "tom", chosen) is not None
    assert "already" in installed.error("users", "add", "tom")
    installed.ok("users", "set-password", "mira", "--password-stdin", given=f"{chosen}\r\n")
    assert accounts.sign_in(runtime, "mira", chosen) is not None
    installed.ok("users", "set-role", "tom", "viewer", "--off")
    assert accounts.sign_in(runtime, "tom", chosen) is None
    assert installed.lines("users", "list", "--json") == [
        {"username": "admin", "role": "admin", "forums": {}, "is_active": True},
        {"username": "mira", "role": "moderator", "forums": {}, "is_active": True},
        {"username": "tom", "role": "viewer", "forums": {}, "is_active": False},
    ]
    said = installed.error("users", "set-password", "mira", "--password-stdin", given="short\n")
    assert "password: expected 12 to 200 characters" in said
    assert "no user 'nobody'" in installed.error("users", "set-role", "nobody", "admin")
    assert "Error: Invalid value" in installed.error("users", "set-role", "mira", "root")
    runtime.database.dispose()


def test_forums_are_added_listed_and_given_new_secrets(installed: Cli) -> None:
    (made,) = installed.lines(
        "forums",
        "add",
        "gazette",
        "--name",
        "The Gazette",
        "--callback",
        "https://g.example/h",
        "--json",
    )
    assert set(made) == {"forum", "bearer_key", "signing_secret"}
    runtime = opened(installed)
    forum = registration.forum_by_key(runtime, made["bearer_key"])
    assert forum is not None
    assert (forum.slug, forum.name) == ("gazette", "The Gazette")
    rotate = ("forums", "rotate-secret", "gazette", "--overlap-hours", "0", "--json")
    (rotated,) = installed.lines(*rotate)
    assert registration.forum_by_key(runtime, made["bearer_key"]) is None
    assert registration.forum_by_key(runtime, rotated["bearer_key"]) is not None
    said = installed.ok("forums", "set-callback", "gazette", "http://10.0.0.1/", "--allow-private")
    assert said == "Messages for gazette go to http://10.0.0.1/.\n"
    listed = {row["slug"]: row for row in installed.lines("forums", "list", "--json")}
    assert set(listed) == {"gazette", "main"}
    assert listed["gazette"]["callback_url"] == "http://10.0.0.1/"
    assert "The Gazette" in installed.ok("forums", "list")
    assert installed.ok("forums", "curl", "gazette").startswith("body=")
    assert "slug: expected" in installed.error("forums", "add", "No Slug")
    assert "already" in installed.error("forums", "add", "gazette")
    assert "callback_url: expected" in installed.error("forums", "add", "b", "--callback", "x")
    assert "no forum 'nobody'" in installed.error("forums", "rotate-secret", "nobody")
    runtime.database.dispose()


def test_no_command_takes_a_secret_on_its_line() -> None:
    """The list of processes shows it to everybody on the machine."""
    given = [
        (context.command_path, option)
        for context in _commands(click.Context(cli_group, info_name="moderation"))
        for option in context.command.params
        if isinstance(option, click.Option) and not option.is_flag
    ]
    assert len(given) > 30
    secret = re.compile("secret|password|key|token|bearer")
    named = [(path, option.opts[0]) for path, option in given if secret.search(option.opts[0])]
    assert named, "files of secrets are named so"
    assert [name for _, name in named if not name.endswith("-file")] == []


def _commands(context: click.Context) -> Iterator[click.Context]:
    if not isinstance(context.command, click.Group):
        yield context
        return
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        assert command is not None
        yield from _commands(click.Context(command, info_name=name, parent=context))

"""Settings: read strictly, shown without secrets."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from moderation.config import PREFIX, Settings, describe, load_settings
from moderation.setting_values import SettingsError

KEY = "k" * 32


def test_no_variable_at_all_gives_the_defaults() -> None:
    assert load_settings({}) == Settings()


def test_variables_of_other_programs_are_nobodys_business() -> None:
    others = {"PATH": "/bin", "moderation_bind": "x", "XMODERATION_BIND": "x"}
    assert load_settings(others) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DATA_DIR", "~/data", Path("~/data").expanduser()),
        ("MODELS_DIR", "/models", Path("/models")),
        ("DATABASE_URL", "sqlite:////tmp/a.sqlite3", "sqlite:////tmp/a.sqlite3"),
        # The driver is ours to choose.
        ("DATABASE_URL", "postgresql://u:p@h/db", "postgresql+psycopg://u:p@h/db"),
        ("DATABASE_URL", "postgresql+psycopg://h:5433/db", "postgresql+psycopg://h:5433/db"),
        ("SECRET_KEY", KEY, KEY),
        ("BIND", "[::1]:8000", "[::1]:8000"),
        ("PUBLIC_URL", "https://mod.example/", "https://mod.example"),
        ("SERVER_THREADS", "256", 256),
        ("MODEL_POLL_S", "0.05", 0.05),
        ("RUNS_DELIVERIES", "No", False),
        ("RUNS_DELIVERIES", "1", True),
        ("LOG_LEVEL", "debug", "debug"),
        ("RATE_LIMIT_STORE", "redis://h:6379/0", "redis://h:6379/0"),
    ],
)
def test_a_right_value_is_read(name: str, value: str, expected: object) -> None:
    assert getattr(load_settings({PREFIX + name: value}), name.lower()) == expected


@pytest.mark.parametrize(
    ("name", "value", "expectation"),
    [
        ("DATA_DIR", "", "a path"),
        ("DATABASE_URL", "", "sqlite:///PATH or postgresql://"),
        ("DATABASE_URL", "mysql://h/db", "sqlite:///PATH or postgresql://"),
        ("DATABASE_URL", "postgres://h/db", "sqlite:///PATH or postgresql://"),
        # In memory, every connection would see a database of its own.
        ("DATABASE_URL", "sqlite:///", "sqlite:///PATH or postgresql://"),
        ("DATABASE_URL", "sqlite:///:memory:", "sqlite:///PATH or postgresql://"),
        ("DATABASE_URL", "postgresql://h:port/db", "sqlite:///PATH or postgresql://"),
        ("SECRET_KEY", "short", "at least 32 characters"),
        ("BIND", "8000", "HOST:PORT"),
        ("BIND", ":8000", "HOST:PORT"),
        ("BIND", "localhost:0", "HOST:PORT"),
        ("BIND", "localhost:65536", "HOST:PORT"),
        ("BIND", "localhost:" + "9" * 5000, "HOST:PORT"),  # too long for int()
        ("BIND", "localhost:٨٠٠٠", "HOST:PORT"),  # digits, but not ones that gunicorn reads
        ("PUBLIC_URL", "mod.example", "http(s)://HOST[:PORT]"),
        ("PUBLIC_URL", "https://", "http(s)://HOST[:PORT]"),
        ("PUBLIC_URL", "https://[::1", "http(s)://HOST[:PORT]"),
        ("PUBLIC_URL", "https://h:x", "http(s)://HOST[:PORT]"),
        ("SERVER_PROCESSES", "0", "a whole number from 1 to 64"),
        ("SERVER_PROCESSES", "two", "a whole number from 1 to 64"),
        ("SERVER_THREADS", "257", "a whole number from 1 to 256"),
        ("TRUSTED_PROXIES", "-1", "a whole number from 0 to 8"),
        ("MAX_BODY_BYTES", "1e6", "a whole number from 1000 to 100000000"),
        ("MAX_BATCH_BODY_BYTES", "", "a whole number from 1000 to 500000000"),
        ("MAX_TEXT_CHARS", "99", "a whole number from 100 to 1000000"),
        ("SIGNATURE_TOLERANCE_S", "0", "a whole number from 1 to 3600"),
        ("RATE_LIMIT_PER_MINUTE", "0", "a whole number from 1 to 10000000"),
        ("RATE_LIMIT_STORE", "memcached://h", "memory:// or redis://HOST:PORT/DB"),
        ("CLAIM_TTL_S", "9", "a whole number from 10 to 86400"),
        ("SESSION_HOURS", "721", "a whole number from 1 to 720"),
        ("MODEL_POLL_S", "0", "a number of seconds from 0.05 to 60"),
        ("MODEL_POLL_S", "nan", "a number of seconds from 0.05 to 60"),
        ("DELIVERY_TIMEOUT_S", "inf", "a number of seconds from 0.1 to 120"),
        ("DELIVERY_ATTEMPTS", "51", "a whole number from 1 to 50"),
        ("RUNS_DELIVERIES", "maybe", "true or false"),
        ("LOG_LEVEL", "INFO", "one of debug, info, warning, error"),
        ("LOG_FORMAT", "xml", "one of console, json"),
    ],
)
def test_a_wrong_value_names_variable_and_expectation(
    name: str, value: str, expectation: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({PREFIX + name: value})
    assert str(caught.value).startswith(f"{PREFIX}{name}: expected {expectation}")


def test_every_setting_but_free_texts_refuses_rubbish() -> None:
    free = {"data_dir", "models_dir"}  # any text is a path
    for setting in fields(Settings):
        if setting.name in free:
            continue
        with pytest.raises(SettingsError):
            load_settings({PREFIX + setting.name.upper(): "\x00 rubbish"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECRET_KEY", "hunter2"), ("DATABASE_URL", "mysql://u:hunter2@h/db")],
)
def test_a_wrong_secret_is_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({PREFIX + name: value})
    assert "hunter2" not in str(caught.value)


def test_an_unknown_variable_stops_the_start() -> None:
    with pytest.raises(SettingsError, match=r"^MODERATION_BINT: no such setting"):
        load_settings({"MODERATION_BINT": "127.0.0.1:80"})


def test_the_tests_own_variables_are_no_settings() -> None:
    assert load_settings({"MODERATION_TEST_ALL": "1", "MODERATION_SHARED_DIR": "/x"}) == Settings()


def test_the_file_is_read_and_the_environment_goes_before_it(tmp_path: Path) -> None:
    file = tmp_path / "moderation.toml"
    file.write_text(
        'bind = "0.0.0.0:80"\nclaim_ttl_s = 60\nmodel_poll_s = 0.5\nruns_deliveries = false\n'
    )
    settings = load_settings({"MODERATION_CONFIG": str(file), "MODERATION_CLAIM_TTL_S": "90"})
    assert settings.bind == "0.0.0.0:80"
    assert settings.claim_ttl_s == 90
    assert settings.model_poll_s == 0.5
    assert settings.runs_deliveries is False


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("bint = 1", "bint: no such setting"),
        ("claim_ttl_s = 9", "claim_ttl_s: expected a whole number from 10 to 86400, found '9'"),
        ("data_dir = ['a']", "data_dir: expected one text, number, true or false"),
        ("data_dir = {a = 1}", "data_dir: expected one text, number, true or false"),
        ("bind = ", "is no TOML file"),
        ("\x00", "is no TOML file"),
    ],
)
def test_a_wrong_file_names_itself_and_the_key(content: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "moderation.toml"
    file.write_text(content)
    with pytest.raises(SettingsError) as caught:
        load_settings({"MODERATION_CONFIG": str(file)})
    assert str(file) in str(caught.value)
    assert problem in str(caught.value)


def test_a_file_that_is_not_utf8_is_no_toml_file(tmp_path: Path) -> None:
    file = tmp_path / "moderation.toml"
    file.write_bytes(b'bind = "\xff"')
    with pytest.raises(SettingsError, match="is no TOML file"):
        load_settings({"MODERATION_CONFIG": str(file)})


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_a_file_that_cannot_be_read_is_named(kind: str, tmp_path: Path) -> None:
    path = tmp_path if kind == "folder" else tmp_path / "missing.toml"
    with pytest.raises(SettingsError, match=r"^MODERATION_CONFIG: cannot read"):
        load_settings({"MODERATION_CONFIG": str(path)})


def test_describe_lists_every_setting_with_help() -> None:
    rows = describe(Settings())
    assert [row.variable for row in rows] == [
        PREFIX + setting.name.upper() for setting in fields(Settings)
    ]
    assert all(row.help.endswith(".") and row.default for row in rows)
    assert all(row.value == row.default for row in rows)


def test_describe_masks_secrets() -> None:
    settings = load_settings(
        {
            "MODERATION_SECRET_KEY": "hunter2" * 5,
            "MODERATION_DATABASE_URL": "postgresql://u:hunter2@h/db",
            "MODERATION_RATE_LIMIT_STORE": "redis://:hunter2@h:6379/0",
        }
    )
    assert not any("hunter2" in row.value for row in describe(settings))


def test_what_is_left_open_follows_from_the_rest() -> None:
    settings = load_settings({"MODERATION_DATA_DIR": "/srv/m", "MODERATION_BIND": "h:1"})
    assert settings.resolved_database_url == "sqlite:////srv/m/moderation.sqlite3"
    assert settings.resolved_models_dir == Path("/srv/m/models")
    assert settings.resolved_public_url == "http://h:1"
    assert not settings.is_https


def test_weights_change_what_they_name_and_no_more() -> None:
    raw = {"MODERATION_FEEDBACK_WEIGHTS": "host_correction=0.1, my-set = 3"}
    weights = load_settings(raw).feedback_weights
    assert dict(weights) == {
        **dict(Settings().feedback_weights),
        "host_correction": 0.1,
        "my-set": 3.0,
    }


@pytest.mark.parametrize(
    "raw", ["host_correction", "host_correction=0", "host_correction=nan", "Host=1", "a=1,,b=1"]
)
def test_a_wrong_weight_says_what_was_expected(raw: str) -> None:
    with pytest.raises(SettingsError, match=r"expected SOURCE=WEIGHT with weights from 0\.01"):
        load_settings({"MODERATION_FEEDBACK_WEIGHTS": raw})

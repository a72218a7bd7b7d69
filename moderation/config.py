"""Settings: read once at the start, from the environment and one optional file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from moderation import setting_values as values
from moderation.domain.feedback import FeedbackWeights
from moderation.domain.locale import DESK_LANGUAGES
from moderation.domain.review import Role
from moderation.setting_values import SettingsError

PREFIX = "MODERATION_"


def _setting(
    default: Any,
    parse: Callable[[str], Any],
    help_text: str,
    *,
    unit: str = "",
    is_secret: bool = False,
    shown_default: str = "",
) -> Any:
    metadata = {
        "parse": parse,
        "help": help_text,
        "unit": unit,
        "is_secret": is_secret,
        "shown_default": shown_default,
    }
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting. Each carries its parser, unit, default and help as field metadata."""

    data_dir: Path = _setting(
        Path("var"), values.path, "Folder for the database, the models and the secret key."
    )
    database_url: str = _setting(
        "",
        values.database_url,
        "Where comments and decisions live: SQLite or PostgreSQL.",
        is_secret=True,
        shown_default="sqlite:///<data_dir>/moderation.sqlite3",
    )
    models_dir: Path | None = _setting(
        None,
        values.path,
        "Folder of bundles and of the pointer to the current one.",
        shown_default="<data_dir>/models",
    )
    sqlite_synchronous: str = _setting(
        "full",
        values.choice("full", "normal"),
        "With `full`, what was acknowledged survives a power cut; with `normal`, the last moments "
        "before one may be lost. SQLite only.",
    )
    models_store: str = _setting(
        "",
        values.model_store,
        "Folder in an S3-compatible store through which machines share models (extra s3).",
        shown_default="none",
    )
    models_store_endpoint: str = _setting(
        "", values.http_url, "Address of that store.", shown_default="Amazon's"
    )
    models_store_poll_s: float = _setting(
        15.0,
        values.seconds(0.1, 3600.0),
        "How often a server looks into the store for a promoted model.",
        unit="seconds",
    )
    secret_key: str = _setting(
        "",
        values.secret_key,
        "Signs sessions and forms; the same for all processes.",
        is_secret=True,
        shown_default="made at the first start, kept in <data_dir>/secret.key",
    )
    encryption_keys: tuple[str, ...] = _setting(
        (),
        values.encryption_keys,
        "Keys of the secrets in the database, newest first; the same for all processes.",
        is_secret=True,
        shown_default="made by init, kept in <data_dir>/encryption.keys",
    )
    bind: str = _setting("127.0.0.1:8000", values.bind, "Address that the server listens on.")
    public_url: str = _setting(
        "",
        values.http_url,
        "Address under which people and forums reach the service.",
        shown_default="http://<bind>",
    )
    server_processes: int = _setting(
        1,
        values.whole(1, 64),
        "Server processes. On two cores, two answer about half as many again as one.",
        unit="processes",
    )
    server_threads: int = _setting(
        8, values.whole(1, 256), "Requests that one process handles at once.", unit="threads"
    )
    overload_wait_ms: int = _setting(
        1000,
        values.whole(1, 60_000),
        "How long a forum's request may wait for a free thread; later it is answered 503.",
        unit="milliseconds",
    )
    trusted_proxies: int = _setting(
        0,
        values.whole(0, 8),
        "Reverse proxies in front whose X-Forwarded-* is believed.",
        unit="proxies",
    )
    max_body_bytes: int = _setting(
        1_000_000,
        values.whole(1_000, 100_000_000),
        "Largest request body, batch aside.",
        unit="bytes",
    )
    max_batch_body_bytes: int = _setting(
        16_000_000, values.whole(1_000, 500_000_000), "Largest body of a batch.", unit="bytes"
    )
    max_text_chars: int = _setting(
        50_000, values.whole(100, 1_000_000), "Longest comment text.", unit="characters"
    )
    signature_tolerance_s: int = _setting(
        300, values.whole(1, 3_600), "How far a signed request's clock may be off.", unit="seconds"
    )
    rate_limit_per_minute: int = _setting(
        6_000,
        values.whole(1, 10_000_000),
        "Requests that one forum may send.",
        unit="requests/minute",
    )
    rate_limit_store: str = _setting(
        "memory://",
        values.limit_store,
        "Where request counts live; Redis for several processes.",
        is_secret=True,  # the address may hold a password
    )
    claim_ttl_s: int = _setting(
        300,
        values.whole(10, 86_400),
        "How long a claim lasts without a sign of life.",
        unit="seconds",
    )
    useful_share: float = _setting(
        0.5,
        values.share,
        "Most of what a moderator is given by usefulness to the model, when asking for that order.",
        unit="share",
    )
    session_hours: int = _setting(
        12, values.whole(1, 720), "How long a sign-in to the desk lasts.", unit="hours"
    )
    two_factor_roles: str = _setting(
        "",
        values.roles,
        "Roles that must show a second factor, with commas between them; others may.",
        shown_default="none",
    )
    oidc_issuer: str = _setting(
        "",
        values.http_url,
        "Issuer of the OpenID provider that people may sign in with.",
        shown_default="none",
    )
    oidc_client_id: str = _setting(
        "", values.visible, "What we are called at the provider.", shown_default="none"
    )
    oidc_client_secret: str = _setting(
        "", values.visible, "Our secret at the provider.", is_secret=True, shown_default="none"
    )
    oidc_name_claim: str = _setting(
        "preferred_username", values.visible, "Claim of the ID token that holds the account's name."
    )
    oidc_new_role: str = _setting(
        "",
        values.choice(*Role),
        "Role of accounts made at a first sign-in by the provider; without it none are made.",
        shown_default="none",
    )
    oidc_new_forums: tuple[str, ...] = _setting(
        (),
        values.forum_names,
        "Forums in which such accounts get their role, by comma, or `*` for all; without it an"
        " administrator gives the role.",
        shown_default="none",
    )
    language: str = _setting(
        "en",
        values.choice(*DESK_LANGUAGES),
        "Language of the desk for whoever chose none and whose browser asks for none that it has.",
    )
    time_zone: str = _setting(
        "UTC", values.time_zone, "Time zone of the desk for whoever chose none (IANA name)."
    )
    appeal_days: int = _setting(
        183,
        values.whole(1, 3_650),
        "How long after a rejection its author may appeal.",
        unit="days",
    )
    model_poll_s: float = _setting(
        1.0,
        values.seconds(0.05, 60.0),
        "How often a server looks for a promoted model.",
        unit="seconds",
    )
    runs_deliveries: bool = _setting(
        True,
        values.flag,
        "Whether the server itself sends deliveries and trains; switch off beside a worker.",
    )
    delivery_timeout_s: float = _setting(
        10.0, values.seconds(0.1, 120.0), "How long one delivery may take.", unit="seconds"
    )
    delivery_attempts: int = _setting(
        10, values.whole(1, 50), "Tries before a delivery is parked.", unit="tries"
    )
    feedback_weights: FeedbackWeights = _setting(
        FeedbackWeights(),
        values.weights,
        "Weight in training by source of a label; what is not named keeps its default.",
    )
    log_level: str = _setting(
        "info", values.choice("debug", "info", "warning", "error"), "Least level that is logged."
    )
    log_format: str = _setting("console", values.choice("console", "json"), "Shape of a log line.")
    otlp_endpoint: str = _setting(
        "",
        values.http_url,
        "OpenTelemetry collector that is told of every request (OTLP over HTTP, extra otel).",
        shown_default="none",
    )

    @property
    def resolved_database_url(self) -> str:
        """The database in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'moderation.sqlite3'}"

    @property
    def resolved_models_dir(self) -> Path:
        """The folder of bundles in force."""
        return self.models_dir or self.data_dir / "models"

    @property
    def resolved_public_url(self) -> str:
        """The address under which we are reached."""
        return self.public_url or f"http://{self.bind}"

    @property
    def is_https(self) -> bool:
        """Whether people reach us by HTTPS, so that cookies may insist on it."""
        return self.resolved_public_url.startswith("https://")


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    The environment goes before the file that ``MODERATION_CONFIG`` names (TOML, one lower-case
    key a setting, without the prefix).

    Raises
    ------
    SettingsError
        Naming the variable or the key, and what was expected.
    """
    environ = os.environ if environ is None else environ
    known = {setting.name: setting for setting in fields(Settings)}
    raw = _read_file(environ.get(f"{PREFIX}CONFIG"), set(known))
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable in _OTHER_VARIABLES:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            raise SettingsError(f"{variable}: no such setting; 'moderation config' lists them")
        raw[name] = (variable, value)
    values: dict[str, Any] = {}
    for name, (where, value) in raw.items():
        try:
            values[name] = known[name].metadata["parse"](value)
        except SettingsError as error:
            shown = "(secret)" if known[name].metadata["is_secret"] else repr(value)
            raise SettingsError(f"{where}: expected {error}, found {shown}") from None
    return Settings(**values)


# CONFIG names the file; the other two are for the tests alone.
_OTHER_VARIABLES = {f"{PREFIX}CONFIG", f"{PREFIX}SHARED_DIR", f"{PREFIX}TEST_ALL"}


def _read_file(path: str | None, known: set[str]) -> dict[str, tuple[str, str]]:
    if not path:
        return {}
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{PREFIX}CONFIG: cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{PREFIX}CONFIG: {path} is no TOML file: {error}") from None
    for name, value in document.items():
        if name not in known:
            raise SettingsError(f"{path}: {name}: no such setting; 'moderation config' lists them")
        if not isinstance(value, str | int | float):
            raise SettingsError(f"{path}: {name}: expected one text, number, true or false")
    return {
        name: (f"{path}: {name}", str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in document.items()
    }


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of ``moderation config``."""

    variable: str
    value: str
    default: str
    unit: str
    help: str


def describe(settings: Settings) -> list[SettingRow]:
    """Return each setting with its unit, default, value (secrets masked) and help."""
    rows = []
    for setting in fields(Settings):
        meta = setting.metadata
        value = getattr(settings, setting.name)
        shown = "" if value in ("", None, ()) else str(value)
        if meta["is_secret"] and shown and value != setting.default:
            shown = "********"
        default = meta["shown_default"] or str(setting.default)
        variable = PREFIX + setting.name.upper()
        rows.append(SettingRow(variable, shown or default, default, meta["unit"], meta["help"]))
    return rows

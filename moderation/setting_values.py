"""What a setting's value may be: each function reads one kind, or says what was expected."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from moderation.domain.feedback import FeedbackWeights, parse_weights
from moderation.domain.forum import is_slug
from moderation.domain.locale import time_zones
from moderation.domain.review import Role


class SettingsError(ValueError):
    """A setting is wrong; the message names the variable and what was expected."""


def visible(raw: str) -> str:
    """Return a text of visible characters."""
    if not raw or not raw.isprintable():
        raise SettingsError("visible characters")
    return raw


def path(raw: str) -> Path:
    """Return a path; ``~`` is the home folder."""
    if not raw:
        raise SettingsError("a path")
    return Path(raw).expanduser()


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers in a range."""

    def parse(raw: str) -> int:
        try:
            value = int(raw)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise SettingsError(f"a whole number from {least} to {most}")
        return value

    return parse


def share(raw: str) -> float:
    """Return a share in [0, 1]."""
    try:
        value = float(raw)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise SettingsError("a number from 0 to 1")
    return value


def seconds(least: float, most: float) -> Callable[[str], float]:
    """Return a reader of times in a range, in seconds."""

    def parse(raw: str) -> float:
        try:
            value = float(raw)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise SettingsError(f"a number of seconds from {least:g} to {most:g}")
        return value

    return parse


def flag(raw: str) -> bool:
    """Return a yes or no."""
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if raw.lower() not in words:
        raise SettingsError("true or false")
    return words[raw.lower()]


def choice(*choices: str) -> Callable[[str], str]:
    """Return a reader of one of some words."""

    def parse(raw: str) -> str:
        if raw not in choices:
            raise SettingsError("one of " + ", ".join(choices))
        return raw

    return parse


def time_zone(raw: str) -> str:
    """Return the name of a time zone."""
    if raw not in time_zones():
        raise SettingsError("a name of the IANA database, for example Asia/Bangkok")
    return raw


def database_url(raw: str) -> str:
    """Return an address of SQLite or PostgreSQL, as SQLAlchemy writes it."""
    if raw.startswith("postgresql://"):
        raw = raw.replace("postgresql://", "postgresql+psycopg://", 1)
    scheme, _, rest = raw.partition("://")
    is_file = scheme == "sqlite" and rest.startswith("/") and rest not in {"/", "/:memory:"}
    is_server = scheme == "postgresql+psycopg" and _is_address(raw)
    if not (is_file or is_server):
        raise SettingsError("sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE")
    return raw


def _is_address(raw: str) -> bool:
    """Tell whether a URL can be taken apart, its port included."""
    try:
        port = urlsplit(raw).port
    except ValueError:
        return False
    return port != 0


def http_url(raw: str) -> str:
    """Return an address of the web."""
    is_http = raw.startswith(("http://", "https://")) and _is_address(raw)
    if not is_http or not urlsplit(raw).hostname:
        raise SettingsError("http(s)://HOST[:PORT]")
    return raw.rstrip("/")


def bind(raw: str) -> str:
    """Return HOST:PORT to listen on."""
    host, separator, port = raw.rpartition(":")
    is_port = port.isascii() and port.isdecimal() and len(port) <= 5  # noqa: PLR2004 - digits of the highest port
    if not separator or not host or not is_port or not 0 < int(port) < 65536:  # noqa: PLR2004 - the highest port
        raise SettingsError("HOST:PORT, for example 127.0.0.1:8000")
    return raw


def secret_key(raw: str) -> str:
    """Return a key that is long enough."""
    if len(raw) < 32:  # noqa: PLR2004 - 128 bits as hexadecimal digits
        raise SettingsError("at least 32 characters of randomness")
    return raw


def encryption_keys(raw: str) -> tuple[str, ...]:
    """Return keys, newest first."""
    keys = tuple(raw.replace(",", " ").split())
    if not keys or not all(_is_key(key) for key in keys):
        raise SettingsError("keys of 32 bytes as URL-safe base64, with commas between them")
    return keys


def _is_key(raw: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(raw)) == 32  # noqa: PLR2004 - what Fernet takes
    except ValueError:
        return False


def model_store(raw: str) -> str:
    """Return the address of a folder in an S3-compatible store."""
    bucket = raw.removeprefix("s3://").partition("/")[0]
    if not raw.startswith("s3://") or not bucket or not raw.isprintable() or " " in raw:
        raise SettingsError("s3://BUCKET/PREFIX")
    return raw


def limit_store(raw: str) -> str:
    """Return where rate limits are counted."""
    if not raw.startswith(("memory://", "redis://", "rediss://")):
        raise SettingsError("memory:// or redis://HOST:PORT/DB")
    return raw


def roles(raw: str) -> str:
    """Return roles, joined by commas."""
    names = [name.strip() for name in raw.split(",") if name.strip()]
    if not set(names) <= set(Role):
        raise SettingsError("roles of " + ", ".join(Role))
    return ",".join(names)


def forum_names(raw: str) -> tuple[str, ...]:
    """Return names of forums that are parted by commas; ``*`` stands for all."""
    names = tuple(dict.fromkeys(part.strip() for part in raw.split(",") if part.strip()))
    if not all(name == "*" or is_slug(name) for name in names):
        raise SettingsError("names of forums, by comma, or *")
    return names


def weights(raw: str) -> FeedbackWeights:
    """Return what labels weigh in training, by their source."""
    try:
        return parse_weights(raw)
    except ValueError as error:
        raise SettingsError(str(error)) from None

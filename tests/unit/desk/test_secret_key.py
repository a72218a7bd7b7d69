from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from moderation.services.secret_key import SecretKeyError, kept_secret_key


def test_the_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = kept_secret_key(tmp_path / "new")

    assert kept_secret_key(tmp_path / "new") == first
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600


def test_starting_at_once_gives_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: kept_secret_key(tmp_path), range(32)))

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("short")

    with pytest.raises(SecretKeyError, match=r"secret\.key"):
        kept_secret_key(tmp_path)

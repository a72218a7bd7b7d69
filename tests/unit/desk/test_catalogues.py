"""Every sentence of the desk is in every catalogue, whole, and compiled."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from moderation.domain.locale import DESK_LANGUAGES
from moderation.web.desk.locales import CATALOGUES

ROOT = Path(__file__).parents[3]
TRANSLATED = sorted(set(DESK_LANGUAGES) - {"en"})
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
TAG = re.compile(r"</?[a-z]+")


def read(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def folder(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES"


def texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]


def sentences(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The sentences that the code marks, by their English singular."""
    template = tmp_path_factory.mktemp("messages") / "desk.pot"
    options = ["-q", "extract", "-F", "pyproject.toml", "-k", "N_", "--no-location"]
    command = [sys.executable, "-m", "babel.messages.frontend", *options, "-o", str(template)]
    subprocess.run([*command, "moderation"], cwd=ROOT, check=True, capture_output=True)
    return {texts(message.id)[0] for message in sentences(read(template))}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_is_missing(language: str, collected: set[str]) -> None:
    there = sentences(read(folder(language) / "messages.po", language))
    assert collected - {texts(message.id)[0] for message in there} == set()
    assert [
        message.id for message in there if message.fuzzy or not all(texts(message.string))
    ] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_values_and_markup_are_kept(language: str) -> None:
    wrong = []
    for message in sentences(read(folder(language) / "messages.po", language)):
        singular, *others = texts(message.id)
        for text in texts(message.string):
            # A plural form may leave out the number ("one comment"), but never add a value.
            meant = set(PLACEHOLDER.findall(" ".join([singular, *others])))
            found = set(PLACEHOLDER.findall(text))
            has_values = found <= meant if others else found == meant
            if not has_values or sorted(TAG.findall(text)) != sorted(TAG.findall(singular)):
                wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, read(folder(language) / "messages.po", language))
    assert (folder(language) / "messages.mo").read_bytes() == compiled.getvalue()

"""The sentences of inner rooms that the catalogues know are those that the code says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

import moderation
from moderation.web.desk import phrasebook
from moderation.web.desk.phrase_patterns import PATTERNS
from moderation.web.desk.phrases import PHRASES

ROOT = Path(moderation.__file__).parent
ROOMS = ("services", "domain", "hosts", "delivery")
SOURCES = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
SOURCES += (ROOT.parent / "training").rglob("*.py")


def nodes() -> Iterator[ast.AST]:
    for path in SOURCES:
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def shape(node: ast.JoinedStr) -> str:
    """What a string with values can say, as a regular expression."""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*"
        for part in node.values
    )


def test_every_phrase_is_said_somewhere() -> None:
    said = {node.value for node in nodes() if isinstance(node, ast.Constant)}
    assert [phrase for phrase in PHRASES if phrase not in said] == []


def test_every_pattern_is_said_somewhere() -> None:
    found = list(nodes())
    plain = [str(node.value) for node in found if isinstance(node, ast.Constant)]
    shapes = [shape(node) for node in found if isinstance(node, ast.JoinedStr)]
    unsaid = []
    for pattern in PATTERNS:
        words = re.sub(r"%\(\w+\)s", "", pattern)
        # What carries less than half of the words says something else as well.
        telling = [one for one in shapes if 2 * len(one.replace(".*", "")) >= len(words)]
        example = re.sub(r"%\(why\)s", "5%: 5%", pattern)
        example = re.sub(r"%\(\w+\)s", "5%", example)
        as_plain = re.compile(re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(pattern)))
        if not any(re.fullmatch(one, example) for one in telling) and not any(
            as_plain.fullmatch(one) for one in plain
        ):
            unsaid.append(pattern)
    assert unsaid == []


@pytest.fixture
def german() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app, default_translation_directories=str(ROOT / "web" / "desk" / "translations"))
    with app.test_request_context(), force_locale("de"):
        yield


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("english", "german_words"),
    [
        ("Only 4 comments were judged; at least 30 are needed.",
         "Nur 4 Kommentare wurden beurteilt; nötig sind mindestens 30."),
        ("A week of traffic is needed; this is day 1. The model's own choice stands in.",
         "Nötig sind die Kommentare einer Woche; dies ist Tag 1. Stattdessen gilt die "
         "eigene Wahl des Modells."),
        ("A moderator read the comment and rejected it: Insults a person, judged to be abusive, "
         "partisan.",
         "Eine Person aus der Moderation hat den Kommentar gelesen und abgelehnt: Beleidigt eine "
         "Person, beurteilt als beleidigend, parteiisch."),
        ("trusted author none", "vertrauenswürdiger Autor none"),
        ("Nobody wrote 100% of this.", "Nobody wrote 100% of this."),
        ("", ""),
    ],
)  # fmt: skip
def test_a_sentence_with_values_is_told_in_the_readers_language(
    english: str, german_words: str
) -> None:
    assert phrasebook.translated(english) == german_words

"""Long texts are folded around what matters, and nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from classifiers.labels import Label
from moderation.domain.judgement import PlacedSpan
from moderation.web.desk.highlight import Paragraph, paragraphs
from moderation.web.desk.long_texts import LONG, folded


def written(lines: Iterable[Paragraph]) -> str:
    return "".join(piece.text for line in lines for piece in line)


def test_a_short_text_is_shown_whole() -> None:
    (run,) = folded(paragraphs("One.\n\nTwo."))
    assert not run.is_folded
    assert folded(()) == ()


def test_the_beginning_and_what_is_marked_stay_in_sight() -> None:
    lines = [f"line {number} " + "word " * 60 for number in range(40)]
    text = "\n".join(lines)
    place = text.index("line 20")
    runs = folded(paragraphs(text, [PlacedSpan(Label.ABUSIVE, place, place + 4, 0, 4, 1.0)]))

    assert [run.is_folded for run in runs] == [False, True, False, True]
    shown = written(line for run in runs if not run.is_folded for line in run.paragraphs)
    for number in (0, 1, 19, 20, 21):
        assert f"line {number} " in shown
    assert "line 30 " not in shown


def test_one_endless_line_is_folded_too() -> None:
    runs = folded(paragraphs("x" * 100_000))
    assert [run.is_folded for run in runs] == [False, True]
    assert sum(run.characters for run in runs) == 100_000


@pytest.mark.parametrize("seed", range(5))
def test_no_character_is_lost(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a test's dice
    text = "".join(dice.choice("ab \n") for _ in range(dice.randrange(LONG, 4 * LONG)))
    after = written(line for run in folded(paragraphs(text)) for line in run.paragraphs)
    assert after == written(paragraphs(text))

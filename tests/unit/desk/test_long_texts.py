"""Long texts are folded around what matters, and nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from classifiers.labels import Label
from moderation.domain.judgement import PlacedSpan
from moderation.domain.text_format import TextFormat
from moderation.pipeline.reduction import Outline, outline_of
from moderation.pipeline.reduction.outline import Shape
from moderation.web.desk.long_texts import LONG, folded
from moderation.web.desk.shown_text import Shown, plain_text, shown_text


def written(blocks: Iterable[Shown]) -> str:
    return "".join(
        "".join(piece.text for piece in block.pieces) + written(block.children) for block in blocks
    )


def test_a_short_text_is_shown_whole() -> None:
    assert folded(plain_text("One.\n\nTwo.")) == plain_text("One.\n\nTwo.")
    assert folded(()) == ()


def test_the_beginning_and_what_is_marked_stay_in_sight() -> None:
    text = "\n\n".join(f"line {number} " + "word " * 60 for number in range(40))
    place = text.index("line 20")
    span = PlacedSpan(Label.ABUSIVE, place, place + 4, 0, 4, 1.0)
    found = folded(shown_text(Outline(text), [span]))

    assert [bool(block.hidden) for block in found] == [False] * 2 + [True] + [False] * 3 + [True]
    shown = written(block for block in found if not block.hidden)
    for number in (0, 1, 19, 20, 21):
        assert f"line {number} " in shown
    assert "line 30 " not in shown


def test_one_endless_line_is_folded_too() -> None:
    found = folded(plain_text("x" * 100_000))
    assert [block.hidden for block in found] == [0, 0, 99_000]


def test_a_long_list_is_cut_between_its_items_and_counts_on() -> None:
    source = "<ol>" + ("<li>" + "word " * 30 + "</li>") * 30 + "</ol>"
    first, second, rest = folded(shown_text(outline_of(source, TextFormat.HTML)))
    lists = [first, second, *rest.children]

    assert {(one.shape, one.detail) for one in lists} == {(Shape.LIST, "ordered")}
    assert [one.start for one in lists] == list(range(1, 31, 3))
    assert sum(len(one.children) for one in lists) == 30


def test_a_long_quote_is_folded_on_its_own() -> None:
    source = f"[quote=bob]{'their words ' * 400}[/quote]Mine."
    quote, own = folded(shown_text(outline_of(source, TextFormat.BBCODE)))

    assert quote.shape is Shape.QUOTE
    assert [bool(block.hidden) for block in quote.children] == [False, False, True]
    assert written([own]) == "Mine."


@pytest.mark.parametrize("seed", range(5))
def test_no_character_is_lost(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a test's dice
    text = "".join(dice.choice("ab \n") for _ in range(dice.randrange(LONG, 4 * LONG)))
    assert written(folded(plain_text(text))) == written(plain_text(text))

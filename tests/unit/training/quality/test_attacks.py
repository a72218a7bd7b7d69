"""Disguises are what people write, the same every time, and only where asked."""

from __future__ import annotations

import pytest

from training.quality.attacks import ATTACKS, disguise, joined

WRITTEN = {
    "leetspeak": "1d107",
    "spaced out": "i d i o t",
    "dotted": "i.d.i.o.t",
    "homoglyphs": "іdіоt",  # noqa: RUF001 (that is the point)
    "accents": "ídíót",
    "zero width": "i\u200bd\u200bi\u200bo\u200bt",
    "stretched": "iiiidiot",
    "censored": "id*ot",
    "without vowels": "idt",
    "mixed case": "iDiOt",
}


@pytest.mark.parametrize(("name", "expected"), WRITTEN.items())
def test_word_is_disguised(name: str, expected: str) -> None:
    assert ATTACKS[name]("idiot") == expected


def test_swapped_letters_keep_the_ends_and_the_letters() -> None:
    for word in ("idiot", "moron", "clowns", "liar"):
        found = ATTACKS["swapped letters"](word)
        assert (found[0], found[-1], sorted(found)) == (word[0], word[-1], sorted(word))
        assert found == ATTACKS["swapped letters"](word)


def test_emoji_goes_inside() -> None:
    found = ATTACKS["emoji inside"]("idiot")
    assert (found[:2], found[3:], len(found)) == ("id", "iot", 6)


def test_short_words_and_other_places_stay() -> None:
    upper = str.upper
    assert disguise("you are an idiot, idiot", upper) == "you are an IDIOT, IDIOT"
    assert disguise("what an idiot, really", upper, [(8, 13)]) == "what an IDIOT, really"
    assert disguise("what an idiot", upper, []) == "what an idiot"


def test_joined_words_lose_the_space_before() -> None:
    assert joined("you are an idiot again") == "you are anidiotagain"
    assert joined("what an idiot, really", [(8, 13)]) == "what anidiot, really"
    assert joined("idiot") == "idiot"
    assert joined("") == ""


@pytest.mark.parametrize("name", ATTACKS)
def test_any_word_of_four_letters_or_more_can_be_disguised(name: str) -> None:
    for word in ("zzzz", "Ärger", "naïve", "ЛЛЛЛ", "aeiou"):
        assert ATTACKS[name](word)

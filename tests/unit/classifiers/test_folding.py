"""Folding undoes disguises and leaves plain words alone."""

from __future__ import annotations

import pytest

from classifiers.folding import fold, fold_all
from classifiers.telling import DISGUISED
from classifiers.text import tokenize
from tests.unit.classifiers.any_script import any_comments
from training.dataset import read_corpus


def forms(text: str) -> list[str]:
    return [fold(token).form for token in tokenize(text)]


def signals(text: str) -> set[str]:
    return {signal for token in tokenize(text) for signal in fold(token).signals}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("id\u200biot", "idiot"),  # zero-width space inside
        ("i\u00addiot", "idiot"),  # soft hyphen
        ("id\x00iot", "idiot"),
        ("sh1t", "shit"),
        ("n00b", "noob"),
        ("id10t", "idiot"),
        ("$tupid", "stupid"),
        ("5tupid", "stupid"),
        ("a$$", "ass"),
        ("@sshole", "asshole"),
        ("\u0456\u0501iot", "idiot"),  # Cyrillic look-alikes beside Latin
        ("idi\u03bft", "idiot"),  # Greek
        ("\u026a\u1d05\u026a\u1d0f\u1d1b", "idiot"),  # small capitals
        ("\u24d8\u24d3\u24d8\u24de\u24e3", "idiot"),  # in circles
        ("\U0001f178\U0001f173\U0001f178\U0001f17e\U0001f183", "idiot"),  # in dark squares
        ("i d i o t", "idiot"),
        ("i.d.i.o.t", "idiot"),
        ("i-d*i~o.t", "idiot"),
        ("i\u2764d\u2764i\u2764o\u2764t", "idiot"),
        ("f*ck", "fuck"),
        ("f**k", "fuck"),
        ("f***", "fuck"),
        ("f*ing", "fucking"),
        ("sh#t", "shit"),
        ("b!tch", "bitch"),
        ("f@ck", "fuck"),
        ("cl*wn", "clown"),  # one letter of a long telling word
        ("5h17", "shit"),  # more digits than letters
        ("id\U0001f642iot", "idiot"),
        ("Path\U0001f525e\u2764\ufe0ftic", "pathetic"),
        ("stpd", "stupid"),  # no vowels
        ("idoit", "idiot"),  # two letters swapped
        ("IDOIT", "idiot"),
    ],
)
def test_disguises_are_undone_and_said(text: str, form: str) -> None:
    assert forms(text) == [form]
    assert "disguised" in signals(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("IDIOT", "idiot"),
        ("caf\u00e9", "cafe"),
        ("Wa\u0142\u0119sa", "walesa"),
        ("\uff49\uff44\uff49\uff4f\uff54", "idiot"),  # full width
        ("\U0001d422\U0001d41d\U0001d422\U0001d428\U0001d42d", "idiot"),  # bold
        ("i\u0334d\u0334i\u0334o\u0334t\u0334", "idiot"),  # struck through
        ("i\u0300\u0301\u0302\u0303diot", "idiot"),  # stacked accents
        ("don\u2019t", "don't"),
        ("covid19", "covid00"),
        ("windows10", "windows00"),
        ("h1n1", "h0n0"),
        ("k8s", "k0s"),
        ("4th", "0th"),
        ("4chan", "0chan"),
        ("10am", "00am"),
        ("mp3", "mp0"),
        ("$500", "$000"),
        ("$5k", "$0k"),
        ("2024", "0000"),
        ("snake_case", "snake_case"),
        ("r&b", "r&b"),
        ("a b c d", "abcd"),  # a list
        ("U.S.S.R", "ussr"),
        ("a.k.a", "aka"),
        ("cool", "cool"),
        ("\u0438\u0434\u0438\u043e\u0442", "\u0438\u0434\u0438\u043e\u0442"),
        ("\u0441\u0442\u0440\u0430\u043d\u0430", "\u0441\u0442\u0440\u0430\u043d\u0430"),
        ("\u0439", "\u0439"),  # not two characters, not another letter
        ("\u0435\u03bb\u03bb\u03ac\u03b4\u03b1", "\u0435\u03bb\u03bb\u03ac\u03b4\u03b1"),
        ("\u03bcm", "\u03bcm"),
        ("\u0434\u043e\u043ca", "\u0434\u043e\u043ca"),  # a slip of the keyboard
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940"),
    ],
)
def test_plain_words_stay_what_they_are(text: str, form: str) -> None:
    assert forms(text) == [form]
    assert "disguised" not in signals(text)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("stuuupid", ("stupid",)),
        ("looooser", ("looser", "loser")),
        ("as5hole", ("asshole",)),
        ("fai1ure", ("faiiure", "failure")),
        ("?!?!", ("??", "!!")),
        ("\U0001f602\U0001f602\U0001f923", ("\U0001f602\U0001f602", "\U0001f923")),
        ("\U0001f937\U0001f3fd\u200d\u2640\ufe0f", ("\U0001f937",)),  # who writes is no feature
    ],
)
def test_readings(text: str, readings: tuple[str, ...]) -> None:
    (token,) = tokenize(text)
    assert fold(token).readings == readings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WHAT", {"caps"}),
        ("OK", set()),
        ("SOOOOO", {"caps", "stretched"}),
        ("SH1T", {"caps", "disguised"}),
        ("\u4f60\u597d\u5417", set()),  # no script without case shouts
        ("A4 paper, 5 o'clock, 3.50 for 1,000 g", set()),
        ("options a, b, c; steps a b c", set()),
        ("yes/no and/or e.g. i.e. p.m.", set()),
        ("Wow!Great **a** 5*4=20 s*t", set()),
    ],
)
def test_signals(text: str, expected: set[str]) -> None:
    assert signals(text) == expected


def test_addresses_and_mentions_are_no_words() -> None:
    text = "@someone me@mail.example https://example.org"
    folded = [fold(token) for token in tokenize(text)]
    assert [entry.form for entry in folded] == ["<user>", "<mail>", "<url>"]
    assert not any(entry.is_word or entry.has_letters for entry in folded)


@pytest.mark.parametrize("text", ["lol\U0001f602you", "great\U0001f525news", "wow\u2764idiot"])
def test_emoji_between_words_part_them(text: str) -> None:
    assert len(tokenize(text)) == 3
    assert "disguised" not in signals(text)


def test_a_rest_of_a_web_address_is_no_word() -> None:
    assert "disguised" not in signals("https://example.org/id\U0001f642iot")


def test_no_spelling_that_counts_as_disguised_is_written_in_our_corpus() -> None:
    written = {token for row in read_corpus() for token in row.text.lower().split()}
    assert written.isdisjoint(DISGUISED)


def test_many_tokens_fold_as_one_by_one() -> None:
    for text in (
        "plain words in small letters",
        "stpd words",
        "Caps too",
        "soooo",
        *any_comments(60),
    ):
        tokens = tokenize(text)
        assert fold_all(tokens) == [fold(token) for token in tokens]
    assert fold_all([]) == []

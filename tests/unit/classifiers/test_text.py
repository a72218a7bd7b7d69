"""Normalisation keeps offsets, undoes disguises and survives any string."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text import fold, tokenize

ANY_TEXT = st.text(
    alphabet=st.characters() | st.sampled_from(["\ud800", "\udfff", "\u200b", "$", "@", "*", "."])
)


def forms(text: str) -> list[str]:
    return [fold(token.kind, token.surface).form for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("IDIOT", "idiot"),
        ("id\u200biot", "idiot"),  # zero-width space inside
        ("1d10t", "0di0t"),  # digits at the edge may be numbers: they stay a shape
        ("sh1t", "shit"),
        ("$tupid", "stupid"),
        ("a$$", "ass"),
        ("stuuupid", "stupid"),
        ("і\u0501iot", "idiot"),  # Cyrillic look-alikes beside Latin  # noqa: RUF001
        ("café", "cafe"),
        ("ｉｄｉｏｔ", "idiot"),  # full width  # noqa: RUF001
        ("i d i o t", "idiot"),
        ("i.d.i.o.t", "idiot"),
        ("don\u2019t", "don't"),
    ],
)
def test_fold_undoes_disguise(text: str, form: str) -> None:
    assert forms(text) == [form]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("covid19", "covid00"),
        ("4th", "0th"),
        ("mp3", "mp0"),
        ("$500", "$000"),
        ("2024", "0000"),
        ("идиот", "идиот"),  # a Cyrillic word is no Latin word in disguise
        ("cool", "cool"),
    ],
)
def test_fold_leaves_plain_words_alone(text: str, form: str) -> None:
    assert forms(text) == [form]
    token = tokenize(text)[0]
    assert "disguised" not in fold(token.kind, token.surface).signals


def test_initials_are_not_disguised() -> None:
    token = tokenize("U.S.S.R")[0]
    assert fold(token.kind, token.surface).signals == ()


@given(ANY_TEXT)
def test_tokens_point_into_the_text(text: str) -> None:
    tokens = tokenize(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert all(a.end <= b.start for a, b in pairwise(tokens))
    for token in tokens:
        if token.kind != "spaced":
            assert text[token.start : token.end] == token.surface


@given(ANY_TEXT)
def test_forms_are_safe_feature_names(text: str) -> None:
    for form in forms(text):
        assert not any(char.isspace() for char in form)
        form.encode("utf-8")


@pytest.mark.parametrize(
    "piece", ["a", "a ", "a.", "!", "$", "@", "a*", "\u200b", "http://", "'", "a'", "\ud800", "1a"]
)
def test_long_lines_take_linear_time(piece: str) -> None:
    started = time.process_time()
    forms(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 5.0  # quadratic time would take minutes

"""What other services' formats mean to a forum."""

from __future__ import annotations

from typing import Any

import pytest

from classifiers.labels import Label
from moderation.domain.drop_in import (
    DropIn,
    DropInMode,
    SpamMeaning,
    from_document,
    is_spam,
    to_document,
)
from moderation.domain.verdict import LabelScore, Verdict

FULL = DropIn(
    DropInMode.STORE_AND_QUEUE,
    ("en", "de"),
    SpamMeaning.ABUSIVE,
    0.7,
    (Label.ABUSIVE, Label.INSULT),
)


@pytest.mark.parametrize("drop_in", [FULL, DropIn(), DropIn(spam_teaches=())])
def test_it_survives_the_way_through_its_document(drop_in: DropIn) -> None:
    assert from_document(to_document(drop_in)) == (drop_in, {})


def test_an_empty_document_scores_only() -> None:
    assert from_document({}) == (DropIn(), {})
    assert not DropIn().stores


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"mode": "store"}, "mode"),
        ({"mode": ["score_only"]}, "mode"),  # cannot be hashed
        ({"languages": []}, "languages"),
        ({"languages": ["en-US"]}, "languages"),  # a base language covers its regions
        ({"languages": "en"}, "languages"),
        ({"spam": "yes"}, "spam"),
        ({"spam_threshold": 1.5}, "spam_threshold"),
        ({"spam_threshold": True}, "spam_threshold"),
        ({"spam_threshold": float("nan")}, "spam_threshold"),
        ({"spam_teaches": ["spam"]}, "spam_teaches"),
        ({"spam_teaches": None}, "spam_teaches"),
        ({"modes": "score_only"}, "modes"),
        ([], ""),
    ],
)
def test_a_wrong_field_is_named(document: Any, field: str) -> None:
    assert set(from_document(document)[1]) == {field}


def scores(abusive: float) -> list[LabelScore]:
    return [
        LabelScore(Label.ABUSIVE, abusive, 0.5, "a rule", flags=abusive >= 0.5),
        LabelScore(Label.PARTISAN, 0.99, 0.5, "a rule", flags=True),
    ]


@pytest.mark.parametrize(
    ("spam", "verdict", "abusive", "expected"),
    [
        ("held", Verdict.HOLD, 0.9, True),
        ("held", Verdict.FLAG, 0.9, False),  # visible, and somebody is going to look
        ("flagged", Verdict.FLAG, 0.9, True),
        ("flagged", Verdict.PUBLISH, 0.9, False),
        ("abusive", Verdict.PUBLISH, 0.5, True),  # at the threshold counts
        ("abusive", Verdict.HOLD, 0.49, False),  # held for its partisanship
    ],
)
def test_spam_means_what_the_forum_says(
    spam: str, verdict: Verdict, abusive: float, expected: bool
) -> None:
    drop_in = DropIn(spam=SpamMeaning(spam))
    assert is_spam(drop_in, verdict, (), scores(abusive)) is expected


def test_a_threshold_of_the_forum_goes_before_the_one_in_force() -> None:
    drop_in = DropIn(spam=SpamMeaning.ABUSIVE, spam_threshold=0.8)
    assert [is_spam(drop_in, Verdict.FLAG, (), scores(s)) for s in (0.79, 0.8)] == [False, True]


@pytest.mark.parametrize("reason", ["trusted_author", "repeat_approved"])
def test_who_is_published_whatever_the_score_is_no_spammer(reason: str) -> None:
    drop_in = DropIn(spam=SpamMeaning.ABUSIVE)
    assert not is_spam(drop_in, Verdict.PUBLISH, (reason,), scores(0.99))


@pytest.mark.parametrize("spam", list(SpamMeaning))
def test_without_a_score_what_is_held_is_spam_in_every_meaning(spam: SpamMeaning) -> None:
    assert is_spam(DropIn(spam=spam), Verdict.HOLD, ("scorer_failed",), [])

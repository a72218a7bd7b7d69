from __future__ import annotations

from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import MultiDict

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.review import ReasonCode
from moderation.domain.verdict import Source
from moderation.storage.queue_filters import QueueFilter, QueueOrder
from moderation.web.desk import drafts, fields, filters
from moderation.web.desk.cards import web_address
from moderation.web.desk.revisions import Change, changes
from moderation.web.desk.session import local_path


@pytest.mark.parametrize(
    ("raw", "number"),
    [("7", 7), ("", None), (None, None), ("-1", None), ("٣", None), ("9" * 19, None)],
)
def test_only_a_key_that_a_database_holds_is_a_number(raw: str | None, number: int | None) -> None:
    assert fields.whole_number(raw) == number


def test_typed_text_keeps_words_and_line_ends_and_drops_controls() -> None:
    assert fields.typed_text("a\r\nb\x00\x1b\tc \u202e") == "a\nb\tc \u202e"


def test_a_day_begins_and_ends_in_utc() -> None:
    assert fields.day_start("2026-03-02") == datetime(2026, 3, 2, tzinfo=UTC)
    assert fields.day_start("2026-03-02", days_later=1) == datetime(2026, 3, 3, tzinfo=UTC)
    assert fields.day_start("9999-12-31", days_later=1) is None
    assert fields.day_start("yesterday") is None


@pytest.mark.parametrize(
    "wanted",
    [
        QueueFilter(),
        QueueFilter(forum="gazette", label="abusive", order=QueueOrder.RISKIEST),
        QueueFilter(source=Source.AUDIT_SAMPLE),
        QueueFilter(is_held=True),
        QueueFilter(is_reported=True),
        QueueFilter(is_escalated=True),
    ],
)
def test_a_filter_survives_its_address(wanted: QueueFilter) -> None:
    assert filters.parse_filter(filters.filter_args(wanted)) == wanted


def test_an_unknown_filter_is_left_out() -> None:
    args = {"forum": "../x", "label": "nice", "why": "whim", "show": "all", "order": "best"}

    assert filters.parse_filter(args) == QueueFilter()


def test_a_draft_keeps_what_it_knows() -> None:
    form = MultiDict(
        [
            ("decision", "reject"),
            ("label", "insult"),
            ("label", "nonsense"),
            ("reason", "insult"),
            ("note", "see\r\nthread"),
            ("revision", "r1"),
        ]
    )

    draft = drafts.read_draft(form)

    assert draft.labels == {Label.INSULT}
    assert (draft.reason, draft.note) == (ReasonCode.INSULT, "see\nthread")
    assert drafts.decision_of(draft).reason is ReasonCode.INSULT


def test_a_draft_without_a_verdict_is_no_decision() -> None:
    with pytest.raises(InvalidInputError) as caught:
        drafts.decision_of(drafts.Draft(action="undo"))

    assert "decision" in caught.value.fields


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "https:",
        "http://[bad",
        "https://a.example/\n",
        None,
    ],
)
def test_no_link_is_made_of_what_is_no_web_address(address: str | None) -> None:
    assert web_address(address) is None


def test_a_web_address_may_be_a_link() -> None:
    assert web_address("https://forum.example/t/1#c2") == "https://forum.example/t/1#c2"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/desk/",
        "//evil.example/desk/",
        "/\\evil.example/desk/",
        "/desk/\\evil",
        "/desk/\t/x",
        "/v1/comments",
        "desk/",
        "",
        None,
    ],
)
def test_nobody_is_sent_out_of_the_desk(target: str | None) -> None:
    assert local_path(target) is None


def test_a_page_of_the_desk_may_come_next() -> None:
    assert local_path("/desk/items/7?forum=gazette") == "/desk/items/7?forum=gazette"


def test_changes_name_the_sentences_that_went_and_came() -> None:
    assert changes("One. Two. Three.", "One. Four. Three.") == (
        Change("same", "One."),
        Change("gone", "Two."),
        Change("new", "Four."),
        Change("same", "Three."),
    )


def test_very_long_texts_are_not_compared() -> None:
    assert changes("a. " * 500, "b. " * 500) == ()

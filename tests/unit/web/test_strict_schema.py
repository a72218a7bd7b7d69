"""A body is read the short way or marshmallow's: what comes of it is the same."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from moderation.config import Settings
from moderation.web import current
from moderation.web.schemas import CommentSchema, DeletionQuery, FeedbackSchema
from moderation.web.strict_schema import StrictSchema

TEXT = st.text(max_size=8) | st.sampled_from(["", "plain", "html", "en", "no language", "\0", "1"])
TIME = st.sampled_from(["2026-03-02T09:00:00Z", "2026-03-02", "1950-01-01T00:00:00Z"])
VALUE = TEXT | TIME | st.none() | st.booleans() | st.integers() | st.lists(TEXT, max_size=1)
PLACE = st.dictionaries(
    st.sampled_from(["id", "name", "title", "trusted", "post_count", "joined_at", "url", "x"]),
    VALUE,
    max_size=4,
)
COMMENT = st.fixed_dictionaries(
    {},
    optional={
        "id": VALUE,
        "text": VALUE,
        "revision": VALUE,
        "format": VALUE,
        "author": PLACE | VALUE,
        "thread": PLACE | VALUE,
        "parent": PLACE | VALUE,
        "permalink": VALUE,
        "created_at": VALUE,
        "language": VALUE,
        "misspelt": VALUE,
    },
)
FEEDBACK = st.fixed_dictionaries(
    {},
    optional={
        "labels": st.dictionaries(st.sampled_from(["abusive", "x"]), VALUE) | VALUE,
        "source": VALUE,
        "decision": VALUE,
        "x": VALUE,
    },
)


@pytest.fixture(scope="module", autouse=True)
def application(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The fields ask for the settings."""
    app = Flask(__name__)
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    app.extensions["moderation"] = current.Surroundings(settings, None, None)  # type: ignore[arg-type]
    with app.app_context():
        yield


def outcome(load: Any, body: Any) -> Any:
    try:
        return load(body)
    except ValidationError as error:
        return error.messages


def marshmallows(schema: StrictSchema) -> Any:
    return lambda body: Schema.load(schema, body)


@pytest.mark.parametrize(
    ("schema", "bodies"), [(CommentSchema(), COMMENT), (FeedbackSchema(), FEEDBACK)]
)
def test_both_ways_give_the_same(schema: StrictSchema, bodies: Any) -> None:
    @given(bodies)
    def compare(body: Any) -> None:
        assert outcome(schema.load, body) == outcome(marshmallows(schema), body)

    compare()


def test_what_is_right_takes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    schema, body = CommentSchema(), {"id": "c1", "text": "Well said.", "author": {"id": "u1"}}
    wanted = marshmallows(schema)(body)
    monkeypatch.setattr(Schema, "load", None)
    assert schema.load(body) == wanted


@pytest.mark.parametrize(
    ("erase", "found"),
    [("true", True), ("0", False), ("perhaps", {"erase": ["expected true or false"]})],
)
def test_validators_of_fields_are_asked(erase: str, found: object) -> None:
    read = outcome(DeletionQuery().load, {"erase": erase})
    assert read == (found if isinstance(found, dict) else {"erase": found})

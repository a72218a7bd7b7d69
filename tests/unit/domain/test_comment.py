"""Revisions and repeats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.comment import content_revision, repeat_key
from moderation.domain.errors import InvalidInputError
from moderation.domain.forum import check_callback_url, check_slug
from moderation.domain.text_format import TextFormat

TEXT = "You should have read the article first."


@pytest.mark.parametrize(
    "same",
    [
        "YOU SHOULD HAVE READ THE ARTICLE FIRST",  # case and the final stop
        "You  should\nhave read -- the article, first!!!",  # spacing and marks
        "You should have read the article first. \U0001f644",  # an emoji says nothing new
        "\uff39\uff4f\uff55 should have read the article first.",  # full-width letters
        "*You* should have _read_ the article first.",  # emphasis
    ],
)
def test_repeat_key_is_equal_for(same: str) -> None:
    assert repeat_key(same) == repeat_key(TEXT)


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_repeat_key_of_ascii_is_that_of_any_text(text: str) -> None:
    # A word in other letters takes the longer way; full-width ones mean the same.
    assert repeat_key(f"{text} another word") == repeat_key(f"{text} \uff41nother word")


@pytest.mark.parametrize(
    "other",
    [
        "You should have read the articles first.",  # another word
        "First you should have read the article.",  # another order
        "You should have read the article first, 2.",  # a digit is a word
    ],
)
def test_repeat_key_differs_for(other: str) -> None:
    assert repeat_key(other) != repeat_key(TEXT)


@pytest.mark.parametrize(
    "short",
    [
        "",
        "Thank you!",  # means another thing in every thread
        "!!!! ???? .... ---- ####",  # no letter at all
        "x" * 19,  # one short of the least length
    ],
)
def test_a_short_text_has_no_repeat_key(short: str) -> None:
    assert repeat_key(short) is None


def test_the_least_length_counts() -> None:
    assert repeat_key("x" * 20) is not None


def test_repeat_key_takes_any_string() -> None:
    assert repeat_key("\ud800 half a pair \x00 and a zero") is not None


def test_content_revision_differs_by_text_and_format() -> None:
    revisions = {
        content_revision("<b>a</b>", TextFormat.HTML),
        content_revision("<b>a</b>", TextFormat.PLAIN),
        content_revision("<b>a</b> ", TextFormat.HTML),
    }
    assert len(revisions) == 3


def test_content_revision_is_stable() -> None:
    # Stored rows are found again by it: a change of the recipe would double every comment.
    # First 32 digits of: printf 'plain\0hello' | sha256sum
    assert content_revision("hello", TextFormat.PLAIN) == "sha256-272dcf9fc620714157500d340c199fba"


@pytest.mark.parametrize("slug", ["a", "main", "my-forum-2", "9", "a" * 40])
def test_slug_is_accepted(slug: str) -> None:
    assert check_slug(slug) == slug


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "ä", "a b", "a" * 41, "a\n", "a/b"])
def test_slug_is_refused(slug: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_slug(slug)
    assert set(caught.value.fields) == {"slug"}


@pytest.mark.parametrize(
    "url",
    [
        "https://forum.example/hooks",
        "http://127.0.0.1:9000",
        "http://[::1]:9000/a?b=c",
        "https://forum.example?key=1",
    ],
)
def test_callback_address_is_accepted(url: str) -> None:
    assert check_callback_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "forum.example",
        "ftp://forum.example",
        "file:///etc/passwd",
        "https://",
        "http://:80/",
        "https://user:pw@forum.example/",  # would be written into logs and lists
        "https://forum.example:port/",
        "https://forum.example:70000/",
        "https://[::1/",  # a bracket that is never closed
        "https://forum.example/a b",
        "https://forum.example/\x00",  # PostgreSQL stores no NUL
        "https://forum.example/a\nb",
        "https://förum.example/",  # must be given in its ASCII form: no request could be made
        "https://forum.example/" + "a" * 2000,
    ],
)
def test_callback_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_callback_url(url)
    assert set(caught.value.fields) == {"callback_url"}

"""Read and erase what is stored about a person."""

from __future__ import annotations

from tests.builders import sqlite_only
from tests.functional.api.conftest import ForumClient, errors_of

AUTHOR = {"id": "u/7", "name": "Petronella"}


@sqlite_only
def test_an_author_is_read_and_erased(gazette: ForumClient, herald: ForumClient) -> None:
    gazette.answer(text="you idiot", author=AUTHOR)
    herald.answer(text="you idiot", author=AUTHOR)

    read = gazette.send("GET", "/v1/authors/u%2F7").get_json()
    assert (read["name"], read["next_after"]) == ("Petronella", None)
    assert [comment["text"] for comment in read["comments"]] == ["you idiot"]

    erased = gazette.send("DELETE", "/v1/authors/u%2F7")
    assert (erased.status_code, erased.get_json()["comments"]) == (200, 1)
    assert gazette.send("GET", "/v1/authors/u%2F7").status_code == 404
    assert gazette.send("DELETE", "/v1/authors/u%2F7").status_code == 404
    assert gazette.record()["spans"] == []
    assert herald.send("GET", "/v1/authors/u%2F7").get_json()["name"] == "Petronella"


@sqlite_only
def test_a_comment_is_erased_only_when_that_is_said(gazette: ForumClient) -> None:
    gazette.answer(text="you idiot", author=AUTHOR)
    assert gazette.send("DELETE", "/v1/comments/c1").status_code == 204
    assert len(gazette.send("GET", "/v1/authors/u%2F7").get_json()["comments"]) == 1
    erased = gazette.send("DELETE", "/v1/comments/c1?erase=true")
    assert (erased.status_code, erased.get_json()["comments"]) == (200, 1)
    assert gazette.send("GET", "/v1/authors/u%2F7").status_code == 404
    assert gazette.send("DELETE", "/v1/comments/other?erase=true").status_code == 404


@sqlite_only
def test_wrong_queries_are_named(gazette: ForumClient) -> None:
    assert "after" in errors_of(gazette.send("GET", "/v1/authors/u1?after=-1"))
    assert "erase" in errors_of(gazette.send("DELETE", "/v1/comments/c1?erase=perhaps"))

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from moderation.domain.text_format import TextFormat
from moderation.hosts.invision_thread import ThreadFormatError, ThreadPage, read_thread
from moderation.pipeline.reduction import reduce

_ROOT = Path(__file__).parents[3]
_PAGES = _ROOT / "tests" / "data" / "threads"
_SEED = (
    Path(os.environ.get("MODERATION_SHARED_DIR", _ROOT.parent / "shared"))
    / "seed"
    / "invision-thread.txt"
)


def page(name: str) -> ThreadPage:
    return read_thread((_PAGES / name).read_text("utf-8"))


def own_words(thread: ThreadPage) -> list[str]:
    return [reduce(post.body, post.text_format).text for post in thread.posts]


def heads(thread: ThreadPage) -> list[tuple[str | None, str | None]]:
    return [(post.author, post.posted_at) for post in thread.posts]


@pytest.mark.skipif(not _SEED.exists(), reason="the shared folder is not here")
def test_seed_thread_holds_the_news_and_one_reply() -> None:
    thread = read_thread(_SEED.read_text("utf-8"))
    news, reply = thread.posts
    assert thread.title is not None
    assert thread.title.startswith("Kim Jong Un Calls Putin")
    assert news.body.startswith("North Korean leader Kim Jong Un has sent a birthday message")
    assert news.body.endswith("Based on a report from BBC 2024-10-10")
    assert news.body.count("\n\n") == 8
    assert reply.body.startswith("Oh dear Donnie")
    assert reply.body.endswith("most backward country on earth.")
    for furniture in (".png", ".jpg", "Recommended", "Link to comment", "Share on", "Sign"):
        assert furniture not in news.body + reply.body


def test_pasted_desktop_page() -> None:
    thread = page("pasted_desktop.txt")
    assert thread.title == "Water butts: one big or three small?"
    assert heads(thread) == [
        ("Heron", "October 10, 2024"),
        ("Marlow", "October 10, 2024"),
        ("Heron", "October 11, 2024"),
        ("Guest Passer-by", "October 11, 2024"),
        ("Marlow", "October 12, 2024"),
    ]
    assert own_words(thread) == [
        "My shed roof gives about two hundred litres in a storm.\n\n"
        "Should I buy one big butt or three small ones? I like small ones.",
        "Three small ones, and put them on bricks.\n\n"
        "You can move them. Nobody but a fool drags a full big one.",
        "Good point about the bricks.\n\nMy neighbour said:\n\nThat is just how he talks.",
        "Bricks crumble in frost, use slabs.",
        "Thanks",
    ]


def test_quotes_of_pasted_text_are_set_apart_with_their_person() -> None:
    thread = page("pasted_desktop.txt")
    quotes = [reduce(post.body, TextFormat.PLAIN).quotes for post in thread.posts]
    assert [len(found) for found in quotes] == [0, 0, 1, 1, 0]
    assert quotes[2][0].attribution == "Marlow"
    assert "Nobody but a fool" in quotes[2][0].text
    assert (quotes[3][0].attribution, quotes[3][0].text) == (
        "Heron",
        "Good point about the bricks.",
    )


def test_pasted_mobile_page_has_no_end_marks() -> None:
    thread = page("pasted_mobile.txt")
    assert thread.title == "Which lens for a foggy harbour?"
    assert heads(thread) == [
        ("Tern", "May 3, 2023"),
        ("Wren", "May 3, 2023"),
        ("Tern", "May 4, 2023"),
    ]
    assert own_words(thread) == [
        "I have a 35 and an 85.\nWhich one would you take?",
        "The 35. Fog eats everything far away.\n\nThe old hands always said: go close.",
        "Done. The 35 it was, and it rained.",
    ]


def test_pasted_page_of_version_5() -> None:
    thread = page("pasted_version5.txt")
    assert thread.title == "Night trains are back"
    assert heads(thread) == [
        ("Plover", "October 10, 2024"),
        ("Kestrel", "October 11, 2024"),
        ("Plover", "October 12, 2024"),
    ]
    assert own_words(thread)[1] == "Book early. The six-bed couchette is a tin of sardines."


def test_pasted_german_page() -> None:
    thread = page("pasted_german.txt")
    assert thread.title == "Kaffeemühle quietscht"
    assert heads(thread) == [("Amsel", "10. Oktober 2024"), ("Zeisig", "11. Oktober 2024")]
    assert own_words(thread) == [
        "Meine Mühle quietscht beim Mahlen.\n\nHat jemand einen Rat?",
        "Ein Tropfen Paraffinöl auf die Achse.",
    ]
    assert reduce(thread.posts[1].body, TextFormat.PLAIN).quotes[0].attribution == "Amsel"


def test_saved_page_of_version_4() -> None:
    thread = page("saved_version4.html")
    assert thread.title == "Owls in the barn"
    assert heads(thread) == [
        ("Siskin", "2024-10-10T15:45:00Z"),
        ("Guest Rook", "2024-10-11T08:00:00Z"),
    ]
    assert own_words(thread) == [
        "A pair of barn owls moved in.",
        "Leave the door open at dusk.",
    ]
    quote = reduce(thread.posts[1].body, TextFormat.HTML).quotes[0]
    assert (quote.attribution, quote.text) == ("Siskin", "A pair of barn owls moved in.")


def test_saved_page_of_version_5() -> None:
    thread = page("saved_version5.html")
    assert thread.title == "Slow bread"
    assert heads(thread) == [("Finch", "2024-10-10T22:40:00Z"), ("Guest Lark", None)]
    assert own_words(thread) == [
        "Two days in the cold, then a hot oven.",
        "Three days, if you can wait.",
    ]


def test_posts_that_are_no_articles_keep_their_own_authors() -> None:
    post = (
        '<div class="ipsEntry"><a href="/profile/1">{}</a>'
        '<div data-role="commentContent">Words.</div></div>'
    )
    thread = read_thread(f"<html><main>{post.format('Siskin')}{post.format('Rook')}</main></html>")
    assert heads(thread) == [("Siskin", None), ("Rook", None)]


def test_a_post_inside_a_post_is_its_words() -> None:
    inner = '<div data-role="commentContent">inside</div>'
    thread = read_thread(f'<html><div data-role="commentContent">around {inner}</div></html>')
    assert own_words(thread) == ["around\ninside"]


def test_signature_that_repeats_is_dropped() -> None:
    text = "".join(
        f"Ann\nMembers\nPosted May {day}, 2024\n\n{words}\n\nLife is a garden\n\n"
        "Link to comment\nShare on other sites\n\n"
        for day, words in ((1, "First words."), (2, "Second words."))
    )
    assert own_words(read_thread(text)) == ["First words.", "Second words."]


def test_words_that_look_like_a_footer_stay_inside_a_post() -> None:
    text = (
        "Recommended Posts\n\nJoin the conversation at my place.\n\nLink to comment\n"
        "Share on other sites\n\nCreate an account or sign in to comment\n"
    )
    assert own_words(read_thread(text)) == ["Join the conversation at my place."]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "Share on other sites"),
        ("just some words\nand more", "Share on other sites"),
        ("<html><body><p>no forum</p></body></html>", "commentContent"),
    ],
)
def test_a_page_without_posts_is_refused_with_what_was_expected(
    content: str, expected: str
) -> None:
    with pytest.raises(ThreadFormatError, match=expected):
        read_thread(content)


@pytest.mark.parametrize(
    "content",
    [
        "<div>" * 10_000 + '<div data-role="commentContent">x</div>',
        '<div data-role="commentContent">' * 300 + "x",
        '<p data-role="commentContent">x<h1><div>' * 1_500,
        "Ann said:\n" * 5_000 + "Link to comment",
        "On 1/2/2024, Ann said:\nx\n" * 3_000 + "Link to comment",
        "Posted May 3, 2024\n" * 5_000,
        "a " * 50_000 + "\nLink to comment",
        "Link to comment\nx\n" * 5_000,
    ],
)
def test_hostile_pages_end_soon(content: str) -> None:
    begin = time.process_time()
    read_or_refuse(content)
    # Quadratic reading takes minutes on these; a loaded machine still stays far below the bound.
    assert time.process_time() - begin < 5


def read_or_refuse(content: str) -> None:
    try:
        read_thread(content)
    except ThreadFormatError:
        return

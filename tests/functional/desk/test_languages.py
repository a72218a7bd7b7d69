"""The desk in German and Thai: every page is drawn, in the language that it says it is in."""

from __future__ import annotations

import pytest

from tests.builders import sqlite_only
from tests.functional.desk.conftest import Queue
from tests.functional.desk.visitor import Visitor

WORDS = {"de": ("Warteschlange", "Freigeben"), "th": ("คิว", "อนุมัติ")}
PAGES = (
    "/desk/",
    "/desk/history",
    "/desk/second-opinions",
    "/desk/appeals",
    "/desk/deliveries",
    "/desk/statistics?forum=gazette",
    "/desk/policy?forum=gazette",
    "/desk/labels",
    "/desk/drift",
    "/desk/try-a-thread",
    "/desk/comfort",
    "/desk/account",
)


@sqlite_only
@pytest.mark.parametrize("language", WORDS)
def test_every_page_speaks_the_language_that_was_chosen(
    language: str, mira: Visitor, queued: Queue
) -> None:
    (item,) = queued("idiot one")
    queue, approve = WORDS[language]
    mira.open("/desk/comfort").send("form[action$='/comfort']", language=language)
    for page in (*PAGES, f"/desk/items/{item}"):
        mira.open(page)
        assert mira.one("html").attributes["lang"] == language, page
        assert any(queue in text for text in mira.texts("nav a")), page
    mira.open("/desk/").send("form[action^='/desk/claim-next']")
    assert any(approve in text for text in mira.texts("#decide button"))

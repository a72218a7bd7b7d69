"""Pinning examples at the desk, from a form and from an item."""

from __future__ import annotations

from pathlib import Path

from classifiers.pinned import from_json_line
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import Role
from moderation.services import pins
from moderation.services.runtime import Runtime
from tests.builders import sqlite_only
from tests.functional.desk.conftest import Enter, Queue

pytestmark = sqlite_only


def test_an_example_is_pinned_from_the_form_and_removed(
    enter: Enter, runtime: Runtime, forum: Forum, tmp_path: Path
) -> None:
    sena = enter("sena", Role.SENIOR).open("/desk/pins")
    form = "form[action='/desk/pins']"
    sena.send(form, text="Scunthorpe is lovely", wish="abusive:never", forum="gazette")
    sena.send(form, text="Off with his head", wish="abusive:always", note="threat")
    assert sena.texts(".gates blockquote") == ["Scunthorpe is lovely", "Off with his head"]

    assert pins.write_pins(runtime, tmp_path / "pins.jsonl", forum=None) == 2
    lines = (tmp_path / "pins.jsonl").read_text(encoding="utf-8").splitlines()
    assert [from_json_line(line).must_flag for line in lines] == [False, True]

    again = sena.send(form, text="Off with his head", wish="abusive:never")
    assert again.status == 409
    sena.open("/desk/pins").send("form[action='/desk/pins/1/remove']")
    assert sena.texts(".gates blockquote") == ["Off with his head"]
    assert [pin.forum for pin in pins.list_pins(runtime, EVERYWHERE, forum="gazette")] == [None]


def test_what_is_wrong_with_a_pin_is_said(enter: Enter) -> None:
    sena = enter("sena", Role.SENIOR).open("/desk/pins")
    sena.send("form[action='/desk/pins']", text="  ", wish="abusive:never")
    assert sena.status == 422
    assert "text: expected 1 to 5000 characters" in sena.one("#need-text").text()
    sena.send("form[action='/desk/pins']", text="fine", wish="insult:never")
    assert "wish: expected" in sena.one("#need-text").text()


def test_a_comment_is_pinned_from_its_item(enter: Enter, runtime: Runtime, queued: Queue) -> None:
    (item,) = queued("You idiot.")
    sena = enter("sena", Role.SENIOR).open(f"/desk/items/{item}")
    sena.send("form[action$='/pin']", wish="partisan:never")
    (pin,) = pins.list_pins(runtime, EVERYWHERE)
    assert (pin.text, pin.label, pin.must_flag, pin.forum) == (
        "You idiot.",
        "partisan",
        False,
        "gazette",
    )
    assert sena.path == f"/desk/items/{item}"


def test_a_moderator_sees_pins_and_changes_none(enter: Enter, queued: Queue) -> None:
    (item,) = queued("You idiot.")
    mira = enter()
    assert not mira.open("/desk/pins").has("main form")
    assert not mira.open(f"/desk/items/{item}").has("form[action$='/pin']")

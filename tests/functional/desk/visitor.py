"""A browser without scripts: opens pages, reads them as a tree, sends the forms that it finds."""

from __future__ import annotations

from urllib.parse import urljoin

from flask import Flask
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.builders import PASSWORD


class Visitor:
    """One person's browser."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.response: TestResponse
        self.page: LexborHTMLParser
        self.path = "/desk/"

    def open(self, path: str) -> Visitor:
        """Open a page, following redirects."""
        return self._read(self.client.get(path, follow_redirects=True))

    def sign_in(self, username: str = "mira", password: str = PASSWORD) -> Visitor:
        """Sign in by the form."""
        self.open("/desk/sign-in")
        return self.send("form", name=username, password=password)

    def send(self, selector: str, button: str | None = None, **values: object) -> Visitor:
        """Send a form as a browser would, with what the page has filled in.

        Parameters
        ----------
        selector : str
            CSS selector of the form.
        button : str or None
            Words on the button to press; the first one when None.
        """
        form = self.one(selector)
        data = filled_in(form)
        for name, value in values.items():
            data.setlist(name, value if isinstance(value, list) else [value])
        pressed = _button(form, button)
        if pressed.attributes.get("name"):
            data.add(str(pressed.attributes["name"]), str(pressed.attributes.get("value") or ""))
        action = pressed.attributes.get("formaction") or form.attributes.get("action") or ""
        target = urljoin(self.path, action or self.path)
        if (form.attributes.get("method") or "get").lower() == "get":
            answer = self.client.get(target, query_string=data, follow_redirects=True)
        else:
            answer = self.client.post(target, data=data, follow_redirects=True)
        return self._read(answer)

    def one(self, selector: str) -> LexborNode:
        """Return the element that a selector finds; there must be one."""
        found = self.page.css_first(selector)
        assert found is not None, f"nothing matches {selector} on {self.path}"
        return found

    def texts(self, selector: str) -> list[str]:
        """Return the words of each element that a selector finds."""
        return [words(node) for node in self.page.css(selector)]

    def has(self, selector: str) -> bool:
        """Return whether a selector finds anything."""
        return self.page.css_first(selector) is not None

    @property
    def status(self) -> int:
        """The status of the last answer."""
        return self.response.status_code

    def _read(self, answer: TestResponse) -> Visitor:
        self.response = answer
        self.path = answer.request.full_path.rstrip("?")
        self.page = LexborHTMLParser(answer.data)
        return self


def words(node: LexborNode) -> str:
    """Return an element's words on one line."""
    return " ".join(node.text().split())


def filled_in(form: LexborNode) -> MultiDict[str, object]:
    """Return what a browser would send of a form without a button."""
    data: MultiDict[str, object] = MultiDict()
    for field in form.css("input[name]"):
        kind = field.attributes.get("type") or "text"
        if kind in {"radio", "checkbox"} and "checked" not in field.attributes:
            continue
        if kind != "file":
            data.add(str(field.attributes["name"]), field.attributes.get("value") or "")
    for field in form.css("textarea[name]"):
        data.add(str(field.attributes["name"]), field.text().removeprefix("\n"))
    for field in form.css("select[name]"):
        chosen = field.css_first("option[selected]") or field.css_first("option")
        if chosen is not None:
            data.add(str(field.attributes["name"]), chosen.attributes.get("value") or "")
    return data


def _button(form: LexborNode, wanted: str | None) -> LexborNode:
    for button in form.css("button"):
        if "disabled" not in button.attributes and (wanted is None or wanted in words(button)):
            return button
    raise AssertionError(f"no button {wanted!r}")

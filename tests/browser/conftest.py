"""A real server, and real browsers that look at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from werkzeug.serving import make_server

from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from tests.builders import PASSWORD, a_user

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The address of a server with the application."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Person:
    """Somebody at a browser. What the console says and which origins are asked is written down."""

    page: Page
    address: str
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Begin to listen."""
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(f"dialog {dialog.message}"))
        self.page.on("request", self._note)

    def open(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, username: str) -> None:
        """Sign in by the form, with the keyboard."""
        self.open("/desk/sign-in")
        self.page.locator("#name").focus()
        self.page.keyboard.type(username)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/desk/")

    def press(self, key: str) -> None:
        """Press a key that opens another page, and wait for it."""
        with self.leaving():
            self.page.keyboard.press(key)

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Do something that opens another page, and wait until that can be worked with.

        Loaded or swapped in, a page says when it is ready; the address may change much earlier.
        """
        self.page.evaluate("delete document.documentElement.dataset.shows")
        yield
        self.page.locator("html[data-shows]").wait_for(state="attached")

    @property
    def item(self) -> int:
        """The item that is open."""
        return int(self.page.url.partition("/items/")[2].partition("?")[0].partition("/")[0])

    def _note(self, request: Request) -> None:
        if not request.url.startswith(self.address + "/"):
            self.asked.append(request.url)


Seat = Callable[..., Person]


@pytest.fixture
def seat(chromium: Browser, address: str, runtime: Runtime) -> Iterator[Seat]:
    """Seat somebody at a browser of their own, signed in."""
    contexts: list[BrowserContext] = []

    def take(username: str = "mira", role: Role = Role.MODERATOR, **options: Any) -> Person:
        a_user(runtime, username, role)
        context = chromium.new_context(**options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        person = Person(context.new_page(), address)
        person.watch()
        person.sign_in(username)
        return person

    yield take
    for context in contexts:
        context.close()

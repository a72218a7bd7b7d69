"""Take the pictures of the desk that the documentation shows.

Run it as ``python -m tests.screenshots [FOLDER]``: it starts a server of its own, sends the demo's
comments, works at the desk a little, and writes each page in light, dark and phone width.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

import pyotp
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGS, CHROMIUM
from tests.functional.running_server import Forum, RunningServer

FOLDER = Path(__file__).parents[1] / "docs" / "images" / "desk"
COLOURS = 96
LOOKS: dict[str, tuple[Literal["light", "dark"], int, int]] = {
    "light": ("light", 1280, 860),
    "dark": ("dark", 1280, 860),
    "phone": ("light", 360, 740),
}
MARKUP = """<p>The <strong>harbour vote</strong> was moved again, you <em>pathetic idiot</em>. As
<a class="mention">@marlow</a> wrote:</p>
<blockquote data-author="marlow"><p>The bridge can wait until spring.</p></blockquote>
<ul><li>first the ferry</li><li>then the bridge</li></ul>
<p><code>make budget</code> says it all: <a href="https://evil.example/x">https://good.example/plan</a>
<img src="https://pictures.example/bridge.png" alt="the bridge"></p>"""
PAGES = {
    "queue": "/desk/",
    "decided": "/desk/history",
    "second-opinions": "/desk/second-opinions",
    "appeals": "/desk/appeals",
    "deliveries": "/desk/deliveries",
    "try-a-thread": "/desk/try-a-thread",
    "statistics": "/desk/statistics",
    "policy": "/desk/policy",
    "thresholds": "/desk/thresholds",
    "word-rules": "/desk/policy/words?forum=demo&words=idiot",
    "models": "/desk/models",
    "training": "/desk/training",
    "shadow": "/desk/models/shadow",
    "drift": "/desk/drift",
    "pins": "/desk/pins",
    "labels": "/desk/labels",
    "export": "/desk/export",
    "people": "/desk/admin/people",
    "forums": "/desk/admin/forums",
    "audit-log": "/desk/admin/log",
    "account": "/desk/account",
    "comfort": "/desk/comfort",
    "agreement": "/desk/agreement",
    "second-factor": "/desk/account/second-factor",
    "not-found": "/desk/nowhere",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk that is being looked at."""

    page: Page
    url: str
    folder: Path

    def open(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.url + path)

    def press(self, selector: str) -> None:
        """Press what leads to another page, and wait for it."""
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state("networkidle")

    def sign_in(self, username: str, password: str) -> None:
        """Sign in by the form."""
        self.open("/desk/sign-in")
        self.page.fill("#name", username)
        self.page.fill("#password", password)
        self.press(".door .btn.main")

    def shoot(self, name: str) -> None:
        """Write the page that is open, in every look."""
        for look, (scheme, width, height) in LOOKS.items():
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.set_viewport_size({"width": width, "height": height})
            picture = Image.open(BytesIO(self.page.screenshot()))
            small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(self.folder / f"{name}-{look}.png", optimize=True)
        self.page.set_viewport_size({"width": 1280, "height": 860})


def main() -> None:
    """Start a server, furnish it, and take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        with _running(Path(home)) as server:
            _take_all(server, browser, folder)
        browser.close()


@contextmanager
def _running(home: Path) -> Iterator[RunningServer]:
    server = RunningServer(
        home,
        MODERATION_OIDC_ISSUER="http://127.0.0.1:9/",
        MODERATION_OIDC_CLIENT_ID="desk",
        MODERATION_OIDC_CLIENT_SECRET="secret",
    )
    server.start()
    try:
        made = server.command("demo", "--comments", "160")
        assert made.returncode == 0, made.stderr
        forum = Forum(server.url, server.signing_secret())
        forum.comment(id="marked", text=MARKUP, format="html", author={"id": "a1", "name": "quill"})
        forum.close()
        yield server
    finally:
        server.stop()


def _take_all(server: RunningServer, browser: Browser, folder: Path) -> None:
    desk = Desk(browser.new_page(), server.url, folder)
    desk.open("/desk/sign-in")
    desk.shoot("sign-in")
    desk.sign_in("admin", server.password)
    desk.press("form[action*=claim-next] button")
    for number in range(12):
        desk.press(".btn.approve" if number % 3 else "[aria-keyshortcuts=s]")
    desk.shoot("item")
    desk.open("/desk/?forum=main")
    desk.press("[data-rows] .item a")
    desk.shoot("item-markup")
    for name, path in PAGES.items():
        desk.open(path)
        desk.shoot(name)
    _appeal(desk, server)
    desk.sign_in("admin", server.password)
    desk.open("/desk/admin/people")
    desk.press("main tbody a")
    desk.shoot("person")
    desk.open("/desk/training")
    desk.press("form[action$='/training'] .btn.main")
    desk.open("/desk/training/1")
    desk.shoot("training-job")
    _entry(desk, server)


def _appeal(desk: Desk, server: RunningServer) -> None:
    """Take an appeal as its author and as another moderator sees it, and what she may not see."""
    desk.open("/desk/?forum=main")
    desk.press("[data-rows] .item a")
    desk.press("button[aria-keyshortcuts=t]")
    desk.page.locator("label:has(input[name=reason][value=insult])").click()
    desk.press(".btn.reject")
    forum = Forum(server.url, server.signing_secret())
    desk.page.goto(forum.send("POST", "/v1/comments/marked/appeal-link").json()["url"])
    desk.shoot("author-appeal")
    desk.page.fill("textarea", "I was angry about the vote and meant nobody in person.")
    desk.press(".btn.main")
    forum.close()
    made = server.command("users", "add", "lena", "--role", "moderator")
    desk.page.context.clear_cookies()
    desk.sign_in("lena", made.stdout.split("password ")[1].split()[0])
    desk.open("/desk/appeals")
    desk.press("main a[href^='/desk/appeals/']")
    desk.shoot("appeal")
    desk.open("/desk/admin/people")
    desk.shoot("no-permission")
    desk.page.context.clear_cookies()


def _entry(desk: Desk, server: RunningServer) -> None:
    """Take the pages that lead in: an invitation, a second factor, its recovery codes."""
    desk.open("/desk/admin/people")
    desk.page.fill("#username", "jonas")
    desk.press("form:has(#username) .btn.main")
    desk.shoot("invitation")
    link = desk.page.locator(".facts code, code.wrap").first.inner_text()
    desk.open("/desk/account/second-factor")
    secret = desk.page.locator("p code").first.inner_text()
    desk.page.fill("#code", pyotp.TOTP("".join(secret.split())).now())
    desk.press(".btn.main")
    desk.shoot("recovery-codes")
    desk.page.context.clear_cookies()
    desk.sign_in("admin", server.password)
    desk.shoot("sign-in-code")
    desk.page.goto(link)
    desk.shoot("enter")


if __name__ == "__main__":
    main()

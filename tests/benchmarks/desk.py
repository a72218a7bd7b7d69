"""Work at a desk behind which 1,000,000 comments lie and 100,000 items wait, and measure it.

Run it as ``python -m tests.benchmarks.desk [ROWS] [--postgresql URL] [--keep FOLDER]``. The
database that the URL names must be empty, or filled by this program. Prints figures and judges
nothing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask
from playwright.sync_api import sync_playwright
from sqlalchemy import func, select
from werkzeug.serving import make_server

from moderation.app import create_app
from moderation.config import Settings
from moderation.services.runtime import Runtime
from moderation.services.waiting import Waiting
from moderation.storage import schema
from moderation.storage.database import Database, open_database
from moderation.storage.tables import comments
from tests.benchmarks.desk_rows import MODERATORS, fill
from tests.browser.conftest import ARGS, CHROMIUM, Person
from tests.fakes import KEYS, START, FakeModels, FakeScorer, FixedClock
from tests.functional.desk.visitor import Visitor, filled_in

_ROUNDS = 40
_FEW_ROUNDS = 5
"""Of pages that are opened a few times a day."""

_DECIDE = """() => new Promise((done) => {
  const begin = performance.now();
  const drawn = () => setTimeout(() => done(performance.now() - begin));
  document.addEventListener("desk:page", () => requestAnimationFrame(drawn), { once: true });
  document.querySelector(".btn.approve").click();
})"""


def main() -> None:
    """Fill a database unless it is filled, then measure every step of a moderator's day."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        url = arguments.postgresql or f"sqlite:///{folder}/desk.sqlite3"
        database = open_database(url, keys=KEYS)
        _prepare(database, arguments.rows)
        _measure(database, arguments.rows, _settings(folder, url))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--postgresql", help="postgresql+psycopg://... of an empty database")
    parser.add_argument("--keep", type=Path, help="folder that keeps the SQLite file")
    return parser.parse_args()


def _settings(folder: Path, url: str) -> Settings:
    return Settings(data_dir=folder, database_url=url, runs_deliveries=False, log_level="WARNING")


def _prepare(database: Database, rows: int) -> None:
    schema.upgrade(database)
    with database.read() as connection:
        stored = connection.scalar(select(func.count()).select_from(comments))
    if not stored:
        begin = time.perf_counter()
        fill(database, rows)
        print(f"{rows} comments stored in {time.perf_counter() - begin:.0f} s")  # noqa: T201


def _measure(database: Database, rows: int, settings: Settings) -> None:
    runtime = Runtime(
        database=database,
        models=FakeModels(FakeScorer()),
        clock=FixedClock(START),
        waiting=Waiting(fresh_s=2, kept_s=60),
    )
    app = create_app(settings, runtime=runtime)
    visitor = Visitor(app)
    visitor.sign_in(MODERATORS[0])
    middle = rows // 2
    for query in (
        "",
        "?order=riskiest",
        "?order=useful",
        f"?after={middle}",
        f"?order=riskiest&after={middle}",
        "?forum=forum-3",
        "?label=partisan&order=riskiest",
        "?show=escalated",
        "?why=report",
        "?order=reported",
        "?order=due",
        "?author=500",
        "?thread=50",
        "?language=th&order=riskiest",
        "?language=xx",
        "?host=nowhere.example",
    ):
        _report(f"queue {query}", partial(_get, visitor, f"/desk/{query}"))
    _report("item", partial(_get, visitor, f"/desk/items/{middle}"))
    _report("decided", partial(_get, visitor, "/desk/history"))
    for page in ("statistics", "policy", "drift"):
        _report(page, partial(_get, visitor, f"/desk/{page}?forum=forum-1"), rounds=_FEW_ROUNDS)
    visitor.open("/desk/")
    visitor.send("form[action*=claim-next]")
    _report("decide, then the next card", partial(_send, visitor, decision="approve"))
    _report("skip, then the next card", partial(_send, visitor, skip=True))
    _in_browser(app)


def _in_browser(app: Flask) -> None:
    """Decide with a real browser: from the press until the next card is drawn."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        person = Person(browser.new_page(), f"http://127.0.0.1:{server.server_port}")
        person.sign_in(MODERATORS[1])
        person.page.locator("form[action*=claim-next] button").first.click()
        person.page.locator("#decide").wait_for()
        _report("in Chromium: decide, next card drawn", partial(person.page.evaluate, _DECIDE))
        browser.close()
    server.shutdown()


def _report(step: str, act: Callable[[], float], *, rounds: int = _ROUNDS) -> None:
    """Print what an action takes: seen by the clock, and in processor time of this process."""
    act()
    begin = time.process_time()
    took = [act() for _ in range(rounds)]
    cpu = (time.process_time() - begin) / rounds * 1e3
    cuts = statistics.quantiles(took, n=100)
    figures = {"p50_ms": cuts[49], "p95_ms": cuts[94], "cpu_ms": cpu}
    record = {"step": step} | {name: round(value, 1) for name, value in figures.items()}
    print(json.dumps(record), flush=True)  # noqa: T201 - a report


def _get(visitor: Visitor, path: str) -> float:
    begin = time.perf_counter()
    answer = visitor.client.get(path)
    took = (time.perf_counter() - begin) * 1e3
    assert answer.status_code == 200, answer.status
    return took


def _send(visitor: Visitor, *, decision: str = "", skip: bool = False) -> float:
    """Send the decision form of the page that is open as its script does; read the next card."""
    form = visitor.one("#decide")
    data = filled_in(form)
    data["decision"] = decision
    target = str(form.attributes["action"])
    begin = time.perf_counter()
    answer = visitor.client.post(
        target.replace("/decide", "/skip") if skip else target,
        data=data,
        headers={"HX-Request": "true"},
        follow_redirects=True,
    )
    took = (time.perf_counter() - begin) * 1e3
    visitor._read(answer)
    return took


if __name__ == "__main__":
    main()

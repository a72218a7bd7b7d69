"""Do intake, queue, item, export and retention keep their speed while the tables grow?

Run it as ``python -m tests.benchmarks.growth [SIZES ...] [--postgresql URL]``: makes one database
for each number of comments, with the same 10,000 waiting items, then measures each step on all of
them in turn and prints how much longer it takes than on the smallest. SQLite lies in a temporary
folder (``TMPDIR``); the URL names a PostgreSQL server on which databases may be made.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from moderation.app import create_app
from moderation.config import Settings
from moderation.domain.comment import Author, Thread
from moderation.domain.feedback import FeedbackWeights
from moderation.domain.retention import Retention
from moderation.services import retention
from moderation.services.intake import submit_comments
from moderation.services.registration import list_forums
from moderation.services.runtime import Runtime
from moderation.services.waiting import Waiting
from moderation.storage import schema
from moderation.storage.database import Database, open_database
from moderation.storage.labelled import ExportFilter, labelled_batch
from tests.benchmarks.desk_rows import MODERATORS, fill
from tests.builders import a_comment
from tests.fakes import KEYS, START, FakeModels, FakeScorer, FixedClock
from tests.functional.desk.visitor import Visitor

SIZES = (100_000, 1_000_000, 10_000_000)
WAITING = 10_000
ROUNDS = 25
_STRIDE = 7_919
"""A prime: the places that are asked for lie all over the tables."""


@dataclass(frozen=True, slots=True)
class Grown:
    """One filled database and what is done with it."""

    rows: int
    runtime: Runtime
    visitor: Visitor

    def steps(self) -> dict[str, Callable[[int], object]]:
        """Return what is measured, each to be called with the number of the round."""
        return {
            "intake, 20 comments": self.intake,
            "queue, first page": lambda _: self.page("/desk/"),
            "queue, riskiest, from the middle": lambda _: self.page(
                f"/desk/?order=riskiest&after={self.rows // 2}"
            ),
            "one item": lambda turn: self.page(f"/desk/items/{self.waiting(turn)}"),
            "export, 1,000 rows from anywhere": self.export,
            "retention, one step": lambda _: self.keep(),
        }

    def place(self, turn: int) -> int:
        """Return a number of a comment, anywhere."""
        return (turn * _STRIDE * 131) % self.rows + 1

    def waiting(self, turn: int) -> int:
        """Return an item that waits."""
        every = self.rows // WAITING
        return max(1, self.place(turn) // every) * every

    def intake(self, turn: int) -> object:
        """Take twenty comments of authors and threads from anywhere, half of them flagged."""
        comments = [
            a_comment(
                f"new-{turn}-{number}",
                f"{'you idiot' if number % 2 else 'thank you'}, that is number {number} of {turn}",
                author=Author(f"u{self.place(turn * 20 + number) // 20 + 1}"),
                thread=Thread(f"t{self.place(turn * 20 + number) // 50 + 1}"),
            )
            for number in range(20)
        ]
        forum = list_forums(self.runtime)[0]
        return submit_comments(self.runtime, forum, comments, request_id="growth")

    def page(self, path: str) -> None:
        """Open a page of the desk."""
        answer = self.visitor.client.get(path)
        assert answer.status_code == 200, (path, answer.status)
        assert answer.text

    def export(self, turn: int) -> None:
        """Read a batch of labels, somewhere in the middle."""
        with self.runtime.database.read() as connection:
            after = self.place(turn) // 2
            found, _ = labelled_batch(
                connection, ExportFilter(), FeedbackWeights(), after=after, upto=1 << 40, limit=1000
            )
        assert len(found) == 1000

    def keep(self) -> None:
        """Erase the texts and authors of the next comments that are too old."""
        assert retention.enforce_step(self.runtime) > 0


def grown(database: Database, rows: int, folder: Path, url: str) -> Grown:
    """Fill a database and open the service on it."""
    begin = time.perf_counter()
    schema.upgrade(database)
    fill(database, rows, waiting=WAITING)
    print(f"{rows:,} comments stored in {time.perf_counter() - begin:.0f} s", flush=True)  # noqa: T201
    runtime = Runtime(
        database=database,
        models=FakeModels(FakeScorer()),
        clock=FixedClock(START),
        waiting=Waiting(fresh_s=2, kept_s=60),
    )
    rules = Retention(text_days=1, author_days=1)
    retention.set_retention(runtime, list_forums(runtime)[0], rules, by="growth")
    settings = Settings(
        data_dir=folder, database_url=url, runs_deliveries=False, log_level="WARNING"
    )
    visitor = Visitor(create_app(settings, runtime=runtime))
    visitor.sign_in(MODERATORS[0])
    return Grown(rows, runtime, visitor)


def measure(every: list[Grown]) -> None:
    """Print the median of each step on each database, and the ratio to the smallest."""
    took: dict[str, list[list[float]]] = {step: [[] for _ in every] for step in every[0].steps()}
    for turn in range(ROUNDS + 1):
        for place, one in enumerate(every):
            for step, act in one.steps().items():
                begin = time.perf_counter()
                act(turn)
                if turn:  # the first round reads into memory what every other one needs
                    took[step][place].append((time.perf_counter() - begin) * 1e3)
    for step, sizes in took.items():
        medians = [statistics.median(size) for size in sizes]
        figures = (f"{one.rows:>10,}: {ms:8.1f} ms" for one, ms in zip(every, medians, strict=True))
        ratios = ", ".join(f"{ms / medians[0]:.2f}" for ms in medians[1:])
        print(f"{step:<34} {'  '.join(figures)}   ratios {ratios}", flush=True)  # noqa: T201
    print(f"load {os.getloadavg()[0]:.1f}")  # noqa: T201


@contextmanager
def a_postgresql_database(server: str, number: int) -> Iterator[str]:
    """Make a database on the server, removed at the end."""
    name = sql.Identifier(f"growth_{os.getpid()}_{number}")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            base = server.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://")
            yield f"{base}/{name.as_string(admin).strip(chr(34))}"
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def main() -> None:
    """Fill and measure as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--postgresql", help="postgresql://... of a server")
    arguments = parser.parse_args()
    if min(arguments.sizes) < SIZES[0]:
        parser.error(f"expected sizes from {SIZES[0]:,} on: retention needs a day's comments")
    numbers = count(1)
    with ExitStack() as stack:
        every = []
        for rows in arguments.sizes:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = f"sqlite:///{folder}/growth.sqlite3"
            if arguments.postgresql:
                made = a_postgresql_database(arguments.postgresql, next(numbers))
                url = stack.enter_context(made)
            database = open_database(url, keys=KEYS)
            stack.callback(database.dispose)
            every.append(grown(database, rows, folder, url))
        measure(every)


if __name__ == "__main__":
    main()

"""How fast an archive comes in, judged and durably stored, on one core."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from moderation.config import Settings
from moderation.domain.comment import Author, Comment, Thread
from moderation.domain.forum import Forum
from moderation.services import registration
from moderation.services.archive import import_comments, seldom_collected
from moderation.storage import schema
from moderation.wiring import build_runtime
from tests.benchmarks.scoring import forty_words

COMMENTS = 20_000
BATCH = 2_000


def main() -> None:
    """Print comments a second, by the clock and by the time that the processor worked."""
    texts = forty_words()
    batches = [
        [
            Comment(
                external_id=f"c{number}",
                revision="1",
                text=f"{texts[number % len(texts)]} {number}",
                author=Author(f"u{number % 500}"),
                thread=Thread(f"t{number % 200}", "Budget day"),
            )
            for number in range(start, start + BATCH)
        ]
        for start in range(0, COMMENTS, BATCH)
    ]
    with tempfile.TemporaryDirectory() as folder:
        runtime = build_runtime(Settings(data_dir=Path(folder)))
        schema.upgrade(runtime.database)
        forum, _ = registration.add_forum(runtime, Forum(0, "main", "Main"))
        runtime.models.loaded()
        clock, worked = time.perf_counter(), time.process_time()
        with seldom_collected():
            for batch in batches:
                import_comments(runtime, forum, batch, request_id="benchmark")
        clock, worked = time.perf_counter() - clock, time.process_time() - worked
        runtime.database.dispose()
    print(  # noqa: T201
        f"{COMMENTS} comments of forty words: {COMMENTS / clock:.0f} a second by the clock,"
        f" {COMMENTS / worked:.0f} a second of processor time"
    )


if __name__ == "__main__":
    main()

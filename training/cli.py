"""The command line of training. Exit codes: 0 done, 2 bad input, 3 gates failed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from classifiers.bundle import DEFAULT_BUNDLE
from training.default_bundle import build_default
from training.progress import as_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build-default", help="train the bundle that ships")
    build.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    build.add_argument("--out", type=Path, default=DEFAULT_BUNDLE, help="bundle folder to write")
    build.add_argument("--data-terms", choices=("open", "unstated"), default="unstated")
    build.add_argument("--seed", type=int, default=0)
    build.add_argument("--created-at", default=None, help="RFC 3339 time to record")
    options = parser.parse_args(arguments)
    return _build(options)


def _build(options: argparse.Namespace) -> int:
    created_at = options.created_at or datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    version = build_default(
        options.data,
        options.out,
        terms=options.data_terms,
        seed=options.seed,
        created_at=created_at,
        progress=as_text(),
    )
    sys.stdout.write(version + "\n")
    return 0

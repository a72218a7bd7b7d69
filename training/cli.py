"""The command line of training.

Exit codes: 0 done, 2 bad input (one sentence on the error stream), 3 gates failed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classifiers.bundle import (
    DEFAULT_BUNDLE,
    BundleError,
    load_manifest,
    load_pipeline,
    load_scorer,
)
from classifiers.registry import BundleRef, Registry, RegistryError
from classifiers.suspicious import to_json_line
from training.background import give_way
from training.dataset import DatasetError
from training.default_bundle import build_default
from training.distil import distil
from training.evaluate import evaluate, records
from training.exports import read_exports
from training.noise import listed, suspicious
from training.progress import Progress, as_json, as_text, silent
from training.quality.run import measure_bundles
from training.quality.tables import quality_tables
from training.report import metric_table
from training.result import RetrainResult
from training.retrain import retrain
from training.workers import ClusterError, workers_of

OK, BAD_INPUT, GATES_FAILED = 0, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    commands = {
        "build-default": _build,
        "distil": _distil,
        "retrain": _retrain,
        "evaluate": _evaluate,
        "noise": _noise,
    }
    try:
        return commands[options.command](options)
    except (DatasetError, BundleError, RegistryError, ClusterError, OSError) as error:
        if getattr(options, "json", False):
            _emit({"event": "error", "message": str(error)})
        sys.stderr.write(f"{error}\n")
        return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build-default", help="train the bundle that ships")
    build.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    build.add_argument("--out", type=Path, default=DEFAULT_BUNDLE, help="bundle folder to write")
    build.add_argument("--data-terms", choices=("open", "unstated"), default="unstated")
    build.add_argument("--seed", type=int, default=0)
    build.add_argument("--beside", type=Path, default=None, help="second bundle for the card")
    build.add_argument("--created-at", default=None, help="RFC 3339 time to record")
    teach = commands.add_parser("distil", help="label public sets by a teacher, for build-default")
    teach.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    teach.add_argument("--data-terms", choices=("open", "unstated"), default="unstated")
    teach.add_argument("--cache", type=Path, default=None, help="folder that keeps embeddings")
    again = commands.add_parser("retrain", help="refine the bundled model with exports")
    again.add_argument("exports", type=Path, nargs="+", metavar="EXPORT")
    again.add_argument("--models-dir", type=Path, required=True)
    again.add_argument("--base-version", default=None, help="default: the packaged bundle")
    again.add_argument("--pins", type=Path, default=None, help="file of pinned examples")
    again.add_argument("--no-promote", action="store_true", help="make the candidate only")
    again.add_argument("--force-reason", default=None, help="promote although gates failed")
    again.add_argument("--actor", default="operator", help="who asks, for the history")
    again.add_argument("--at", default=None, help="RFC 3339 time to record; default: now")
    again.add_argument("--seed", type=int, default=0)
    again.add_argument("--scheduler", default=None, help="a Dask cluster that runs the fits")
    again.add_argument("--json", action="store_true", help="one JSON object a line")
    again.add_argument(
        "--background",
        action="store_true",
        help="give way to other processes; end when the standard input ends",
    )
    _add_evaluate(commands)
    noise = commands.add_parser("noise", help="list labels that are worth another look")
    noise.add_argument("exports", type=Path, nargs="+", metavar="EXPORT")
    noise.add_argument("--out", type=Path, required=True, help="JSON Lines file to write")
    noise.add_argument("--models-dir", type=Path, default=None)
    noise.add_argument("--seed", type=int, default=0)
    noise.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def _add_evaluate(commands: Any) -> None:
    check = commands.add_parser(
        "evaluate", help="measure a bundle: on exports, or without them on everything at hand"
    )
    check.add_argument("files", type=Path, nargs="*", metavar="FILE", help="exports to measure on")
    check.add_argument("--models-dir", type=Path, default=None)
    check.add_argument("--version", default=None, help="default: the current bundle")
    check.add_argument("--bundle", type=Path, default=None, help="folder of a bundle instead")
    check.add_argument("--data", type=Path, default=None, help="folder of the public sets")
    check.add_argument("--beside", type=Path, default=None, help="folder of a second bundle")
    check.add_argument("--alone", action="store_true", help="leave out what others offer")
    check.add_argument("--seed", type=int, default=0)
    check.add_argument("--json", action="store_true", help="one JSON object")


def _build(options: argparse.Namespace) -> int:
    version = build_default(
        options.data,
        options.out,
        terms=options.data_terms,
        seed=options.seed,
        created_at=options.created_at or _now(),
        beside=options.beside,
        progress=as_text(),
    )
    sys.stdout.write(version + "\n")
    return OK


def _distil(options: argparse.Namespace) -> int:
    path = distil(options.data, options.data_terms, cache=options.cache, progress=as_text())
    sys.stdout.write(f"{path}\n")
    return OK


def _retrain(options: argparse.Namespace) -> int:
    if options.background:
        give_way()
    report: Progress = as_json() if options.json else as_text()
    with workers_of(options.scheduler) as workers:
        result = retrain(
            options.exports,
            Registry(options.models_dir),
            at=options.at or _now(),
            seed=options.seed,
            actor=options.actor,
            base_version=options.base_version,
            promote=not options.no_promote,
            force_reason=options.force_reason,
            pins=options.pins,
            workers=workers,
            progress=report,
        )
    if options.json:
        _emit({"event": "result", **result.to_record()})
    else:
        sys.stdout.write(_readable(result))
    asked = not options.no_promote
    return GATES_FAILED if asked and not result.promoted else OK


def _readable(result: RetrainResult) -> str:
    lines = [f"{result.n_dropped} lines dropped"] if result.dropped else []
    lines += [f"  {d.file}, line {d.line}: {d.reason}" for d in result.dropped[:20]]
    lines += ["", "Gates:"]
    for gate in result.gates:
        lines.append(
            f"  {gate.state if gate.passed else gate.state.upper():<9}  {gate.name}: {gate.detail}"
        )
        lines += [
            f"            {one.candidate:.3f} (current {one.current:.3f})  {one.key}: {one.text}"
            for one in gate.examples
        ]
    for name in ("current", "candidate"):
        lines += ["", f"Held-out rows, {name}:", "", metric_table(result.metrics[name])]
    return "\n".join([*lines, "", result.message, ""])


def _evaluate(options: argparse.Namespace) -> int:
    registry = Registry(options.models_dir or Path("/nonexistent"))
    if options.bundle:
        ref = BundleRef(load_manifest(options.bundle).model_version, options.bundle, False)  # noqa: FBT003
    else:
        ref = registry.find(options.version) if options.version else registry.current()
    return _on_exports(options, ref) if options.files else _on_everything(options, ref)


def _on_exports(options: argparse.Namespace, ref: BundleRef) -> int:
    data = read_exports(options.files)
    rows = data.rows
    metrics = records(evaluate(load_scorer(ref.path), rows, seed=options.seed))
    if options.json:
        _emit(
            {
                "event": "result",
                "model_version": ref.version,
                "rows": len(rows),
                "dropped": data.n_dropped,
                "metrics": metrics,
            }
        )
    else:
        sys.stdout.write(f"{ref.version}\n\n{metric_table({'files': metrics})}\n")
    return OK


def _noise(options: argparse.Namespace) -> int:
    base = Registry(options.models_dir or Path("/nonexistent")).packaged()
    data = read_exports(options.exports)
    rows = data.rows
    found = listed(rows, suspicious(rows, load_pipeline(base.path), seed=options.seed))
    partial = options.out.with_name(options.out.name + ".partial")
    partial.write_text("".join(to_json_line(row) + "\n" for row in found), encoding="utf-8")
    partial.replace(options.out)
    if options.json:
        _emit(
            {
                "event": "result",
                "rows": len(rows),
                "dropped": data.n_dropped,
                "suspicious": len(found),
                "file": str(options.out),
            }
        )
    else:
        sys.stdout.write(
            f"{len(found)} labels of {len(rows)} comments are worth another look: {options.out}\n"
        )
    return OK


def _on_everything(options: argparse.Namespace, ref: BundleRef) -> int:
    report = silent if options.json else as_text()
    found = measure_bundles(
        [path for path in (ref.path, options.beside) if path],
        options.data,
        alone=options.alone,
        seed=options.seed,
        progress=report,
    )
    if options.json:
        _emit({"event": "result", "model_version": ref.version, "quality": found})
        return OK
    for heading, text in quality_tables(*found).items():
        sys.stdout.write(f"\n## {heading}\n\n{text}\n")
    return OK


def _emit(event: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _now() -> str:
    return datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

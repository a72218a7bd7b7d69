"""Download judged labels: what the next model learns from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from flask import Response as FlaskResponse
from flask import request

from classifiers.labels import Label
from moderation.domain.feedback import FeedbackSource
from moderation.domain.review import Role
from moderation.services import exporting
from moderation.services.export_zip import zipped
from moderation.services.exporting import ExportFormat, LabelExport, Redaction
from moderation.services.pseudonyms import Pseudonyms
from moderation.storage.labelled import ExportFilter
from moderation.web import current
from moderation.web.desk import chosen, fields, layout, session
from moderation.web.desk.blueprint import bp
from moderation.web.desk.filters import SOURCE_TITLES
from moderation.web.desk.messages import N_
from moderation.web.desk.messages import gettext as _

_MEDIA_TYPES = {
    ExportFormat.JSONL: "application/jsonl",
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}
FORMAT_TITLES: Mapping[ExportFormat, str] = {
    ExportFormat.JSONL: "JSON Lines",
    ExportFormat.CSV: N_("CSV, for spreadsheets"),
    ExportFormat.PARQUET: "Parquet",
}
FEEDBACK_TITLES: Mapping[str, str] = {
    **{source.value: title for source, title in SOURCE_TITLES.items()},
    FeedbackSource.APPEAL: N_("Appeal"),
    FeedbackSource.HOST_CORRECTION: N_("Correction by a forum"),
    FeedbackSource.SUGGEST_SCORE: N_("Suggested score"),
    FeedbackSource.SUBMIT_HAM: N_("Submitted as ham"),
    FeedbackSource.SUBMIT_SPAM: N_("Submitted as spam"),
    FeedbackSource.IMPORT: N_("Imported file"),
}
_ANSWERS = {"yes": True, "no": False}


@bp.get("/export")
@session.needs(Role.SENIOR)
def export() -> str:
    """Show what would be exported."""
    runtime, wanted = current.runtime(), _wanted()
    return layout.page(
        "export.html",
        active="desk.export",
        forums=chosen.forums(Role.SENIOR),
        number=exporting.count_export(runtime, wanted),
        wanted=wanted,
        source_titles={source: _(title) for source, title in FEEDBACK_TITLES.items()},
        formats={known: _(FORMAT_TITLES[known]) for known in exporting.usable_formats()},
        chosen_format=_format(),
        args={name: request.args.get(name, "") for name in _KEPT},
    )


_KEPT = ("since", "until", "answer", "pack", "pseudonymise", "drop_text")


@bp.get("/export/download")
@session.needs(Role.SENIOR)
def download() -> FlaskResponse:
    """Send the export as a stream; in a ZIP its manifest comes behind it."""
    runtime = current.runtime()
    export_format = _format()
    wanted, redaction = _wanted(), _redaction()
    made = LabelExport(runtime, wanted, export_format, redaction)
    exporting.note_export(runtime, wanted, redaction, actor=session.me().username)
    now = runtime.clock()
    name = f"labels-{now:%Y-%m-%d}.{export_format.value}"
    if request.args.get("pack") == "zip":
        response = FlaskResponse(_begun(zipped(made, name, at=now)), mimetype="application/zip")
        name += ".zip"
    else:
        response = FlaskResponse(_begun(made.chunks()), content_type=_MEDIA_TYPES[export_format])
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Ask for the first bytes now, while an error can still be answered as one."""
    first = next(chunks, b"")
    return chain([first], chunks)


def _format() -> ExportFormat:
    name = request.args.get("format")
    return ExportFormat(name) if name in set(ExportFormat) else ExportFormat.JSONL


def _redaction() -> Redaction:
    is_pseudonymous = request.args.get("pseudonymise") == "1"
    return Redaction(
        pseudonyms=Pseudonyms(current.secret_key()) if is_pseudonymous else None,
        drops_text=request.args.get("drop_text") == "1",
    )


def _wanted() -> ExportFilter:
    label = request.args.get("label")
    forum = chosen.named_forum(request.args, Role.SENIOR)
    return ExportFilter(
        forum=forum.slug if forum is not None else None,
        within=session.me().reach.forums(Role.SENIOR),
        since=fields.day_start(request.args.get("since")),
        until=fields.day_start(request.args.get("until"), days_later=1),
        label=Label(label) if label in set(Label) else None,
        answer=_ANSWERS.get(request.args.get("answer", "")),
        sources=tuple(name for name in FEEDBACK_TITLES if name in request.args.getlist("source")),
    )

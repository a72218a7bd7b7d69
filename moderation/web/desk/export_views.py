"""Download decided comments as labels for the next model."""

from __future__ import annotations

import base64
import tempfile

from flask import Response as FlaskResponse
from flask import request, send_file

from moderation.domain.review import Role
from moderation.services import exporting, registration
from moderation.services.exporting import ExportFormat
from moderation.storage.labelled import ExportFilter
from moderation.web import current
from moderation.web.desk import fields, layout, session
from moderation.web.desk.blueprint import bp

MEMORY_BYTES = 1_000_000
"""Longer exports wait in a file on disk."""

_MEDIA_TYPES = {ExportFormat.JSONL: "application/jsonl", ExportFormat.CSV: "text/csv"}


@bp.get("/export")
@session.needs(Role.SENIOR)
def export() -> str:
    """Show what would be exported."""
    runtime, wanted = current.runtime(), _wanted()
    return layout.page(
        "export.html",
        active="desk.export",
        forums=registration.list_forums(runtime),
        number=exporting.count_export(runtime, wanted),
        args={name: request.args.get(name, "") for name in ("forum", "since", "until")},
    )


@bp.get("/export/download")
@session.needs(Role.SENIOR)
def download() -> FlaskResponse:
    """Send the export, with its digest in a header (RFC 9530)."""
    name = request.args.get("format")
    export_format = ExportFormat(name) if name in set(ExportFormat) else ExportFormat.JSONL
    target = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 - closed by send_file
    receipt = exporting.export_labels(current.runtime(), _wanted(), target, export_format)
    target.seek(0)
    now = current.runtime().clock()
    response = send_file(
        target,
        mimetype=_MEDIA_TYPES[export_format],
        as_attachment=True,
        download_name=f"labels-{now:%Y-%m-%d}.{export_format.value}",
    )
    digest = bytes.fromhex(receipt.digest.removeprefix("sha256:"))
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(digest).decode('ascii')}:"
    response.headers["X-Export-Rows"] = str(receipt.rows)
    response.headers["X-Export-Digest"] = receipt.digest
    return response


def _wanted() -> ExportFilter:
    return ExportFilter(
        forum=fields.typed_text(request.args.get("forum")) or None,
        since=fields.day_start(request.args.get("since")),
        until=fields.day_start(request.args.get("until"), days_later=1),
    )

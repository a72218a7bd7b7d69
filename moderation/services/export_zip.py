"""An export and its manifest in one ZIP, as a stream: the digest is known only at the end."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime

from classifiers.forward_file import ForwardFile
from moderation.services.export_files import manifest_name, manifest_text
from moderation.services.exporting import LabelExport


def zipped(export: LabelExport, file_name: str, *, at: datetime) -> Iterator[bytes]:
    """Yield the bytes of a ZIP with the file and, behind it, its manifest.

    Parameters
    ----------
    at : datetime
        The time that the entries carry.
    """
    target = ForwardFile()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_entry(file_name, at), "w", force_zip64=True) as entry:
            for chunk in export.chunks():
                entry.write(chunk)
                yield target.drain()
        archive.writestr(
            _entry(manifest_name(file_name), at), manifest_text(export.manifest(file_name))
        )
    yield target.drain()


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry

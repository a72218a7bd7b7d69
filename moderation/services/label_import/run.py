"""The import: read, check, find dropped texts, store each row once, and account for every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from classifiers.labelled import LabelledComment, LabelledCommentError
from moderation.services.label_import.checking import Limits, checked, row_digest, stored_form
from moderation.services.label_import.reading import Judgement, Read, read_judgements
from moderation.services.label_import.rules import ImportFormat, ImportRules
from moderation.services.registration import list_forums
from moderation.services.runtime import Runtime
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.feedback import insert_imported, known_digests, own_judgements
from moderation.storage.texts import texts_by_digest

BATCH = 500
HASH_BATCH = 20_000
"""Finding texts by their hash reads all texts once a batch, so such batches are long."""

TEXT_NOT_HERE = (
    "text: left out of this export, and no text with its SHA-256 is stored here; import the "
    "comments first, or export with texts"
)
MAX_REASONS = 200
OTHER_REASONS = "(other reasons)"


@dataclass(slots=True)
class ImportReport:
    """What became of the files.

    Attributes
    ----------
    rows : int
        Rows read.
    judgements : int
        Judgements in them; a row of a labelling tool may hold several or none.
    added, known : int
        Labels stored now (or that would be, in a dry run), and such as were stored before.
    rejected : int
        Judgements and rows that were not taken.
    reasons : Counter[str]
        How often each reason to reject was given.
    labels : Counter[tuple[str, bool]]
        Answers among the labels added.
    formats : dict[str, str]
        The shape of each file.
    """

    rows: int = 0
    judgements: int = 0
    added: int = 0
    known: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    labels: Counter[tuple[str, bool]] = field(default_factory=Counter)
    formats: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, as the reject file shows it."""

    file: str
    row: int
    line: int
    reason: str
    raw: Any


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How an import is run.

    Attributes
    ----------
    is_dry_run : bool
        Look, and store nothing.
    max_text_chars : int
        Longer texts are rejected.
    on_rejected : Callable[[Rejected], None]
        Told of every row that is not taken.
    on_rows : Callable[[int], None]
        Told how many more rows were read, for a progress bar.
    actor : str
        Who imports, for the history.
    """

    is_dry_run: bool = False
    max_text_chars: int = 50_000
    on_rejected: Callable[[Rejected], None] = lambda _rejected: None
    on_rows: Callable[[int], None] = lambda _rows: None
    actor: str = "operator"


def import_labels(
    runtime: Runtime, files: Sequence[Path], rules: ImportRules, options: ImportOptions
) -> ImportReport:
    """Take the labels of files, a batch in memory and in a transaction at a time.

    Running it again is safe: what is stored already is counted as known.

    Raises
    ------
    InvalidInputError
        If a file cannot be read or the rules do not fit it. Before anything is stored, the first
        row of every file is looked at.
    """
    # An unreadable second file should be told of before the first is half stored.
    for file in files:
        read_judgements(file, rules)
    importer = _Importer(runtime, rules, options)
    for file in files:
        importer.take(file)
    if importer.report.added and not options.is_dry_run:
        _note(runtime, importer.report, options.actor, files)
    return importer.report


def _note(runtime: Runtime, report: ImportReport, actor: str, files: Sequence[Path]) -> None:
    with runtime.database.write() as connection:
        append_event(
            connection,
            "labels_imported",
            at=runtime.clock(),
            actor=actor,
            details={
                "files": [file.name for file in files],
                "added": report.added,
                "rejected": report.rejected,
            },
        )


@dataclass(frozen=True, slots=True)
class _Waiting:
    read: Read
    judged: LabelledComment


class _Importer:
    def __init__(self, runtime: Runtime, rules: ImportRules, options: ImportOptions) -> None:
        self.report = ImportReport()
        self._runtime = runtime
        self._rules = rules
        self._options = options
        self._forum_ids = {forum.slug: forum.id for forum in list_forums(runtime)}
        self._limits = Limits(runtime.feedback_weights, options.max_text_chars)
        self._seen: set[int] = set()
        """In a dry run: what would be stored by now, eight bytes each."""

    def take(self, file: Path) -> None:
        shape, rows = read_judgements(file, self._rules)
        self.report.formats[file.name] = shape.value
        for batch in self._batches(file, rows, is_export=shape is ImportFormat.EXPORT):
            self._store(file, batch)

    def _batches(
        self, file: Path, rows: Iterator[Read], *, is_export: bool
    ) -> Iterator[list[_Waiting]]:
        batch: list[_Waiting] = []
        size = BATCH
        for read in rows:
            self.report.rows += 1
            self._options.on_rows(1)
            for judged in read.judgements:
                waiting = self._checked(file, read, judged)
                if waiting is not None:
                    batch.append(waiting)
                    if is_export and not waiting.judged.text:
                        size = HASH_BATCH
            if len(batch) >= size:
                yield batch
                batch = []
        if batch:
            yield batch

    def _checked(self, file: Path, read: Read, judged: Judgement | str) -> _Waiting | None:
        self.report.judgements += 1
        if isinstance(judged, str):
            self._reject(file, read, judged)
            return None
        try:
            right = checked(judged, self._rules, self._limits)
        except LabelledCommentError as error:
            self._reject(file, read, str(error))
            return None
        return _Waiting(read, right)

    def _reject(self, file: Path, read: Read, reason: str) -> None:
        self.report.rejected += 1
        is_room = reason in self.report.reasons or len(self.report.reasons) < MAX_REASONS
        self.report.reasons[reason if is_room else OTHER_REASONS] += 1
        self._options.on_rejected(
            Rejected(file.name, read.number, read.row.line, reason, read.row.value)
        )

    def _store(self, file: Path, batch: list[_Waiting]) -> None:
        whole = self._with_texts(file, batch)
        for start in range(0, len(whole), BATCH):
            self._store_some(whole[start : start + BATCH])

    def _with_texts(self, file: Path, batch: list[_Waiting]) -> list[LabelledComment]:
        wanted = {w.judged.text_sha256 for w in batch if not w.judged.text}
        if not wanted:
            return [waiting.judged for waiting in batch]
        with self._runtime.database.read() as connection:
            found = texts_by_digest(connection, {digest for digest in wanted if digest})
        whole = []
        for waiting in batch:
            judged = waiting.judged
            if not judged.text:
                text = found.get(judged.text_sha256 or "")
                if text is None:
                    self._reject(file, waiting.read, TEXT_NOT_HERE)
                    continue
                judged = replace(judged, text=text.text, title=text.title, parent=text.parent)
            whole.append(replace(judged, text_sha256=None))
        return whole

    def _store_some(self, judged: list[LabelledComment]) -> None:
        database = self._runtime.database
        with database.read() as connection:
            new = self._unknown(connection, judged)
        added = len(new)
        if not self._options.is_dry_run and new:
            with database.write() as connection:
                added = insert_imported(
                    connection,
                    [
                        stored_form(
                            comment,
                            self._rules.forum,
                            self._forum_ids,
                            self._runtime.feedback_weights,
                        )
                        for comment in new
                    ],
                    at=self._runtime.clock(),
                )
        self.report.added += added
        self.report.known += len(judged) - added
        for comment in new:
            self.report.labels.update(
                (label.value, answer) for label, answer in comment.labels.items()
            )

    def _unknown(
        self, connection: Connection, judged: list[LabelledComment]
    ) -> list[LabelledComment]:
        """Return what is not stored yet: neither imported before nor decided or said here."""
        by_digest = {row_digest(comment): comment for comment in judged}
        known = known_digests(connection, list(by_digest))
        if self._options.is_dry_run:
            known |= {digest for digest in by_digest if int(digest[:16], 16) in self._seen}
            self._seen.update(int(digest[:16], 16) for digest in by_digest)
        new = [comment for digest, comment in by_digest.items() if digest not in known]
        return self._not_our_own(connection, new)

    def _not_our_own(
        self, connection: Connection, judged: list[LabelledComment]
    ) -> list[LabelledComment]:
        keys = [_key(comment, self._forum_ids) for comment in judged]
        own = own_judgements(connection, {key[:2] for key in keys if key is not None})
        return [
            comment
            for comment, key in zip(judged, keys, strict=True)
            if key is None or key not in own
        ]


def _key(
    judged: LabelledComment, forum_ids: dict[str, int]
) -> tuple[int, str, str, str, datetime] | None:
    """Return what names a judgement made here, as `own_judgements` gives it."""
    forum_id = forum_ids.get(judged.forum or "")
    if forum_id is None or judged.comment_id is None or judged.decided_at is None:
        return None
    at = datetime.fromisoformat(judged.decided_at)
    return forum_id, judged.comment_id, judged.revision or "", judged.source, at

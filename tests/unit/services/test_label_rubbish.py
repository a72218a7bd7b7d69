"""Whatever a file holds, a row is taken or refused with a reason; nothing else happens."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifiers.labelled import LabelledCommentError
from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.feedback import FeedbackWeights
from moderation.services.label_import.answers import Choices, Words
from moderation.services.label_import.checking import Limits, checked, stored_form
from moderation.services.label_import.reading import Judgement, read_judgements
from moderation.services.label_import.rules import ImportFormat, ImportRules

KEYS = [
    *("schema", "text", "labels", "scores", "weight", "n_judges", "agreement", "decided_at"),
    *("abusive", "label", "data", "annotations", "result", "value", "choices", "from_name"),
    *("completed_by", "id", "was_cancelled", "fields", "responses", "values", "user_id", "status"),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["labelled-comment/2", "text", "abusive", "toxic", "2026-01-01", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=25,
)
ROWS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=10)
LIMITS = Limits(FeedbackWeights(), 50_000)
DEEP: Any = "x"
for _ in range(400):
    DEEP = [DEEP]
NESTED = {"data": {"text": "x"}, "annotations": [{"result": [{"value": DEEP}]}]}


@pytest.mark.parametrize("shape", list(ImportFormat))
@pytest.mark.parametrize("choices", [Choices(), Choices({Label.ABUSIVE: {"toxic"}})])
@settings(deadline=None, max_examples=25)
@given(rows=st.lists(ROWS, min_size=1, max_size=3))
@example(rows=[NESTED])
@example(rows=[{"text": "x", "abusive": True, "weight": 10**400, "n_judges": 10**400}])
def test_rubbish_is_refused_row_by_row(
    shape: ImportFormat, choices: Choices, rows: list[dict[str, Any]]
) -> None:
    rules = ImportRules(format=shape, choices=choices, words=Words(at_least=0.5))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        try:
            _, found = read_judgements(path, rules)
        except InvalidInputError:  # a table without the columns
            assert shape is ImportFormat.TABLE
            return
        for read in found:
            for judgement in read.judgements:
                assert isinstance(judgement, str) or _is_storable(judgement, rules)


def _is_storable(judgement: Judgement, rules: ImportRules) -> bool:
    try:
        right = checked(judgement, rules, LIMITS)
    except LabelledCommentError as error:
        return bool(str(error))
    stored = stored_form(right, None, {}, LIMITS.weights)
    return bool(json.loads(json.dumps(dict(stored.provenance))) == dict(stored.provenance))

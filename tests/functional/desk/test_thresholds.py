"""Thresholds and statistics on the desk."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from tests.builders import register_forum, sqlite_only
from tests.fakes import START, FakeModels, FixedClock
from tests.functional.desk.conftest import Enter
from tests.functional.desk.visitor import Visitor
from tests.integration.services.traffic import DAYS, WrittenScorer, filled_file


@pytest.fixture
def models() -> FakeModels:
    return FakeModels(WrittenScorer())


def precision(percent: str) -> dict[str, str]:
    return {"promise": "precision", "value-precision": percent}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START + timedelta(days=DAYS))


@pytest.fixture(scope="module")
def migrated_file(migrated_file: Path) -> Path:
    return filled_file(migrated_file)


@pytest.fixture
def sena(enter: Enter) -> Visitor:
    """A senior moderator of a forum with ten days of traffic."""
    return enter("sena", Role.SENIOR)


@sqlite_only
def test_a_promise_is_foreseen_put_in_force_and_taken_back(sena: Visitor) -> None:
    sena.open("/desk/thresholds?forum=gazette&label=abusive")
    assert sena.texts("#now-h") == ["abusive in Gazette: 0.50"]
    assert not sena.has("form[action$='restore']")
    assert len(sena.page.css("svg.plot")) == 3

    sena.send(
        "form[aria-label='Another promise']", promise="precision", **{"value-precision": "93"}
    )
    assert sena.texts("#asked-h") == ["At least 93% of what we flag should deserve it"]
    assert "items a day" in sena.texts("[aria-labelledby='asked-h'] p")[0]
    assert sena.texts("tbody th")[:2] == [
        "in force now",
        "at least 93% of what we flag should deserve it",
    ]

    sena.send("[aria-labelledby='asked-h'] form")
    (title,) = sena.texts("#now-h")
    assert float(title.rpartition(" ")[2]) > 0.8
    assert "At least 93%" in sena.texts("[aria-labelledby='now-h'] p")[0]
    assert sena.texts(".toast span")[0].startswith("Policy 3: at least 93%")

    sena.send("form[action$='restore']")
    assert sena.texts("#now-h") == ["abusive in Gazette: 0.50"]


@sqlite_only
def test_what_cannot_be_promised_is_said_before_saving(sena: Visitor) -> None:
    sena.open("/desk/thresholds?forum=gazette&label=partisan")
    sena.send(
        "form[aria-label='Another promise']", promise="precision", **{"value-precision": "90"}
    )
    assert sena.texts("[aria-labelledby='asked-h'] b") == ["The data cannot support this promise."]


@sqlite_only
@pytest.mark.parametrize("typed", ["", "many", "0", "120", "nan"])
def test_a_wrong_number_is_refused_and_kept(sena: Visitor, typed: str) -> None:
    sena.open("/desk/thresholds")
    sena.send("form[aria-label='Another promise']", promise="recall", **{"value-recall": typed})
    assert sena.status == 422
    assert sena.has("[role=alert]#need")
    if typed:
        assert sena.one("[name='value-recall']").attributes["value"] == typed


@sqlite_only
def test_thresholds_take_a_senior(mira: Visitor) -> None:
    assert mira.open("/desk/thresholds").status == 403
    assert mira.client.post("/desk/thresholds", data={}).status_code == 400  # no token


@sqlite_only
def test_an_unknown_forum_is_not_found(sena: Visitor) -> None:
    assert sena.open("/desk/thresholds?forum=nowhere").status == 404


@sqlite_only
def test_without_a_model_the_page_says_so(sena: Visitor, models: FakeModels) -> None:
    models.current = None
    sena.open("/desk/thresholds")
    assert sena.status == 200
    assert "No model is loaded" in sena.texts(".notice p")[0]


@sqlite_only
def test_statistics_say_each_figure_in_a_sentence_with_its_table(sena: Visitor) -> None:
    sena.open("/desk/statistics?forum=gazette")
    titles = [
        f"{what}, {label} "
        for what in ("Precision", "Recall, estimated", "Prevalence, estimated", "Flagged a day")
        for label in ("abusive", "partisan")
    ]
    shown = sena.texts("[aria-labelledby=right] h3")
    assert len(shown) == len(titles)
    assert all(text.startswith(title) for text, title in zip(shown, titles, strict=True))
    sentences = sena.texts("[aria-labelledby=right] figcaption p")
    assert "of 100 flagged as abusive deserved it" in sentences[0]
    assert "comments of the audit sample" in sentences[2]
    assert sena.texts("[aria-labelledby=right] tbody th")[:3] == [
        "last 7 days",
        "last 30 days",
        "last 90 days",
    ]
    assert len(sena.page.css("[aria-labelledby=right] svg[role=img][aria-label]")) == 8


@sqlite_only
def test_the_figures_can_be_downloaded(sena: Visitor) -> None:
    answer = sena.client.get("/desk/statistics/download?forum=gazette")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert len(rows) == 3 * 2 * 4
    assert {row["days"] for row in rows} == {"7", "10"}  # the forum is ten days old
    precision = next(row for row in rows if row["figure"] == "precision")
    assert float(precision["low"]) < float(precision["value"]) < float(precision["high"])


@sqlite_only
def test_statistics_of_an_empty_forum_do_not_invent_figures(
    mira: Visitor, runtime: Runtime
) -> None:
    register_forum(runtime, "quiet")
    mira.open("/desk/statistics?forum=quiet")
    assert "audit sample of this forum is off" in mira.texts(".page-head p")[0]
    assert mira.texts(".chart .big")[:2] == ["not known", "not known"]

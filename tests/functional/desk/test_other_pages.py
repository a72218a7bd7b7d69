from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from classifiers import labelled_parquet
from classifiers.labels import DEFINITIONS
from moderation.domain.errors import StorageUnavailableError
from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services import exporting, outbox, review_pages
from moderation.services.outbox import Settlement
from moderation.services.runtime import Runtime
from tests.builders import a_comment, register_forum, sqlite_only, submitted
from tests.functional.desk.conftest import Enter, Queue
from tests.functional.desk.visitor import Visitor

SEED = """Jump to content
Riverside Talk
Harbour bridge
Recommended Posts
newsdesk
Posted October 10, 2024
The council put off the vote on the harbour bridge to spring.
Link to comment
Share on other sites
marlow_k
Posted October 11, 2024
Of course they did, you sheeple.
Link to comment
Share on other sites
"""


def token_of(visitor: Visitor) -> str:
    return str(visitor.one("[name=csrf_token]").attributes["value"])


def park_one(runtime: Runtime) -> None:
    told = register_forum(runtime, "told", callback_url="http://127.0.0.1:9/hook").forum
    submitted(runtime, told, a_comment("c1", "You idiot."))
    (leased,) = outbox.lease(runtime, limit=1, lease_s=60)
    outbox.settle(runtime, leased, Settlement("parked", runtime.clock(), 503, "no answer"))


def test_a_parked_delivery_shows_its_error_and_can_be_sent_again(
    enter: Enter, runtime: Runtime
) -> None:
    park_one(runtime)
    senior = enter("sena", Role.SENIOR).open("/desk/deliveries?state=parked")
    assert senior.texts("tbody .chip") == ["Parked"]
    assert "status 503: no answer" in senior.texts("tbody td")

    senior.send("tbody form")

    assert senior.texts(".empty b") == ["No parked messages."]
    senior.open("/desk/deliveries")
    assert senior.texts("tbody .chip") == ["Pending"]


@sqlite_only
def test_a_moderator_sees_deliveries_but_sends_none_again(mira: Visitor, runtime: Runtime) -> None:
    park_one(runtime)
    mira.open("/desk/deliveries")
    assert not mira.has("tbody form")
    token = mira.one("[name=csrf_token]").attributes["value"]

    answer = mira.client.post("/desk/deliveries/1/replay", data={"csrf_token": token})

    assert answer.status_code == 403


def test_a_thread_is_judged_and_nothing_is_stored(mira: Visitor) -> None:
    mira.open("/desk/try-a-thread").send("main form", paste=SEED)

    assert mira.texts("#found") == ["Two posts: one would be published, one flagged"]
    assert mira.texts(".post .by b") == ["newsdesk", "marlow_k"]
    assert mira.texts(".post mark") == ["sheeple"]
    assert mira.texts(".post .why li") == [
        "Both scores are below their thresholds.",
        "partisan 0.92, above 0.50: “sheeple”",
    ]
    assert mira.one("#paste").text().strip() == SEED.strip()
    assert mira.open("/desk/").texts(".empty b") == ["Nothing waits."]


def test_a_thread_is_stored_only_when_asked_and_only_once(mira: Visitor, forum: Forum) -> None:
    for _ in range(2):
        mira.open("/desk/try-a-thread")
        mira.send("main form", paste=SEED, forum=forum.slug, store="1")

    assert mira.path == "/desk/?forum=gazette"
    assert mira.texts(".item a") == ["Of course they did, you sheeple."]


@sqlite_only
@pytest.mark.parametrize("paste", ["", "   ", "no thread at all", "\x00\x00"])
def test_what_is_no_thread_is_refused_and_kept(mira: Visitor, paste: str) -> None:
    mira.open("/desk/try-a-thread").send("main form", paste=paste)

    assert mira.status == 422
    assert mira.has("main form [role=alert]")


@sqlite_only
def test_a_saved_page_can_be_uploaded(mira: Visitor) -> None:
    html = (
        "<html><body><h1>Bridge</h1><article id='elComment_1'><div class='ipsComment_author'>"
        "<h3>pim</h3></div><div data-role='commentContent'><p>You idiot <script>alert(1)</script>"
        "</p></div></article></body></html>"
    )
    mira.open("/desk/try-a-thread")

    mira.send("main form", page=[(io.BytesIO(html.encode()), "page.html")])

    assert mira.texts(".post .by b") == ["pim"]
    assert mira.texts(".post mark") == ["idiot"]


@sqlite_only
def test_too_large_an_upload_is_a_page_of_the_desk(mira: Visitor) -> None:
    mira.open("/desk/try-a-thread").send("main form", paste="x" * 1_100_000)

    assert mira.status == 413
    assert mira.texts("h1") == ["Too large"]


@sqlite_only
def test_storing_takes_a_moderator(enter: Enter, forum: Forum) -> None:
    viewer = enter("vera", Role.VIEWER).open("/desk/try-a-thread")
    assert not viewer.has("[name=store]")

    viewer.send("main form", paste=SEED, forum=forum.slug, store="1")

    assert viewer.status == 403


@pytest.fixture
def exporter(enter: Enter, queued: Queue) -> Visitor:
    """A senior who has rejected two comments."""
    queued("You idiot.", "=HYPERLINK(1) idiot")
    senior = enter("sena", Role.SENIOR).open("/desk/").send("form[action^='/desk/claim-next']")
    senior.send("#decide", "Reject", reason="insult")
    senior.send("#decide", "Reject", reason="insult")
    return senior


def test_the_export_counts_and_sends_what_was_chosen(exporter: Visitor) -> None:
    exporter.open("/desk/export")
    assert exporter.texts("#n-h") == ["2 labelled comments"]
    exporter.send("main form", "Count", source=["report"])
    assert exporter.texts("#n-h") == ["0 labelled comments"]
    assert exporter.has("[name=source][value=report][checked]")
    exporter.send("main form", "Count", source=["model", "report"], label="abusive", answer="no")
    assert exporter.texts("#n-h") == ["0 labelled comments"]

    exporter.open("/desk/export").send("main form", "Download", format="csv")
    assert exporter.response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert exporter.response.headers["Content-Disposition"].endswith(".csv")
    rows = list(csv.DictReader(io.StringIO(exporter.response.get_data(as_text=True))))
    assert [row["text"] for row in rows] == ["You idiot.", "'=HYPERLINK(1) idiot"]


def test_the_export_comes_with_its_manifest_in_a_zip(exporter: Visitor) -> None:
    exporter.open("/desk/export").send(
        "main form", "Download", pack="zip", pseudonymise="1", drop_text="1"
    )
    with zipfile.ZipFile(io.BytesIO(exporter.response.data)) as archive:
        name, beside = archive.namelist()
        assert archive.testzip() is None
        lines = archive.read(name)
        manifest = json.loads(archive.read(beside))
    assert beside == f"{name}.manifest.json"
    assert manifest["digest"] == f"sha256:{hashlib.sha256(lines).hexdigest()}"
    assert (manifest["rows"], manifest["pseudonymised"], manifest["text_dropped"]) == (
        2,
        True,
        True,
    )
    first = json.loads(lines.splitlines()[0])
    assert first["decided_by"].startswith("p-")
    assert first["text"] is None


@sqlite_only
def test_the_export_offers_only_formats_that_it_can_write(
    exporter: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert exporter.open("/desk/export").has("option[value=parquet]")
    monkeypatch.setattr(labelled_parquet, "has_parquet", lambda: False)
    monkeypatch.setattr(exporting, "has_parquet", lambda: False)
    assert not exporter.open("/desk/export").has("option[value=parquet]")
    assert exporter.open("/desk/export/download?format=parquet").status == 422


@sqlite_only
def test_the_export_takes_a_senior(mira: Visitor) -> None:
    assert mira.open("/desk/export").status == 403
    assert mira.texts("h1") == ["Not for your role"]
    assert mira.client.get("/desk/export/download").status_code == 403


@sqlite_only
def test_the_labels_page_has_every_definition(mira: Visitor) -> None:
    mira.open("/desk/labels")

    shown = mira.texts(".defs p:first-of-type")
    assert shown == [definition.meaning for definition in DEFINITIONS.values()]


@sqlite_only
def test_models_without_a_bundle_say_so(mira: Visitor) -> None:
    assert mira.open("/desk/models").status == 200


@sqlite_only
@pytest.mark.parametrize("version", ["2026-01-01-aaaaaaaaaa", "..%2f..", "x"])
def test_an_unknown_model_is_not_found(mira: Visitor, version: str) -> None:
    assert mira.open(f"/desk/models/{version}").status == 404


@sqlite_only
def test_promoting_takes_an_admin_and_a_reason(enter: Enter, runtime: Runtime) -> None:
    senior, admin = enter("sena", Role.SENIOR), enter("ada", Role.ADMIN)
    data = {"version": "2026-01-01-aaaaaaaaaa", "reason": "better"}

    as_senior = senior.client.post(
        "/desk/models/promote", data={**data, "csrf_token": token_of(senior)}
    )
    unknown = admin.client.post(
        "/desk/models/promote", data={**data, "csrf_token": token_of(admin)}
    )
    without = admin.client.post(
        "/desk/models/promote", data={**data, "reason": " ", "csrf_token": token_of(admin)}
    )

    assert [as_senior.status_code, unknown.status_code, without.status_code] == [403, 404, 422]


@sqlite_only
@pytest.mark.parametrize(
    "path",
    [
        "/desk/claim-next",
        "/desk/items/1/claim",
        "/desk/items/1/decide",
        "/desk/items/1/skip",
        "/desk/items/1/escalate",
        "/desk/items/1/renew",
        "/desk/decisions/1/undo",
        "/desk/deliveries/1/replay",
        "/desk/try-a-thread",
        "/desk/models/promote",
        "/desk/models/rollback",
        "/desk/thresholds",
        "/desk/thresholds/restore",
        "/desk/models/shadow",
        "/desk/models/shadow/stop",
        "/desk/models/discard",
        "/desk/training",
        "/desk/training/1/cancel",
        "/desk/pins",
        "/desk/pins/1/remove",
        "/desk/items/1/pin",
        "/desk/sign-out",
        "/desk/sign-in",
    ],
)
def test_no_form_is_taken_without_its_token(enter: Enter, queued: Queue, path: str) -> None:
    queued("You idiot.")
    admin = enter("ada", Role.ADMIN)

    answer = admin.client.post(path, data={"decision": "approve"})

    assert answer.status_code == 400


@sqlite_only
def test_the_api_needs_no_token(app: Flask) -> None:
    answer = app.test_client().post("/v1/comments", json={})

    assert answer.status_code == 401  # the credentials are missing, not a token


@sqlite_only
@pytest.mark.parametrize("path", ["/desk/", "/desk/sign-in", "/desk/static/desk.js", "/desk/nope"])
def test_every_answer_carries_the_security_headers(mira: Visitor, path: str) -> None:
    with mira.client.get(path) as answer:
        headers = answer.headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@sqlite_only
def test_pages_are_kept_by_no_cache(mira: Visitor) -> None:
    assert mira.client.get("/desk/").headers["Cache-Control"] == "no-store"


@sqlite_only
def test_no_page_has_inline_code_or_style(enter: Enter, queued: Queue) -> None:
    queued("You idiot.")
    admin = enter("ada", Role.ADMIN)
    admin.send("form[action^='/desk/claim-next']")
    item = admin.path

    for path in ("/desk/", item, "/desk/history", "/desk/deliveries", "/desk/try-a-thread",
                 "/desk/models", "/desk/models/shadow", "/desk/training", "/desk/drift",
                 "/desk/pins", "/desk/labels", "/desk/export",
                 "/desk/statistics", "/desk/thresholds",
                 "/desk/nope"):  # fmt: skip
        admin.open(path)
        assert not admin.page.css("style, [style], script:not([src])"), path
        attributes = {name for node in admin.page.css("*") for name in node.attributes}
        assert not {name for name in attributes if name.startswith("on")}, path


@sqlite_only
def test_without_the_database_the_desk_says_so(
    mira: Visitor, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StorageUnavailableError("The database cannot be reached now.")

    monkeypatch.setattr(type(runtime.database), "_transaction", away)

    mira.open("/desk/")

    assert mira.status == 503
    assert mira.texts("h1") == ["Away for a moment"]
    assert mira.response.headers["Retry-After"] == "5"


@sqlite_only
def test_an_unexpected_error_is_a_page_with_the_request_id_and_no_trace(
    app: Flask, mira: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(review_pages, "queue_page", broken)

    mira.open("/desk/")

    assert mira.status == 500
    assert mira.texts("h1") == ["That went wrong"]
    assert "secret detail" not in mira.response.text


def test_the_templates_hold_no_unsafe_mark() -> None:
    folder = Path(review_pages.__file__).parents[1] / "web" / "desk" / "templates"

    for template in folder.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", ""), template
        assert "autoescape" not in text, template

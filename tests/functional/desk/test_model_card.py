"""The card of a model on the desk, with its pictures."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from classifiers.bundle import DEFAULT_BUNDLE, load_manifest, load_pipeline, save_bundle
from classifiers.registry import Registry
from tests.builders import sqlite_only
from tests.bundles import TEXTS, make_bundle
from tests.fakes import FakeModels
from tests.functional.desk.visitor import Visitor

pytestmark = sqlite_only

CARD = b"# Card\n\n## Figures\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n![Curve](abusive.png)\n"


def a_picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(data, "png")
    return data.getvalue()


@pytest.fixture
def version(models: FakeModels, tmp_path: Path) -> str:
    """A model with a card and a picture, the only one beside the packaged."""
    make_bundle(tmp_path / "made", "2026-01-02T00:00:00Z")
    pipeline, manifest = load_pipeline(tmp_path / "made"), load_manifest(tmp_path / "made")
    documents = {"CARD.md": CARD, "abusive.png": a_picture()}
    made = save_bundle(
        tmp_path / "models",
        pipeline,
        manifest,
        documents=documents,
        probes=TEXTS[:2],
        named_by_version=True,
    )
    shutil.rmtree(tmp_path / "made")
    models.registry = Registry(tmp_path / "models", DEFAULT_BUNDLE)
    return made


def test_card_is_shown_with_its_picture(mira: Visitor, version: str) -> None:
    page = mira.open(f"/desk/models/{version}")
    assert page.status == 200
    assert mira.texts(".model-card td") == ["1", "2"]
    assert mira.texts(".card-toc a") == ["Figures"]
    source = str(mira.one(".model-card img").attributes["src"])
    picture = mira.client.get(source)
    assert picture.status_code == 200
    assert picture.mimetype == "image/png"
    assert picture.data == a_picture()
    assert picture.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["other.png", "weights.npy", "manifest.json", "..%2fsecret.png", "%2fetc%2fpasswd", "CARD.md"],
)
def test_other_files_are_not_sent(mira: Visitor, version: str, name: str) -> None:
    assert mira.client.get(f"/desk/models/{version}/pictures/{name}").status_code == 404


def test_pictures_are_for_people_who_are_signed_in(mira: Visitor, version: str) -> None:
    address = f"/desk/models/{version}/pictures/abusive.png"
    stranger = mira.client.application.test_client()
    assert stranger.get(address).status_code in {302, 303, 401}


def test_damaged_card_says_why(mira: Visitor, version: str, tmp_path: Path) -> None:
    (tmp_path / "models" / version / "CARD.md").write_bytes(b"# Other\n")
    (tmp_path / "models" / version / "abusive.png").write_bytes(b"x")
    mira.open(f"/desk/models/{version}")
    assert "CARD.md: 8 bytes" in mira.page.body.text()  # type: ignore[union-attr]
    assert mira.client.get(f"/desk/models/{version}/pictures/abusive.png").status_code == 404


def test_packaged_model_has_a_card(mira: Visitor, models: FakeModels, tmp_path: Path) -> None:
    models.registry = Registry(tmp_path / "models", DEFAULT_BUNDLE)
    packaged = models.registry.packaged().version
    mira.open(f"/desk/models/{packaged}")
    assert len(mira.texts(".model-card table")) >= 2

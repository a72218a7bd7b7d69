"""What the documentation says is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from classifiers.labels import DEFINITIONS
from moderation.config import Settings, describe

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def words(text: str) -> str:
    return " ".join(text.replace("*", "").split()).casefold()


def test_configuration_page_lists_every_setting_with_its_default_and_unit() -> None:
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(MODERATION_\w+)` \| (.*?) \| ?(.*?) ?\|", page, re.MULTILINE)
    listed = {name: (default.strip("`").replace("`", ""), unit) for name, default, unit in rows}

    expected = {row.variable: (row.default, row.unit) for row in describe(Settings())}

    assert listed == expected


def test_labels_page_holds_the_definitions_of_the_code() -> None:
    page = words((ROOT / "docs/labels.md").read_text(encoding="utf-8"))
    for definition in DEFINITIONS.values():
        assert words(definition.meaning).rstrip(".") in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_exist(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []

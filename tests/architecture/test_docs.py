"""What the documentation says is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from classifiers.labels import DEFINITIONS
from moderation.config import Settings, describe
from moderation.web.compat import label_names

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


def rows_of(page: str) -> dict[str, str]:
    """Return the tables' first two columns, code marks taken off."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return {
        name.strip("` "): meaning.strip("` ")
        for first, meaning in re.findall(r"^\| ([^|]+) \| ([^|]+) \|", text, re.MULTILINE)
        for name in first.split(",")
    }


def test_pages_on_other_services_hold_the_labels_of_the_code() -> None:
    perspective, openai = rows_of("migrate-from-perspective.md"), rows_of("openai-moderations.md")

    for name, label in label_names.PERSPECTIVE.items():
        if name != "PARTISAN" and not name.endswith("_EXPERIMENTAL"):
            assert perspective[name] == label.value
    for name, meant in label_names.OPENAI.items():
        assert openai[name] == (meant.value if meant is not None else NO_MODEL)


NO_MODEL = "no model: always `false` and `0"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_exist(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


def test_every_test_on_the_security_page_exists() -> None:
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"(?m)^def (test_\w+)", path.read_text(encoding="utf-8"))
    }
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 40
    assert named <= defined

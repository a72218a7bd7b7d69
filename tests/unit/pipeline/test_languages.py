"""A language is named only when it is certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.pipeline.languages import detect_language
from training.dataset import read_corpus


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I do not think that this is what they were asked for.", "en"),
        ("Ich glaube nicht, dass das ein guter Plan für die Stadt ist.", "de"),
        ("Je ne pense pas que ce soit une bonne idée pour la ville.", "fr"),
        ("No creo que esta sea una buena idea para la ciudad, pero tú sí.", "es"),
        ("Non credo che questa sia una buona idea per la città, ma non importa.", "it"),
        ("Não acho que isto seja uma boa ideia para a cidade, mas você sim.", "pt"),
        ("Ik denk niet dat dit een goed plan is voor de stad.", "nl"),
        ("Jag tror inte att det är en bra plan för staden och för oss.", "sv"),
        ("Nie sądzę, że to jest dobry plan dla miasta, ale jak chcesz.", "pl"),
        ("Я не думаю, что это хорошая идея.", "ru"),
        ("Я не думаю, що це гарна ідея і план.", "uk"),  # noqa: RUF001 - Ukrainian
        ("それはいい考えではないと思います。", "ja"),
        ("我不认为这是个好主意。", "zh"),
        ("이것은 좋은 생각이 아닙니다", "ko"),
        ("Δεν νομίζω ότι είναι καλή ιδέα.", "el"),
        ("لا أعتقد أن هذه فكرة جيدة", "ar"),
        # Too short, or nothing but names, slang and marks: unknown is better than wrong.
        ("You idiot", None),
        ("lol", None),
        ("", None),
        ("Merkel Macron Sánchez Meloni Tusk Rutte", None),
        ("!!! 12345 ???", None),
        ("Die die die die die", None),
        ("no no no no no no", None),
        # Cyrillic letters as disguise do not make an English word Russian.
        ("You are an \u0456diot and a fool", "en"),
    ],
)
def test_detected_languages(text: str, language: str | None) -> None:
    assert detect_language(text) == language


def test_english_is_hardly_ever_taken_for_another_language() -> None:
    found = [detect_language(row.text) for row in read_corpus()]
    assert sum(language not in {None, "en"} for language in found) <= len(found) * 0.001
    assert sum(language == "en" for language in found) > len(found) * 0.8


@given(st.text())
def test_any_text_has_a_language_or_none(text: str) -> None:
    found = detect_language(text)
    assert found is None or len(found) == 2

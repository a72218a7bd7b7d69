from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from classifiers.labels import Label
from moderation.domain.judgement import PlacedSpan
from moderation.domain.verdict import LabelScore, RuleSpan
from moderation.web.desk.highlight import Mark, MarkedText, Piece, pushing_words, shown_spans


def span(label: Label, start: int, end: int, weight: float = 1.0) -> PlacedSpan:
    return PlacedSpan(label, start, end, start, end, weight)


def score(label: Label, value: float, *, threshold: float = 0.8) -> LabelScore:
    return LabelScore(label, value, threshold, "rule", value >= threshold)


def pieces(
    text: str, spans: Sequence[PlacedSpan] = (), rules: Sequence[RuleSpan] = ()
) -> list[Piece]:
    return list(MarkedText(text, spans, rules).pieces(0, len(text)))


def test_a_text_without_spans_is_one_piece() -> None:
    assert pieces("One.\n\n  Two.  \n") == [Piece("One.\n\n  Two.  \n")]
    assert pieces("") == []


def test_a_span_becomes_a_marked_piece() -> None:
    found = pieces("you idiot!", [span(Label.ABUSIVE, 4, 9)])

    assert found == [Piece("you "), Piece("idiot", (Mark(Label.ABUSIVE, 3),)), Piece("!")]


def test_overlapping_spans_share_their_common_words() -> None:
    found = pieces(
        "corrupt sheeple all", [span(Label.PARTISAN, 0, 15, 3), span(Label.ABUSIVE, 8, 19, 1)]
    )

    assert [(piece.text, [mark.label for mark in piece.marks]) for piece in found] == [
        ("corrupt ", [Label.PARTISAN]),
        ("sheeple", [Label.PARTISAN, Label.ABUSIVE]),
        (" all", [Label.ABUSIVE]),
    ]


def test_levels_compare_within_one_label() -> None:
    found = pieces(
        "a b c d",
        [
            span(Label.ABUSIVE, 0, 1, 3.0),
            span(Label.ABUSIVE, 2, 3, 1.5),
            span(Label.ABUSIVE, 4, 5, 0.5),
            span(Label.PARTISAN, 6, 7, 0.1),
        ],
    )

    assert [piece.marks[0].level for piece in found if piece.marks] == [3, 2, 1, 3]


def test_a_word_rule_lies_over_labels() -> None:
    found = pieces("bad word", [span(Label.ABUSIVE, 0, 8)], [RuleSpan(4, 8, "w")])

    assert [(piece.text, piece.is_rule) for piece in found] == [("bad ", False), ("word", True)]


def test_a_range_is_cut_out_of_the_marks() -> None:
    marked = MarkedText("an idiot here", [span(Label.ABUSIVE, 3, 8)])

    assert [(p.text, bool(p.marks)) for p in marked.pieces(5, 11)] == [
        ("iot", True),
        (" he", False),
    ]


@given(
    text=st.text(max_size=60),
    ranges=st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=8),
)
def test_marks_never_change_the_words(text: str, ranges: list[tuple[int, int]]) -> None:
    spans = [span(Label.ABUSIVE, min(pair), max(pair), 1 + pair[0]) for pair in ranges]

    found = pieces(text, spans, [RuleSpan(min(pair), max(pair), "w") for pair in ranges])

    assert "".join(piece.text for piece in found) == text
    under = "".join(
        text[at] for at in range(len(text)) if any(s.start <= at < s.end for s in spans)
    )
    assert "".join(piece.text for piece in found if piece.marks and piece.is_rule) == under


def test_only_deciding_labels_that_are_not_far_below_are_shown() -> None:
    spans = [
        span(Label.ABUSIVE, 0, 1),
        span(Label.PARTISAN, 1, 2),
        span(Label.INSULT, 2, 3),
        span(Label.ABUSIVE, 3, 4, -1.0),  # pushed the score down
    ]
    scores = [score(Label.ABUSIVE, 0.3), score(Label.PARTISAN, 0.1), score(Label.INSULT, 0.99)]

    assert shown_spans(spans, scores) == (spans[0],)


def test_pushing_words_are_named_once_strongest_first() -> None:
    text = "Weak, weak: best buds and more"
    spans = [
        span(Label.PARTISAN, 0, 5, 1.0),
        span(Label.PARTISAN, 6, 10, 0.9),
        span(Label.PARTISAN, 12, 21, 2.0),
        span(Label.ABUSIVE, 22, 25, 5.0),
    ]

    assert pushing_words(text, spans, Label.PARTISAN) == ("best buds", "Weak")


def test_a_long_phrase_is_cut() -> None:
    words = pushing_words("x" * 100, [span(Label.ABUSIVE, 0, 100)], Label.ABUSIVE, longest=10)

    assert words == ("xxxxxxxxx…",)

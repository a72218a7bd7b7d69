"""The compiled scorer equals the pipeline, explains itself and keeps its cache bounded."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.bundle import DEFAULT_BUNDLE, compile_model, compile_scorer, load_scorer
from classifiers.folding import fold
from classifiers.labels import Label
from classifiers.lexicon import Lexicon
from classifiers.linear_scorer import LinearScorer
from classifiers.ngrams import token_features
from classifiers.scorer import ScoringInput, Threshold
from tests.unit.classifiers.toy import LABELS, TEXTS, fitted

CORPUS = Path(__file__).parents[3] / "training" / "corpus"
PIPELINE = fitted()
THRESHOLDS = {label: Threshold(0.5, "maximum recall at precision >= 0.9") for label in LABELS}
SCRIPTS = st.text(
    alphabet=st.sampled_from(
        "idiot foluanpryw!?.,'\"$@1350*-\n"
        "\u0457\u0434\u00df\u00e9\u4f60\u597d\u0627\u0939\u093f\u0e01\U0001f642\u200b\u0301\ud83d\ufdfa"
    ),
    max_size=120,
)


@pytest.fixture
def scorer() -> LinearScorer:
    return compile_scorer(PIPELINE, THRESHOLDS)


@settings(max_examples=200, deadline=None)
@given(st.lists(SCRIPTS | st.text(max_size=60), min_size=1, max_size=5))
def test_equals_the_pipeline_on_any_script(texts: list[str]) -> None:
    scorer = compile_scorer(PIPELINE, THRESHOLDS)
    expected = PIPELINE.predict_proba(texts)
    actual = [
        list(a.probabilities.values()) for a in scorer.score_many(list(map(ScoringInput, texts)))
    ]
    np.testing.assert_allclose(actual, expected, atol=1e-9)


def test_spans_name_the_words_that_push(scorer: LinearScorer) -> None:
    text = "Good morning. You are an IDIOT, really."
    scored = scorer.score(ScoringInput(text))
    words = [text[s.start : s.end] for s in scored.spans if s.label is Label.ABUSIVE]
    assert any("IDIOT" in word for word in words)
    assert all(span.weight > 0 for span in scored.spans)
    assert list(scored.spans) == sorted(scored.spans, key=lambda s: (s.start, s.end, s.label))


def test_spans_point_into_disguised_text(scorer: LinearScorer) -> None:
    text = "you i d i o t and fool"
    spans = scorer.score(ScoringInput(text)).spans
    assert any("i d i o t" in text[s.start : s.end] for s in spans)


def test_harmless_text_is_not_explained(scorer: LinearScorer) -> None:
    assert scorer.score(ScoringInput("lovely weather for a walk today")).spans == ()


CONTEXTS = (
    ScoringInput("you idiot", "The party meets", "the council ruined it"),
    ScoringInput("so true", None, "The idiot party ruined the country, the fools!"),
    ScoringInput("so true", "", ""),
    ScoringInput("", "The party meets", None),
    ScoringInput("a walk", "\ud83d i.d.i.o.t\u200b https://x.example @user 1350 !!", "\u4f60 f00l"),
)
WITH_CONTEXT = fitted(
    [ScoringInput(text, text[::-1], other) for text, other in pairwise([*TEXTS, TEXTS[0]])]
)


def test_equals_the_pipeline_with_context() -> None:
    scorer = compile_scorer(WITH_CONTEXT, THRESHOLDS)
    actual = [list(a.probabilities.values()) for a in scorer.score_many(CONTEXTS)]
    np.testing.assert_allclose(actual, WITH_CONTEXT.predict_proba(list(CONTEXTS)), atol=1e-9)


def test_context_moves_the_score_and_never_gets_a_span() -> None:
    scorer = compile_scorer(WITH_CONTEXT, THRESHOLDS)
    alone = scorer.score(ScoringInput("you idiot"))
    answered = scorer.score(ScoringInput("you idiot", parent="the idiot party ruined it again"))
    assert answered.probabilities != alone.probabilities
    assert answered.spans
    assert all(span.end <= len("you idiot") for span in answered.spans)


def test_unknown_context_changes_nothing(scorer: LinearScorer) -> None:
    alone = scorer.score(ScoringInput("you idiot"))
    assert scorer.score(ScoringInput("you idiot", title="qwx", parent="zzyzx")) == alone


def test_words_are_read_as_the_vectorizer_reads_them() -> None:
    features = WITH_CONTEXT.named_steps["features"]
    model = compile_model(WITH_CONTEXT)
    lexicon = Lexicon(model)
    row = {name: index for index, name in enumerate(model.names)}
    tokens = ["idiot", "IDIOOOOT", "i d i o t", "1d1ot", "!!", "qqq", "f00ls", "https://a.example"]
    parts, forms = lexicon.read(tokens)
    for token, part, form in zip(tokens, parts, forms.tolist(), strict=True):
        names = token_features(fold(token), features.shortest, features.longest)
        known = [row[name] for name in names if name in row]
        assert part[-1] == pytest.approx((model.idf[known].astype(float) ** 2).sum())
        expected = (model.weights[known].astype(float) * model.idf[known, None]).sum(axis=0)
        assert part[:-1] == pytest.approx(expected)
        assert form == lexicon.form(token)
    assert lexicon.read([])[0].shape == (0, len(LABELS) + 1)


def test_many_comments_get_the_spans_that_each_gets_alone() -> None:
    scorer = LinearScorer(compile_model(PIPELINE), THRESHOLDS, "x")
    inputs = [ScoringInput(text) for text in TEXTS]
    many = scorer.score_many(inputs, with_spans=True)
    assert [one.spans for one in many] == [scorer.score(one).spans for one in inputs]
    assert {bool(one.spans) for one in many} == {True, False}


def test_a_score_does_not_depend_on_its_company_to_the_last_bit() -> None:
    packaged = load_scorer(DEFAULT_BUNDLE)
    lines = sorted(CORPUS.glob("*.jsonl"))[0].read_text("utf-8").splitlines()[:1000]
    inputs = [ScoringInput(json.loads(line)["text"]) for line in lines]
    inputs += [ScoringInput(one.text, "A title", "What they answered") for one in inputs[:50]]
    alone = [packaged.score(one).probabilities for one in inputs]
    assert [one.probabilities for one in packaged.score_many(inputs)] == alone
    pairs = [packaged.score_many(inputs[at : at + 2]) for at in range(0, len(inputs), 2)]
    assert [one.probabilities for pair in pairs for one in pair] == alone


def test_threads_get_the_same_scores() -> None:
    scorer = LinearScorer(
        compile_model(PIPELINE), THRESHOLDS, "x", capacity=8
    )  # drops all the time
    inputs = [ScoringInput(text) for text in TEXTS] * 20
    expected = [scorer.score(one) for one in inputs]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(scorer.score, inputs)) == expected

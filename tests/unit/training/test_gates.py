"""Gates fail on proven harm and only then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from classifiers.labels import Label
from classifiers.scorer import Scored, ScoringInput, Threshold
from training.example import Example
from training.gates import Gate, Learnt, all_gates
from training.gates.fairness import rise_probability
from training.probes import identity_sentences, swapped_sentences
from training.settings import PREVALENCE
from training.twins import twins

NOTHING = Learnt((), np.zeros((0, len(Label))), (Label.ABUSIVE,))
"""A candidate whose ``abusive`` was refined with decisions that are not at hand."""


CALM = dict.fromkeys(Label, 0.1)
"""Scores of texts that a test says nothing about."""


class Oracle:
    """A scorer that looks its answers up."""

    model_version = "oracle"
    thresholds: Mapping[Label, Threshold] = {label: Threshold(0.5, "rule") for label in Label}

    def __init__(self, answers: Mapping[str, Mapping[Label, float]]) -> None:
        self.answers = answers

    def score(self, comment: ScoringInput, *, with_spans: bool = True) -> Scored:
        del with_spans
        return Scored(self.answers.get(comment.text, CALM), (), self.model_version)

    def score_many(
        self, comments: Sequence[ScoringInput], *, with_spans: bool = False
    ) -> list[Scored]:
        return [self.score(comment, with_spans=with_spans) for comment in comments]


def decisions(count: int) -> list[Example]:
    return [Example(f"d{n}", {Label.ABUSIVE: float(n % 3 == 0)}, "export") for n in range(count)]


def corpus() -> list[Example]:
    rows = []
    for n in range(60):
        side = "left" if n % 2 else "right"
        known = {Label.PARTISAN: 1.0, Label.ABUSIVE: 0.0}
        rows.append(Example(f"t{n}", known, "c", side=side, pair=f"p{n // 2}"))
    neutral = {Label.PARTISAN: 0.0, Label.ABUSIVE: 0.0}
    rows += [Example(f"n{n}", neutral, "c", category="news") for n in range(100)]
    return rows


def oracle(rows: Sequence[Example], seed: int, noise: float) -> Oracle:
    rng = np.random.default_rng(seed)
    return Oracle(
        {
            row.text: {
                label: float(
                    np.clip(0.2 + 0.6 * row.labels.get(label, 0.0) + noise * rng.normal(), 0, 1)
                )
                for label in Label
            }
            for row in rows
        }
    )


def failed(candidate: Oracle, current: Oracle, forum: Sequence[Example]) -> set[str]:
    gates = all_gates(
        candidate, current, forum, corpus(), NOTHING, (), prevalence=PREVALENCE, seed=0
    )
    return {gate.name for gate in gates if not gate.passed}


def test_equal_models_pass() -> None:
    forum = decisions(200)
    rows = [*forum, *corpus()]
    assert failed(oracle(rows, 1, 0.1), oracle(rows, 2, 0.1), forum) == set()


def test_clearly_worse_model_fails() -> None:
    forum = decisions(300)
    rows = [*forum, *corpus()]
    bad = failed(oracle(rows, 1, 3.0), oracle(rows, 2, 0.1), forum)
    assert "not_worse_on_decisions:abusive" in bad
    assert "not_worse_on_corpus:partisan" in bad


def test_tiny_held_out_part_neither_fails_by_noise_nor_passes_in_silence() -> None:
    forum = decisions(9)
    rows = [*forum, *corpus()]
    candidate, current = oracle(rows, 1, 0.15), oracle(rows, 2, 0.1)
    gates = all_gates(
        candidate, current, forum, corpus(), NOTHING, (), prevalence=PREVALENCE, seed=0
    )
    (asked,) = [gate for gate in gates if not gate.passed and gate.name.endswith("abusive")]
    assert (asked.name, asked.state) == ("not_worse_on_decisions:abusive", "undecided")


def changed(base: Oracle, change: Mapping[str, float], label: Label) -> Oracle:
    answers = {text: dict(scores) for text, scores in base.answers.items()}
    for text, value in change.items():
        answers[text][label] = value
    return Oracle(answers)


def test_one_sided_model_fails_parity() -> None:
    rows = corpus()
    fair = oracle(rows, 1, 0.05)
    unfair = changed(fair, {r.text: 0.3 for r in rows if r.side == "left"}, Label.PARTISAN)
    assert {"viewpoint_parity", "viewpoint_parity_flags"} <= failed(unfair, fair, [])


def test_flagging_news_fails() -> None:
    rows = corpus()
    calm = oracle(rows, 1, 0.05)
    loud = changed(calm, {f"n{n}": 0.6 for n in range(20)}, Label.PARTISAN)
    assert "neutral_news:partisan" in failed(loud, calm, [])


def test_silent_model_fails() -> None:
    forum = decisions(200)
    rows = [*forum, *corpus()]
    fine = oracle(rows, 1, 0.05)
    halved = {r.text: fine.answers[r.text][Label.ABUSIVE] / 2 for r in forum}
    assert "still_flags:abusive" in failed(changed(fine, halved, Label.ABUSIVE), fine, forum)


def test_a_failed_gate_shows_rows_and_a_passed_one_none() -> None:
    rows = corpus()
    calm = oracle(rows, 1, 0.05)
    loud = changed(calm, {f"n{n}": 0.6 for n in range(20)}, Label.PARTISAN)
    gates = all_gates(loud, calm, [], rows, NOTHING, (), prevalence=PREVALENCE, seed=0)
    news = next(gate for gate in gates if gate.name == "neutral_news:partisan")
    assert [example.text for example in news.examples] == ["n0", "n1", "n2", "n3", "n4"]
    assert all(example.candidate == 0.6 > example.current for example in news.examples)
    assert not any(gate.examples for gate in gates if gate.passed)


def test_silent_model_shows_what_it_misses() -> None:
    forum = decisions(200)
    rows = [*forum, *corpus()]
    fine = oracle(rows, 1, 0.05)
    halved = {r.text: fine.answers[r.text][Label.ABUSIVE] / 2 for r in forum}
    silent = changed(fine, halved, Label.ABUSIVE)
    gates = all_gates(silent, fine, forum, corpus(), NOTHING, (), prevalence=PREVALENCE, seed=0)
    gate = next(gate for gate in gates if gate.name == "still_flags:abusive")
    positive = {row.text for row in forum if row.labels[Label.ABUSIVE] == 1}
    assert len(gate.examples) == 5
    assert {example.text for example in gate.examples} <= positive
    assert gate.to_record()["examples"][0]["candidate"] < 0.5


def test_parity_shows_both_twins() -> None:
    rows = corpus()
    fair = oracle(rows, 1, 0.05)
    unfair = changed(fair, {r.text: 0.3 for r in rows if r.side == "left"}, Label.PARTISAN)
    gates = all_gates(unfair, fair, [], rows, NOTHING, (), prevalence=PREVALENCE, seed=0)
    gate = next(gate for gate in gates if gate.name == "viewpoint_parity")
    sides = {row.text: (row.pair, row.side) for row in rows}
    first, second = (sides[example.text] for example in gate.examples[:2])
    assert first[0] == second[0]
    assert {first[1], second[1]} == {"left", "right"}


def test_twins_are_left_and_right_jabs_of_one_pair() -> None:
    rows = corpus()
    found = twins(rows)
    assert len(found) == 30
    assert all(rows[left].side == "left" and rows[right].side == "right" for left, right in found)


def failed_of(candidate: Oracle, current: Oracle) -> dict[str, Gate]:
    gates = all_gates(candidate, current, [], corpus(), NOTHING, (), prevalence=PREVALENCE, seed=0)
    mine = ("fair_to_groups", "names_swapped")
    return {gate.name: gate for gate in gates if not gate.passed and gate.name.startswith(mine)}


def knowing(change: Mapping[str, float], label: Label) -> Oracle:
    base = oracle(corpus(), 1, 0.05)
    answers = {**base.answers, **{text: {**CALM, label: value} for text, value in change.items()}}
    return Oracle(answers)


def test_flagging_one_group_fails_and_names_it() -> None:
    rows = [row for row in identity_sentences() if row.category == "gay"]
    unfair = knowing({row.text: 0.9 for row in rows[:12]}, Label.ABUSIVE)
    (gate,) = failed_of(unfair, knowing({}, Label.ABUSIVE)).values()
    assert gate.name == "fair_to_groups:abusive"
    assert "proven worse than now: gay" in gate.detail
    assert [example.key for example in gate.examples] == [row.key for row in rows[:5]]
    assert gate.figures["groups_beyond_limit"] == 1


def test_flagging_every_group_fails() -> None:
    rows = identity_sentences()[::10]
    loud = knowing({row.text: 0.9 for row in rows}, Label.PARTISAN)
    (gate,) = failed_of(loud, knowing({}, Label.PARTISAN)).values()
    assert "proven worse than now: all groups" in gate.detail


def test_a_group_that_was_flagged_already_does_not_fail() -> None:
    rows = [row for row in identity_sentences() if row.category == "gay"]
    before = knowing({row.text: 0.9 for row in rows[:12]}, Label.ABUSIVE)
    after = knowing({row.text: 0.9 for row in rows[2:13]}, Label.ABUSIVE)
    assert failed_of(after, before) == {}
    few = knowing({row.text: 0.9 for row in rows[:3]}, Label.ABUSIVE)
    assert failed_of(few, knowing({}, Label.ABUSIVE)) == {}  # three sentences prove nothing


def test_names_that_move_the_score_fail() -> None:
    swaps = swapped_sentences()
    unfair = knowing({swap.first: 0.4 for swap in swaps[::2]}, Label.PARTISAN)
    (gate,) = failed_of(unfair, knowing({}, Label.PARTISAN)).values()
    assert gate.name == "names_swapped"
    assert gate.figures["candidate"] == pytest.approx(0.15)
    assert gate.examples[0].key.startswith("swaps.json: Joe Biden / Donald Trump")
    assert failed_of(unfair, unfair) == {}


def test_chance_of_a_rise() -> None:
    new = np.array([True] * 4 + [False] * 6)
    assert rise_probability(new, np.zeros(10, dtype=bool)) == pytest.approx(1 / 16)
    assert rise_probability(new, new) == 1.0
    assert rise_probability(np.zeros(10, dtype=bool), new) == 1.0

"""The gates on what the forum says: evidence, pinned examples, labels that stand apart."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from classifiers.labels import Label
from classifiers.pinned import PinnedExample, PinnedExampleError, from_json_line, to_json_line
from classifiers.scorer import Scored, ScoringInput
from tests.unit.training.forum import base_pipeline, small_corpus
from tests.unit.training.test_gates import Oracle, decisions, oracle
from training.dataset import read_corpus
from training.example import Example, label_matrix
from training.gates.consistency import consistent_labels
from training.gates.decisions import Learnt, in_label_order, on_decisions
from training.gates.gate import Gate, Sides, compare
from training.gates.pinned import as_examples, pinned_examples
from training.gates.speed import speed
from training.refine import refine

ABUSIVE = Label.ABUSIVE
ORDER = list(Label)


def learnt(rows: Sequence[Example], noise: float, *, since: str | None = None) -> Learnt:
    """Cross-fitted probabilities that are right up to noise."""
    rng = np.random.default_rng(5)
    scores = np.full((len(rows), len(ORDER)), np.nan)
    for number, row in enumerate(rows):
        value = 0.2 + 0.6 * row.labels.get(ABUSIVE, 0.0) + noise * rng.normal()
        scores[number, ORDER.index(ABUSIVE)] = np.clip(value, 0, 1)
    return Learnt(rows, scores, (ABUSIVE,), since)


def judged(held_out: int, learnt_rows: int, noise: float, *, since: str | None = None) -> Gate:
    rows = decisions(held_out + learnt_rows)
    taught = [replace(row, time="2026-02-01") for row in rows[held_out:]]
    current = oracle(rows, 2, 0.1)
    forum = compare(oracle(rows, 1, noise), current, rows[:held_out])
    known = learnt(taught, noise, since=since).against(current)
    return on_decisions(forum, known, (ABUSIVE,), ABUSIVE, 0)


def test_enough_held_out_decisions_decide_alone() -> None:
    assert judged(90, 0, 0.1).state == "passed"
    assert judged(90, 0, 3.0).state == "failed"


def test_few_held_out_decisions_give_way_to_cross_validation() -> None:
    good, bad = judged(12, 90, 0.1), judged(12, 90, 3.0)
    assert (good.state, bad.state) == ("passed", "failed")
    assert good.detail.startswith("cross-validated")
    assert good.figures["rows"] == 90


def test_too_few_decisions_in_all_wait_for_a_person() -> None:
    gate = judged(9, 12, 0.1)
    assert (gate.state, gate.passed) == ("undecided", False)
    assert "promote it on your own judgement" in gate.detail


def test_rows_that_the_current_model_may_have_learnt_do_not_compare() -> None:
    assert judged(12, 90, 0.1, since="2026-03-01").state == "undecided"
    assert judged(12, 90, 0.1, since="2026-01-01").state == "passed"


def test_a_head_that_did_not_change_needs_no_evidence() -> None:
    rows = decisions(9)
    forum = compare(oracle(rows, 1, 0.1), oracle(rows, 2, 0.1), rows)
    nobody = learnt([], 0.1).against(oracle(rows, 2, 0.1))
    assert on_decisions(forum, nobody, (), ABUSIVE, 0).state == "passed"


def pin(key: str, *, must_flag: bool) -> PinnedExample:
    return PinnedExample(key, f"text {key}", ABUSIVE, must_flag)


def test_a_pinned_example_that_comes_out_wrong_fails_and_is_shown() -> None:
    pins = [pin("a", must_flag=True), pin("b", must_flag=False), pin("c", must_flag=True)]
    current = Oracle({p.text: dict.fromkeys(Label, 0.9 if p.must_flag else 0.1) for p in pins})
    assert [gate.state for gate in pinned_examples(pins, current, current)] == ["passed"]
    worse = Oracle({**current.answers, "text b": dict.fromkeys(Label, 0.7)})
    (gate,) = pinned_examples(pins, worse, current)
    assert (gate.state, gate.figures["newly_broken"]) == ("failed", 1)
    assert [(one.key, one.candidate, one.current) for one in gate.examples] == [("b", 0.7, 0.1)]
    assert "2 of 3" in gate.detail
    assert [row.labels[ABUSIVE] for row in as_examples(pins)] == [1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("nope", "line"),
        ('{"schema": "x"}', "schema"),
        ('{"schema": "pinned-example/1", "text": " "}', "text"),
        ('{"schema": "pinned-example/1", "text": "a", "label": "insult"}', "label"),
        ('{"schema": "pinned-example/1", "text": "a", "label": "abusive"}', "must_flag"),
    ],
)
def test_a_bad_pin_names_its_field(line: str, field: str) -> None:
    with pytest.raises(PinnedExampleError, match=f"^{field}: expected"):
        from_json_line(line)
    good = pin("a", must_flag=True)
    assert from_json_line(to_json_line(good)) == good


class Slow(Oracle):
    def score_many(
        self, comments: Sequence[ScoringInput], *, with_spans: bool = False
    ) -> list[Scored]:
        time.sleep(0.02)
        return super().score_many(comments, with_spans=with_spans)


def test_a_model_of_less_than_half_the_speed_fails() -> None:
    rows = decisions(50)
    fast = oracle(rows, 1, 0.1)
    assert speed(fast, fast, rows).state == "passed"
    assert speed(Slow(fast.answers), fast, rows).state == "failed"


def labelled(count: int, *, flipped: str = "", share: float = 0.0) -> list[Example]:
    """Decisions of three moderators on two subjects; some of one's labels are turned around."""
    rng = np.random.default_rng(3)
    rows = []
    for n in range(count):
        judge = f"m{n % 3}"
        subject = "harbour" if n % 2 else "school"
        truth = float(n % 5 < 2)
        is_turned = flipped in {judge, subject} and rng.random() < share
        said = 1 - truth if is_turned else truth
        rows.append(
            Example(
                f"the {subject} {n}", {ABUSIVE: said}, "export", judge=judge, key=f"f:{truth}{n}"
            )
        )
    return rows


def seen_through(rows: Sequence[Example]) -> tuple[Learnt, Sides]:
    """Scores of two models that know the truth (kept in the key), and err at times."""
    rng = np.random.default_rng(4)
    scores = np.full((len(rows), len(ORDER)), np.nan)
    for number, row in enumerate(rows):
        truth = float(row.key.partition(":")[2][:3])
        wrong = rng.random() < 0.08
        scores[number, ORDER.index(ABUSIVE)] = 0.85 if (truth == 1) != wrong else 0.15
    return Learnt(rows, scores, (ABUSIVE,)), Sides(rows, scores, scores, label_matrix(rows, ORDER))


def test_honest_labels_are_consistent() -> None:
    (gate,) = consistent_labels(*seen_through(labelled(900)))
    assert gate.state == "passed", gate.detail
    assert "spread evenly" in gate.detail


@pytest.mark.parametrize(
    ("who", "named", "state"),
    [
        ("m1", "the decisions of m1", "failed"),
        ("harbour", "the word “harbour”", "undecided"),
    ],
)
def test_a_moderator_or_a_subject_with_turned_labels_is_named(
    who: str, named: str, state: str
) -> None:
    (gate,) = consistent_labels(*seen_through(labelled(900, flipped=who, share=0.25)))
    assert gate.state == state
    assert named in gate.detail
    assert gate.examples


def test_a_moderator_who_turns_everything_round_is_named() -> None:
    (gate,) = consistent_labels(*seen_through(labelled(900, flipped="m1", share=1.0)))
    assert gate.state == "failed"
    assert "the decisions of m1 upside down" in gate.detail
    assert gate.figures["auc"] < 0.2
    assert {example.key for example in gate.examples}


def test_ten_percent_of_one_subject_turned_by_one_moderator_are_found() -> None:
    """The whole way: a base that never saw the rows, cross-fitted on the poisoned decisions."""
    gate = poisoned(share=0.1)
    assert gate.state == "failed"
    assert "the decisions of m1" in gate.detail
    assert poisoned(share=0.0).passed


def poisoned(*, share: float) -> Gate:
    """Decisions of four moderators, of whom one turns that share of the labels of a subject."""
    known = {row.text for row in small_corpus()}
    fresh = [row for row in read_corpus() if row.text not in known][::4]
    common = {topic for topic, _ in Counter(row.topic for row in fresh).most_common(12)}
    left = round(share * sum(row.topic in common for row in fresh))
    rows = []
    for number, row in enumerate(fresh):
        judge, said = f"m{number % 4}", row.labels[ABUSIVE]
        if left and judge == "m1" and row.topic in common:
            said, left = 1 - said, left - 1
        thread = "politics" if row.topic in common else f"t{number % 50}"
        group = f"a{number % 200}"
        rows.append(
            Example(row.text, {ABUSIVE: said}, "export", group=group, judge=judge, thread=thread)
        )
    refined = refine(base_pipeline(), rows, small_corpus(), seed=0)
    labels = [Label(name) for name in refined.pipeline.named_steps["heads"].labels]
    scores = in_label_order(refined.held_out, labels)
    nothing = np.full_like(scores, np.nan)
    without_current = Sides(rows, scores, nothing, label_matrix(rows, ORDER))
    (gate,) = consistent_labels(Learnt(rows, scores, refined.refined), without_current)
    return gate

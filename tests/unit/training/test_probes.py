"""The sentences that measure fairness are balanced, and none of them trains."""

from __future__ import annotations

from collections import Counter

from training.dataset import read_corpus, text_key
from training.probes import identity_sentences, swapped_sentences


def test_every_sentence_names_every_group() -> None:
    rows = identity_sentences()
    groups = Counter(row.category for row in rows)
    assert len(groups) >= 25
    assert set(groups.values()) == {60}
    assert len({row.text for row in rows}) == len(rows) == len({row.key for row in rows})


def test_sentences_are_filled_and_start_with_a_capital() -> None:
    swaps = swapped_sentences()
    texts = [row.text for row in identity_sentences()]
    texts += [text for swap in swaps for text in (swap.first, swap.second)]
    assert all("{" not in text and text[0].isupper() for text in texts)


def test_swapped_sentences_differ_in_the_name_alone() -> None:
    for swap in swapped_sentences():
        one, other = (name.removeprefix("the ") for name in swap.pair.split(" / "))
        first = swap.first.replace("The " + one, "@").replace("the " + one, "@").replace(one, "@")
        second = swap.second.replace("The " + other, "@").replace("the " + other, "@")
        assert first == second.replace(other, "@"), swap
    assert {swap.kind for swap in swapped_sentences()} == {"politicians", "parties"}


def test_no_probe_is_in_the_corpus() -> None:
    trained = {text_key(row.text) for row in read_corpus()}
    probes = [row.text for row in identity_sentences()]
    probes += [text for swap in swapped_sentences() for text in (swap.first, swap.second)]
    assert not {text_key(text) for text in probes} & trained

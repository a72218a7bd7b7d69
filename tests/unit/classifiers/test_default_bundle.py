"""What the shipped bundle does with plain cases: a measurement that must not get worse.

The sentences stand here alone; none of them trains.
"""

from __future__ import annotations

import pytest

from classifiers.bundle import DEFAULT_BUNDLE, load_scorer
from classifiers.labels import Label
from classifiers.scorer import ScoringInput

SCORER = load_scorer(DEFAULT_BUNDLE)

JABS = (
    "Oh wow, poor Boris will be sulking all week now that his chum in Budapest has a new bestie.",
    "Just goes to show how feeble Iran is when its only friend left is a bankrupt dictatorship.",
    "Vlad begging for shells from the poorest hermit kingdom going, some superpower that is.",
    "So the great dealmaker got played again by a man with a bad haircut. Brilliant stuff.",
    "Bless, Sleepy Joe finally found someone who moves slower than he does.",
    "Macron lecturing the world again while his own country burns, you could not make it up.",
    "China's glorious leadership so strong it is afraid of a cartoon bear.",
    "Imagine being so desperate that Belarus is your best mate. Mighty Russia indeed.",
    "The orange one will have a tantrum when he hears his pen pal is cheating on him.",
    "Typical Tories, ruin the place and then blame the folks who warned them.",
)
NEUTRAL = (
    "The two leaders are due to meet in Pyongyang next month, the agency said.",
    "Does anyone know when the sanctions on North Korea were first imposed?",
    "Parliament passed the budget by a margin of twelve votes on Tuesday evening.",
    "I think a carbon tax would work better if the money went back to households.",
    "Moscow and Pyongyang signed a treaty on mutual defence in June.",
    "What did the prime minister say about pensions in the interview?",
    "Our train to Edinburgh was late again, two hours this time.",
    "The foreign minister of Japan arrived in Seoul for talks on trade.",
    "I grew up near the border and we visited the museum there every summer.",
    "Turnout was 61 percent, slightly lower than four years ago.",
)


def is_flagged(text: str, label: Label) -> bool:
    scored = SCORER.score(ScoringInput(text))
    return scored.probabilities[label] >= SCORER.thresholds[label].value


def test_neutral_posts_pass() -> None:
    for label in (Label.ABUSIVE, Label.PARTISAN):
        assert not [text for text in NEUTRAL if is_flagged(text, label)]


def test_political_jabs_are_found_more_often_than_not() -> None:
    assert sum(is_flagged(text, Label.PARTISAN) for text in JABS) >= 5


@pytest.mark.parametrize(
    "text", ["You are a complete idiot.", "What a pathetic, stupid moron you are, shut up."]
)
def test_plain_insults_are_flagged_and_explained(text: str) -> None:
    assert is_flagged(text, Label.ABUSIVE)
    spans = SCORER.score(ScoringInput(text)).spans
    words = " ".join(text[span.start : span.end] for span in spans if span.label is Label.ABUSIVE)
    assert "idiot" in words or "moron" in words


@pytest.mark.parametrize(
    "text",
    [
        "The specialist from Nigeria moved to Scunthorpe.",
        "Thanks for the recipe, the soup was lovely!",
        "Kill the process and restart the server.",
    ],
)
def test_harmless_posts_are_not_flagged(text: str) -> None:
    assert not is_flagged(text, Label.ABUSIVE)
    assert not is_flagged(text, Label.PARTISAN)

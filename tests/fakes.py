"""Stand-ins for what is slow, random or far away. They keep the promises of the real ones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from classifiers.labels import Label
from classifiers.registry import Registry
from classifiers.scorer import Scored, Scorer, ScoringInput, Span, Threshold
from moderation.services.live_models import LiveModels, LoadedModels
from moderation.storage.sealing import GivenKeys

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning: when every test begins."""

KEYS = GivenKeys(("dGVzdHMgb25seTogb3BlbnMgdGhlIHNlY3JldHMgISE=",))
"""Opens the secrets in every database of the tests."""

RULE = "maximum recall at precision >= 0.9"


class FixedClock:
    """A clock that stands still until told otherwise."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


WORDS: Mapping[str, Mapping[Label, float]] = {
    "idiot": {Label.ABUSIVE: 0.97, Label.INSULT: 0.95},
    "moron": {Label.ABUSIVE: 0.93, Label.INSULT: 0.91},
    "damn": {Label.PROFANITY: 0.9},
    "strangle": {Label.ABUSIVE: 0.95, Label.THREAT: 0.94},
    "vermin": {Label.ABUSIVE: 0.96, Label.IDENTITY_ATTACK: 0.92},
    "sheeple": {Label.PARTISAN: 0.92},
    "warmongers": {Label.PARTISAN: 0.88},
}
"""What each word makes of a comment. Any other comment scores 0.02 for every label."""

_WORD = re.compile(r"\w+")


class FakeScorer:
    """Scores by the words of `WORDS`, with each such word as a span."""

    def __init__(
        self, model_version: str = "2026-01-01-0000000001", *, threshold: float = 0.5
    ) -> None:
        self.model_version = model_version
        self.thresholds: Mapping[Label, Threshold] = {
            label: Threshold(threshold, RULE) for label in Label
        }

    def score(self, comment: ScoringInput, *, with_spans: bool = True) -> Scored:
        probabilities = dict.fromkeys(Label, 0.02)
        spans = []
        for match in _WORD.finditer(comment.text):
            for label, probability in WORDS.get(match.group().casefold(), {}).items():
                probabilities[label] = max(probabilities[label], probability)
                spans.append(Span(match.start(), match.end(), label, 3.5))
        return Scored(probabilities, tuple(spans) if with_spans else (), self.model_version)

    def score_many(
        self, comments: Sequence[ScoringInput], *, with_spans: bool = False
    ) -> list[Scored]:
        return [self.score(comment, with_spans=with_spans) for comment in comments]


class BrokenScorer(FakeScorer):
    """Fails on every comment."""

    def score(self, comment: ScoringInput, *, with_spans: bool = True) -> Scored:
        del comment, with_spans
        raise RuntimeError("the model is broken")


class FakeModels(LiveModels):
    """Models in memory; a promotion is one assignment to ``current``."""

    def __init__(self, current: Scorer | None, shadow: Scorer | None = None) -> None:
        super().__init__(Registry(Path("no-models-folder")))
        self.current = current
        self.shadow = shadow

    def loaded(self) -> LoadedModels:
        return LoadedModels(self.current, self.shadow)

    def refresh(self) -> LoadedModels:
        return self.loaded()

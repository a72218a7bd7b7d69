"""The policy on one screen: the phases in the order in which they are asked.

A final finding ends the run. Otherwise findings add up: the strictest verdict wins and every
reason is kept.
"""

from __future__ import annotations

from collections.abc import Callable

from moderation.pipeline.evidence import Evidence, Finding
from moderation.pipeline.phases.audit_sample import audit_sample
from moderation.pipeline.phases.over_threshold import over_threshold
from moderation.pipeline.phases.repeat import repeat
from moderation.pipeline.phases.scorer_failed import scorer_failed
from moderation.pipeline.phases.trusted_author import trusted_author
from moderation.pipeline.phases.word_rule import word_rule

Phase = Callable[[Evidence], Finding | None]

PHASES: tuple[Phase, ...] = (
    trusted_author,  # people whom the forum trusts are published: nobody's time is spent on them
    repeat,  # the same text was judged before: the same answer, a person's judgement goes first
    word_rule,  # the forum's own words: deterministic, works when the model does not
    scorer_failed,  # nothing is published unscored
    over_threshold,  # the model's scores against the policy's thresholds
)

LAST: Phase = audit_sample  # a share of what nobody flagged: labels must not echo the model

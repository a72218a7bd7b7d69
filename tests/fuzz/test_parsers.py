"""The short form of ``make fuzz``: some inputs for each parser, found and shrunk by hypothesis."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.target import MOST_S
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", list(TARGETS))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_hostile_input_is_read_or_refused_by_name(name: str, random: Random) -> None:
    target = TARGETS[name]
    assert target.try_one(target.make(random)) <= MOST_S

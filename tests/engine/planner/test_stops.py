"""Stops of light as percents of exposure, and sentences that speak of other stops."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.planner.stops import in_percents


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("drop exposure 2/3 stop", "drop exposure 33.3%"),
        ("+1.5 EV", "+75% exposure"),
        ("-1 EV", "-50% exposure"),
        ("darken the sky by half a stop", "darken the sky by 25%"),
        ("brighten her by two stops", "brighten her by 100%"),
        ("raise exposure by one stop and a half", "raise exposure by 50% and a half"),
        ("raise exposure by 1 1/3 stops", "raise exposure by 66.7%"),
        ("bring the exposure down a third of a stop", "bring the exposure down 16.7%"),
        ("lift the foreground by one stop", "brighten the foreground by 50%"),
        ("lower the sky by a stop", "darken the sky by 50%"),
        ("lift it by one stop", "lift it by 50% exposure"),
    ],
)
def test_stops_are_percents_of_exposure(said: str, read: str) -> None:
    assert in_percents(said) == read


@pytest.mark.parametrize(
    "said",
    ["add a stop sign", "remove the bus stop", "light up a stop sign", "brighten it, then stop", "every dark bottle"],
)
def test_other_stops_stay(said: str) -> None:
    assert in_percents(said) == said


@given(st.text(alphabet="0123456789/.+- aehlfpotsvbyxn", max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_is_too_odd(text: str) -> None:
    assert isinstance(in_percents(f"exposure {text}"), str)

"""Words that rule a saying out before it is tried must never rule out one that is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from engine.operations import Context
from engine.planner import RulesPlanner, sayings
from engine.planner.clause_reading import READERS
from engine.planner.telling import NUMBER, telling_words, words_of
from engine.planner.vocabulary import load
from tests.engine.planner.reading import PLANNER
from tests.engine.planner.test_sentences import SENTENCES


def _nothing(reader: str, vocabulary: object) -> Mapping[str, frozenset[str]]:
    return {}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[RulesPlanner]:
    """A planner that tries every saying, whatever is in its slots."""
    monkeypatch.setattr(sayings, "telling_words", _nothing)
    sayings.sayings.cache_clear()
    yield RulesPlanner()
    sayings.sayings.cache_clear()


def test_every_sentence_is_read_as_if_all_sayings_were_tried(patient: RulesPlanner):
    for said, _ in SENTENCES:
        assert patient.plan(said, Context()) == PLANNER.plan(said, Context()), said


def test_words_are_told_in_their_parts_and_numbers_as_such():
    assert words_of("a warm-toned picture") >= {"warm-toned", "warm", "toned", "picture"}
    assert NUMBER in words_of("make it 20% brighter")
    assert NUMBER not in words_of("make it brighter")


def test_the_data_tells_slots_of_readers_that_there_are():
    vocabulary = load()
    slots = vocabulary.tables["sayings"]["slots"]
    assert set(slots) <= set(READERS)
    written = {entry["reader"]: " ".join(entry["patterns"]) for entry in vocabulary.tables["sayings"]["say"]}
    for reader, names in slots.items():
        words = telling_words(reader, vocabulary)
        assert all(words[slot] for slot in names)
        assert any(f"{{{slot}}}" in written[reader] for slot in names), reader

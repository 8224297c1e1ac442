"""Verbs and their particles, put side by side: "clone the wires out", "edit the car out of the drive", "hood up"."""

from __future__ import annotations

from engine.expressions import regex
from engine.planner.normalise import low
from engine.planner.vocabulary import Vocabulary

_PARTED = regex(r"^(\w+) ([^,]{2,60}) (out|away|off|up)$")
"""A verb and its particle with the thing between them."""
_THERE = r"(?:the|this|that|these|those|my|his|her|its|their|our|all|any|both) "
_TAKEN_OUT = regex(rf"^(\w+) ({_THERE}[^,]{{2,60}}? out of (?!focus\b|sight\b|shape\b)[^,]+)$")
"""The same with what it is taken from."""
_PUT_SO = regex(rf"put (?:(?P<first>out|up|down) (?P<thing>{_THERE}.+)|(?P<held>{_THERE}.+?) (?P<last>out|up|down))")
_LAID = regex(
    r"(?:(?:put|set|pop|place|plonk) (?:up|down|out|on)|lay (?:down|out)|roll (?:in|out)|"
    r"(?:blow|wheel|float|drift|waft) in) (?=(?:an?|some|several|two|three|four|more|another) )"
)
_LAID_LAST = regex(
    r"(?:put|set|pop|place|lay) ((?:an?|some|several|two|three|another) [^,]{2,40}?) (?:down|out|up) "
    r"(?=(?:on|in|next|by|beside|near|at|under|behind|between|along) )"
)
"""What goes before something new and says nothing of where."""
_SO_PUT = {"out": "extinguish", "up": "raise", "down": "lower"}
_LAYING = ("put ", "set ", "pop ", "place ", "plonk ", "lay ", "roll ", "blow ", "wheel ", "float ", "drift ", "waft ")
_SITE = regex(r" (?:on|in|of|at|over|under|behind|by|near) ")
_PARTICLES = (" out", " away", " off", " up")
_VERB_LAST = regex(r"^(.{2,80}?) , (\w+)$")
_TAKING = frozenset(["remove", "blur", "pixelate", "extract"])


def rejoined(text: str, vocabulary: Vocabulary) -> str | None:
    """ "Clone the wires out" -> "clone out the wires"; "the crane far left, remove" -> "remove the crane far left"."""
    small = low(text)
    if small.startswith(_LAYING) and ((put := _put(text, vocabulary)) or small.startswith("put ")):
        return put
    if " out of " in small and (taken := _taken_out(text, vocabulary)):
        return taken
    if not small.endswith(_PARTICLES) and " , " not in small:
        return None
    if (parted := _PARTED.match(small)) and f"{parted[1]} {parted[3]}" in vocabulary.base_forms:
        return f"{parted[1]} {parted[3]} {text[parted.start(2) : parted.end(2)]}"
    last = _VERB_LAST.match(small)
    if last and not _TAKING.isdisjoint(vocabulary.openings.get(last[2], ())):
        return f"{last[2]} {text[: last.end(1)]}"
    return None


def _taken_out(text: str, vocabulary: Vocabulary) -> str | None:
    """ "Edit the car out of the drive" -> "edit out the car out of the drive", where only the particle removes."""
    taken = _TAKEN_OUT.match(low(text))
    if taken is None or "remove" in vocabulary.openings.get(taken[1], ()):
        return None
    removes = vocabulary.openings.get(f"{taken[1]} out", ())
    return f"{taken[1]} out {text[taken.start(2) :]}" if "remove" in removes and "extract" not in removes else None


def _put(text: str, vocabulary: Vocabulary) -> str | None:
    """ "Put out the fire" -> "extinguish the fire"; "put up a poster" -> "put a poster"; None of other orders."""
    small = low(text)
    if laid := _LAID.match(small):
        return f"put {text[laid.end() :]}"
    if laid := _LAID_LAST.match(small):
        return f"put {text[laid.start(1) : laid.end(1)]} {text[laid.end() :]}"
    put = _PUT_SO.fullmatch(small)
    name = "thing" if put and put["thing"] else "held"
    if put is None or vocabulary["hints.put_so"].trailing(_SITE.split(put[name])[0]) is None:
        return None
    return f"{_SO_PUT[put['first'] or put['last']]} {text[put.start(name) : put.end(name)]}"

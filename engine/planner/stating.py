"""Reading verbs that say the state themselves: "open the window", "enlarge the moon", "melt the clock"."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import (
    Alter,
    Recolor,
)
from engine.planner.changes import subject_of
from engine.planner.inflection import participle
from engine.planner.looks import scene_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, definite
from engine.planner.vocabulary import expression

_TIMES = {
    "double": "twice as large",
    "triple": "three times as large",
    "quadruple": "four times as large",
    "halve": "half as large",
}
_OF_SIZE = regex(r" of | (?:size|height)$")
_SCALE = {"enlarge": "larger", "diminish": "smaller", "increase": "larger", "decrease": "smaller"}
_OUT = regex(r"(?i)^(?:out|up) (?=(?:the|his|her|my|their|its|that|this|all) )")
"""A particle of the verb that its object followed: "straighten out the fence"."""
_MEASURE = expression("measure_of_change")
_PARTICLE = regex(r"(?<=\S) (?:over|up|off|down)$")
_EXTENT = regex(
    r"(?<=\w) (?:(?:wide|halfway|fully|slightly|tightly|partially|gently|subtly|lightly|noticeably|significantly"
    r"|all the way)$|(?:towards?|away from|in the direction of|(?:down|up) to) .+$)"
    r"|(?<=\w) to (?:the|his|her|its|their) (?:ankles?|knees?|waist|hips?|shoulders?|elbows?|floor|ground|chin)\b.*$"
    r"|(?<!'s)(?<!his)(?<!her)(?<!the)(?<!its)(?<!my)(?<!their) "
    r"(?:back|backwards?|forwards?|sideways|skywards?|to one side)(?: .+)?$"
)
"""How far a state goes, behind the thing: "open the mouth wide"."""
_MORE = regex(r"(?i)(?<=\w)(?: (?:a bit|a little|a lot|some|even|much))? (?:more|further|less)$")
_CANVAS = regex(r"(?i)(?:the )?(?:image|picture|photo|canvas)\b")
_VAGUE = ("enhance", "improve", "focus", "correct", "fix", "refine", "retouch", "fill")


def read_enlarge(reading: Reading) -> Operations | None:
    """Another size of a thing; the picture's own size is the frame's business."""
    text = _MEASURE.sub("", reading["target"])
    of_size = _OF_SIZE.search(low(reading.clause)) is not None and reading.does("decrease")
    if not text or (reading.verb == "reduce" and not of_size) or _CANVAS.match(text):
        return None
    if reading.is_whole(text) or reading.is_clear_background(text):
        return None
    if subject_of(reading, text).attribute in ("colour", "style", "scene"):
        return None
    match = expression("bigger").search(low(reading.clause))
    prompt = _TIMES.get(low(reading.clause).split(" ")[0])
    prompt = prompt or next((prompt for name, prompt in _SCALE.items() if reading.does(name)), match and match.group())
    measured = _MEASURE.search(reading["target"])
    if prompt and measured and (told := measured["to"] or measured["until"]):
        prompt = f"{prompt}, {told}"
    return [Alter(target=target, prompt=prompt) for target in reading.targets(text)] if prompt else None


def read_state(reading: Reading) -> Operations | None:
    """Verbs that say the state themselves: "open the window", "whiten the teeth"."""
    text = reading["target"]
    if not text or reading.is_whole(text):
        return None
    verb = low(reading.clause)[: len(reading.clause) - len(text)].strip()
    if verb == "tone" and low(text).endswith(" down"):
        return None
    text = _OUT.sub("", text)
    until = measured["until"] if (measured := _MEASURE.search(text)) else None
    text = expression("for_look").sub("", _PARTICLE.sub("", _MEASURE.sub("", text)))
    text = _MORE.sub("", text)
    text, extent = (text[: far.start()], far.group()) if (far := _EXTENT.search(text)) else (text, "")
    bare = " " in text and not definite(text, reading.vocabulary)
    if (bare and verb in reading.vocabulary["hints.nouns_too"]) or (verb in _VAGUE and scene_in(reading, text)):
        return None
    if verb == "whiten" and re.search(r"teeth|tooth", low(text)):
        return [Recolor(target=target, colour="white") for target in reading.targets(text)]
    prompt = reading.vocabulary.tables["words"]["state_verbs"].get(verb, verb)
    prompt = f"{prompt} {until}" if until else f"{prompt}{extent}"
    return [Alter(target=target, prompt=reading.spoken(prompt)) for target in reading.targets(text)]


def read_transformed(reading: Reading) -> Operations | None:
    """ "Bury the town under snow", "calm the sea until it is smooth": the verb is what becomes of the thing."""
    target, how = reading["target"], reading["how"]
    if how and reading.is_whole(target) and not reading.is_pronoun(target):
        return [
            Alter(prompt=reading.spoken(f"{participle(reading.verb)} {reading.clause.partition(target)[2].strip()}"))
        ]
    if not (definite(target, reading.vocabulary) or reading.is_pronoun(target)):
        return None
    done = reading.vocabulary.tables["words"]["participles"].get(reading.verb) or participle(reading.verb)
    behind = reading.clause.partition(target)[2].strip() if how else ""
    prompt = f"{done} {reading.spoken(behind)}".strip()
    if reading.is_whole(target) or reading.is_background(target):
        return [Alter(prompt=prompt)]
    return [Alter(target=one, prompt=prompt) for one in reading.targets(target)]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"enlarge": read_enlarge, "state": read_state, "transformed": read_transformed}

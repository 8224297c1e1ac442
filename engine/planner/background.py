"""Reading changes of what is behind the subject: removed, blurred, coloured, replaced."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import (
    Add,
    Background,
)
from engine.planner.amounts import take_degree
from engine.planner.colours import colour_in
from engine.planner.looks import look_of_thing
from engine.planner.normalise import low
from engine.planner.reading import PERSONS, Operations, Reading, definite, without_article
from engine.planner.tone import tones_of
from engine.planner.vocabulary import expression

_NEW = ("a ", "an ", "some ", "another ", "two ", "three ", "several ", "more ")
_PLAIN = regex(
    r"(?i)^(?:(?:solid|plain|flat|pure|an?|be|clean|simple|just|uniform|even|smooth|crisp|neutral|seamless|uncluttered|"
    r"evenly|lit|,) )*"
)
"""What says of a colour behind the subject that it is nothing but that."""
_PART_OF_PLACE = regex(
    r"^(?:the |a )?(?:surface|deck|rooftop|terrace|balcony|middle|heart|edge|top|bottom|summit|interior|shores?|"
    r"banks?|streets|ruins|outskirts) of "
    r"(?:the |an? )?"
)
_SHEET = regex(r"(?i)(?<=\w) (?:studio )?(?:sweep|seamless|paper|backing|cyc|cyclorama|backdrop|background)$")
"""What a colour hangs on behind a product."""
_WHOLLY = regex(r"(?:fully|completely|entirely|totally|wholly|perfectly|purely) ")
_MORE_THAN_BACKDROP = regex(r" (?:in|of|on|with|to|from|behind|at|should|have|has|against) ")
"""Words of a sentence that ends in "background", and of no backdrop's description."""
_NAMED_BACKDROP = regex(r"^an? (?=transparent|see-through)| (?:background|backdrop|layer|canvas)$")
_USED_FOR = regex(r"(?i) (?:(?:suitable|appropriate|ideal|perfect|fit|ready|as required|used) )?for .+$")
_SENDING = frozenset(["transport", "teleport", "beam", "whisk"])
"""Verbs that bring somebody to a place, whatever it is called."""
_BEHIND = regex(
    r"^(?:everything|anything|what's|whatever's|whatever is|all|what is)"
    r"(?: that's| that is| going on| happening)? behind "
)


def _backdrop(reading: Reading) -> bool:
    return reading.is_clear_background(reading["backdrop"])


def read_background_remove(reading: Reading) -> Operations | None:
    """A cutout of the subject."""
    if reading["whole"]:
        return (
            [Background(action="remove")]
            if reading.is_whole(reading["whole"]) or reading.is_pronoun(reading["whole"])
            else None
        )
    if reading["thing"]:
        return [Background(action="remove")] if reading.is_whole(reading["thing"]) else None
    if reading["backdrop"] and not (_backdrop(reading) or _BEHIND.match(low(reading["backdrop"]))):
        return None
    return [Background(action="remove")]


def read_background_blur(reading: Reading) -> Operations | None:
    """Only what is behind the subject goes soft."""
    if reading["backdrop"] and not _backdrop(reading):
        return None
    return [Background(action="blur")]


def read_background_change(reading: Reading) -> Operations | None:
    """A new background: a colour where one is named, else whatever the prompt describes."""
    backdrop, prompt = reading["backdrop"], reading["prompt"].removeprefix("= ").removeprefix(": ")
    ordered = reading.verb in reading.vocabulary.base_forms
    if low(prompt).endswith(" be"):
        return None
    if low(prompt).split(" ")[0] in reading.vocabulary["hints.linking"] and not ordered:
        return None
    if without_article(low(prompt)) in reading.vocabulary["hints.positions"]:
        return None
    if reading["anything"] and low(reading["anything"]).startswith(_NEW) and not is_scenery(reading, prompt):
        return None
    if (backdrop and not _backdrop(reading)) or not prompt:
        return None
    if reading.is_pictured(backdrop) and look_of_thing(reading, prompt):
        return None
    somebody = reading.clause.split(" ")[1:2] in (["me"], ["us"], ["him"], ["her"], ["them"])
    laid = reading.verb in ("set", "lay", "rest", "drop") and not somebody
    if laid and colour_in(prompt, reading.vocabulary) is None:
        return None
    if reading.verb == "put" and low(prompt).split(" ")[-1] in reading.vocabulary["hints.garments"]:
        return None
    headed = reading.vocabulary["words.background"].trailing(low(reading.clause))
    core = expression("backdrop_lead").sub("", prompt) or prompt
    if headed and low(core).split(" ")[0] in reading.vocabulary.base_forms:
        return None
    if not backdrop and headed and (colour := _coloured(prompt, headed, reading)):
        return [Background(action="colour", colour=colour)]
    if not backdrop and headed and _MORE_THAN_BACKDROP.search(f" {low(prompt)} "):
        return None
    return background_becomes(reading, prompt)


def _coloured(prompt: str, headed: str, reading: Reading) -> str | None:
    """The colour of "a plain white background"."""
    words = low(prompt).removesuffix(headed).strip()
    plain = re.sub(r"^(?:an? |the |solid |plain |flat |pure |clean |simple |bright )*", "", words)
    return colour_in(plain, reading.vocabulary) if plain and plain != low(prompt) else None


def background_becomes(reading: Reading, prompt: str) -> Operations | None:
    """What happens to the background when it turns into `prompt`."""

    small = low(take_degree(re.sub(r"(?i)^(?:bit|little|lot|touch) ", "", prompt), reading.vocabulary)[0])
    if (
        "out of focus" in small
        or "dreamy" in small
        or small in ("blurry", "blurred", "out of focus", "softer", "bokeh", "blurrier")
        or ("bokeh" in small and len(small.split()) < 4)
    ):
        return [Background(action="blur")]
    clear = _NAMED_BACKDROP.sub("", _WHOLLY.sub("", small))
    if clear in ("transparent", "transparency", "nothing", "invisible", "none"):
        return [Background(action="remove")]
    plain = _PLAIN.sub("", prompt) or prompt
    if colour := colour_in(plain, reading.vocabulary) or colour_in(_USED_FOR.sub("", plain), reading.vocabulary):
        return [Background(action="colour", colour=colour)]
    tones = tones_of(prompt)
    if tones or small.startswith(("more ", "less ")) or _is_lookless(small):
        return None
    prompt = expression("backdrop_lead").sub("", prompt)
    return [Background(action="replace", prompt=reading.spoken(prompt))] if prompt else None


def read_behind(reading: Reading) -> Operations | None:
    """ "Pure white behind the blender", "a galaxy behind the astronaut": a colour or a view is all that is there."""
    prompt, somebody = reading["prompt"], reading["thing"]
    there = definite(somebody, reading.vocabulary) or low(somebody) in PERSONS
    if " , put " in prompt or not there or (definite(prompt, reading.vocabulary) and not reading["who"]):
        return None
    if reading["who"]:
        return _seen_behind(reading, prompt)
    plain = _SHEET.sub("", _PLAIN.sub("", prompt))
    thing = low(prompt).startswith(_NEW) and low(plain) in reading.vocabulary["colours.things"]
    if colour := colour_in(plain, reading.vocabulary) if plain and not thing else None:
        return [Background(action="colour", colour=colour)]
    head = expression("scenery_tail").sub("", low(prompt)).rstrip(" ,")
    vista = reading.verb not in ("add", "hang", "drop") and reading.vocabulary["scenes.vistas"].trailing(head)
    return [Background(action="replace", prompt=reading.spoken(without_article(prompt)))] if vista else None


def _seen_behind(reading: Reading, prompt: str) -> Operations:
    """ "Have her playing tennis with Times Square behind her": a place is all that is there, a thing is added."""
    named = prompt[:1].isupper() or reading.vocabulary["scenes.vistas"].trailing(low(prompt)) is not None
    if named or is_scenery(reading, prompt):
        return [Background(action="replace", prompt=reading.spoken(without_article(prompt)))]
    return [Add(prompt=reading.spoken(prompt), place=f"behind {reading.spoken(reading['thing'])}")]


def read_setting(reading: Reading) -> Operations | None:
    """ "Put the woman on a beach": the subject stays and the scene around it is another."""
    subject, prompt = reading["subject"], reading["prompt"]
    known = definite(subject, reading.vocabulary) or reading.is_pronoun(subject)
    plain = _PLAIN.sub("", prompt)
    if known and not reading.verb and plain != prompt and colour_in(plain, reading.vocabulary):
        return background_becomes(reading, prompt)
    new = not definite(prompt, reading.vocabulary)
    if known and new and reading.vocabulary["words.background"].trailing(low(prompt)):
        return background_becomes(reading, without_article(prompt))
    far = new and reading.verb in _SENDING and not reading.is_whole(subject)
    if not known or reading.is_clear_background(subject) or not (far or is_scenery(reading, prompt)):
        return None
    if reading.verb in ("make", "have") and low(subject).split(" ")[-1] in reading.vocabulary["states.verbs"]:
        return None
    if definite(prompt, reading.vocabulary) and not expression("scenery_known").match(low(prompt)):
        return None
    return [Background(action="replace", prompt=reading.spoken(prompt))]


def is_scenery(reading: Reading, text: str) -> bool:
    """Whether the words name a place to be in rather than a thing: "a snowy forest", "outer space"."""
    head = expression("scenery_tail").sub("", _PART_OF_PLACE.sub("", low(text).strip(" ,"))).rstrip(" ,")
    return reading.vocabulary["scenes.places"].trailing(head) is not None


def is_place_behind(reading: Reading, text: str) -> bool:
    """Whether the words name the surroundings behind somebody or something: "the messy office behind her"."""
    place, behind, whom = low(text).partition(" behind ")
    there = whom in ("him", "her", "me", "us", "them", "it") or definite(whom, reading.vocabulary)
    return bool(behind) and there and reading.vocabulary["scenes.behind"].trailing(place) is not None


def _is_lookless(small: str) -> bool:
    return small in ("better", "nicer", "different", "good", "nice", "beautiful", "cool", "great", "interesting")


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "background_remove": read_background_remove,
        "background_blur": read_background_blur,
        "background_change": read_background_change,
        "behind": read_behind,
        "setting": read_setting,
    }

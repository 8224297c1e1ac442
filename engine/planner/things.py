"""Reading changes of the things in a picture: replaced, recoloured, reshaped, in another state."""

from __future__ import annotations

import re
from typing import Any

from engine.operations import (
    Add,
    Alter,
    Background,
    Recolor,
    Remove,
    Replace,
    Style,
    Target,
)
from engine.planner.additions import added
from engine.planner.changes import becomes, subject_of
from engine.planner.colours import colour_in, coloured_list, trailing_colour
from engine.planner.cuts import clause_becomes
from engine.planner.looks import scene_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, decapitalised, definite, without_article
from engine.planner.states import is_state
from engine.planner.vocabulary import expression

_SCALE = {"enlarge": "larger", "diminish": "smaller"}


_STATES = {
    "open": "open",
    "close": "closed",
    "shut": "closed",
    "turn on": "turned on",
    "switch on": "turned on",
    "turn off": "turned off",
    "switch off": "turned off",
    "thicken": "thicker",
    "thin": "thinner",
    "slim": "slimmer",
    "lengthen": "longer",
    "shorten": "shorter",
    "smooth": "smooth",
    "smooth out": "smooth",
    "clean": "clean",
    "raise": "raised",
    "lift": "lifted",
    "lower": "lowered",
    "straighten": "straight",
    "fix": "in good condition",
    "bold": "bold",
    "underline": "underlined",
    "light": "lit",
    "age": "older",
}


def read_replace(reading: Reading) -> Operations | None:
    """One thing for another; where only its colour differs it is recoloured."""
    target, prompt = reading["target"], reading["prompt"]
    if not target or not prompt:
        return None
    subject = subject_of(reading, target)
    if subject.attribute or reading.is_clear_background(target):
        return becomes(reading, target, prompt, swap=True)
    if reading.is_whole(target) and not reading.is_pronoun(target):
        return None
    same = becomes(reading, target, prompt, swap=True)
    if (
        same
        and isinstance(same[0], Recolor)
        and without_article(low(prompt)) not in reading.vocabulary["colours.things"]
    ):
        return same
    if low(prompt) in ("nothing", "the background", "what's behind it", "background"):
        return [Remove(target=reading.target(target))]
    return [Replace(target=reading.target(target), prompt=reading.spoken(prompt))]


def read_replace_place(reading: Reading) -> Operations | None:
    """ "Put a cat where the dog is", "instead of the dog, a cat"."""
    target = reading.target(re.sub(r"(?i) (?:is|was|used to be)$", "", reading["target"]))
    if not target.phrase and not target.previous:
        return None
    prompt = expression("instead_prompt").sub("", reading["prompt"])
    return [Replace(target=target, prompt=reading.spoken(prompt))]


def read_recolor(reading: Reading) -> Operations | None:
    """The colour of things; of lettering and backgrounds too."""
    text, said = reading["target"], reading["colour"]
    if reading["phrase"] and len(each := coloured_list(reading["phrase"], reading.vocabulary)) > 1:
        return [Recolor(target=reading.target(one.thing), colour=one.colour) for one in each]
    if reading["phrase"]:
        parted = trailing_colour(reading["phrase"], reading.vocabulary)
        text, said = (
            (
                re.sub(
                    r"(?i)(?: (?:be|look|to be|become|turn|into|to|a|an|in|have|go|,|more|were|was))+$",
                    "",
                    parted.thing,
                ),
                parted.colour,
            )
            if parted
            else ("", "")
        )
    colour = colour_in(said, reading.vocabulary) if said else None
    if not colour or not text or low(text).split(" ")[0] in ("there", "what", "who", "how", "if", "why", "let"):
        return None
    if low(colour) in reading.vocabulary["looks.drains"]:
        return [Style(prompt=colour, target=reading.scoped(text))]
    if not reading.verb and (
        colour_in(text, reading.vocabulary)
        or low(text) in ("a", "an", "the", "more", "less", "some", "make", "it", "one")
        or not _said_as_wish(reading, text)
    ):
        return None
    if reading.verb in ("color", "colour", "paint", "fill", "tint", "stain") and reading["colour"].startswith("of "):
        return None
    if not _plausible(reading, text, colour):
        return None
    if reading.is_clear_background(text):
        return [Background(action="colour", colour=colour)]
    subject = subject_of(reading, text)
    owner = subject.owner if subject.attribute == "colour" and subject.owner else text
    if reading.is_clear_background(owner):
        return [Background(action="colour", colour=colour)]
    if reading.is_whole(owner):
        return becomes(reading, owner, colour, swap=False)
    return [Recolor(target=target, colour=reading.spoken(colour)) for target in reading.targets(owner)]


def _said_as_wish(reading: Reading, text: str) -> bool:
    """ "car blue" is a wish; "blue car" alone and "a red and" are not, nor are whole sentences about something else."""
    if reading["colour"] and reading.clause.startswith(reading["colour"]):
        return bool(re.search(r" (?:shall|should|must|will|is|adorn|cover|please|instead)\b", low(reading.clause)))
    words = low(text).split(" ")
    return (
        len(words) <= 8
        and words[-1] not in ("and", "or", "a", "an", "the", "is", "with", "of", "dark", "light", "very", "to")
        and not any(word in ("florble",) for word in words)
    )


def _plausible(reading: Reading, text: str, colour: str) -> bool:
    """Whether the words before the colour can be a thing: "add a dog" and "brown" cannot."""
    first = low(text).split(" ")[0]
    known = reading.vocabulary.openings.get(first, ())
    if {"add", "apply", "put"} & set(reading.vocabulary.openings.get(reading.verb, ())):
        return bool(re.search(r"\b(?:colou?r|hue|shade|tint|tone)", low(reading.clause)))
    if reading.verb or first in reading.vocabulary["words.determiner"]:
        return (
            low(colour) not in reading.vocabulary["colours.things"]
            or not low(reading["colour"]).startswith(("a ", "an "))
            or bool(re.search(r"colou?r|hue|shade|tint|tone", low(reading["colour"])))
        )
    return not set(known) & {"remove", "replace", "add", "put", "change", "make", "write", "give", "generate"}


def read_paint(reading: Reading) -> Operations | None:
    """Painted with something that is no colour: a pattern, autumn colours."""
    text = reading["target"]
    if not definite(text, reading.vocabulary) or reading.is_whole(text):
        return None
    return [Alter(target=target, prompt=reading.spoken(reading["prompt"])) for target in reading.targets(text)]


def read_change(reading: Reading) -> Operations | None:
    """ "Change X to Y", whatever X and Y are."""
    target, result = reading["target"], reading["result"]
    if reading.verb in ("set", "adjust", "shift", "bring", "swap", "vary", "update", "keep") and not result:
        return None
    if reading.verb == "turn" and low(target).startswith(("on ", "off ")):
        return None
    if reading["old"]:
        subject = subject_of(reading, target)
        return becomes(reading, target, result, swap=not subject.attribute)
    if (
        re.search(r" (?:into|to) ", f" {reading.clause} ") is None
        and reading.verb in ("edit", "process", "bring", "set", "shift", "correct", "render", "adjust", "update")
        and clause_becomes(reading, f"{target} {result}") is None
    ):
        return None
    joint = re.search(rf"{re.escape(target)} (into|to|for|with|as|in|by) ", reading.clause)
    if joint is None:
        return clause_becomes(reading, f"{target} {result}", strict=True)
    return becomes(
        reading,
        target,
        result,
        swap=(
            joint.group(1) in ("into", "to", "for", "with", "as")
            and not low(result).startswith(("be ", "have ", "look "))
        )
        or low(result).startswith(("be a ", "be an ", "become a ")),
    )


def read_make(reading: Reading) -> Operations | None:
    """ "Make X Y", "let X Y", "what if X were Y", "X should be Y"."""
    clause, subject = reading["clause"], reading["subject"]
    if low(clause).startswith(("sure ", "sense", "up ", "out ", "do ", "that happen")):
        return None
    if subject:
        if (subject and low(subject) in ("there", "i", "you", "we", "this", "what", "how")) or low(clause).startswith(
            ("too ", "not ", "so ")
        ):
            return None
        if low(subject).startswith(("a ", "an ", "some ", "two ")):
            return [
                added(
                    reading,
                    f"{subject} {re.sub(r'(?i)^(?:also |to )*(?:be )?(?:visible|present|there|added|shown)?', '', clause)}".strip(),
                )
            ]
        if low(clause).startswith("have ") and (having := _having(reading, f"{subject} {clause}")):
            return having
        return becomes(
            reading,
            subject,
            clause,
            swap=low(clause).startswith(("be a ", "be an ", "a ", "an ", "become a ", "turn into ")),
        )
    if low(reading.clause).startswith(("it should be", "imagine", "i want", "i need", "i would", "i 'd")):
        return (
            becomes(reading, "it", clause, swap=True)
            if low(reading.clause).startswith("it should")
            else clause_becomes(reading, clause, strict=True)
        )
    clause = re.sub(r"(?i)^(?:if )?", "", clause)
    if having := _having(reading, clause):
        return having
    if reading.verb in ("let", "have", "") and low(clause).startswith(
        ("a ", "an ", "some ", "two ", "three ", "several ")
    ):
        return [added(reading, re.sub(r"(?i) (?:to )?be (?=\S)", " ", clause, count=1))]
    return clause_becomes(reading, clause, strict=reading.verb not in ("make", "let", "have", "get"))


def _having(reading: Reading, clause: str) -> Operations | None:
    """ "the woman have red hair": a colour of a part; "the man have a hat": something new."""
    match = re.match(r"(.{1,120}?) (?:to have|have|had|has|having|with) (.+)$", clause, re.IGNORECASE)
    if not match:
        return None
    owner, thing = match.groups()
    words = without_article(thing).split(" ")
    for size in range(min(4, len(words) - 1), 0, -1):
        colour = colour_in(" ".join(words[:size]), reading.vocabulary)
        if colour and not low(thing).startswith(("a ", "an ")) and len(words) - size <= 2:
            part = reading.target(owner)
            return [
                Recolor(
                    target=Target(
                        phrase=" ".join(words[size:]), part_of=part.phrase, position=part.position, previous=False
                    ),
                    colour=colour,
                )
            ]
    if (
        low(thing).startswith(("a ", "an ", "some ", "two "))
        and not re.search(r"\b(?:face|look|smile|expression|mouth|pose)\b", low(thing))
        and not is_state(reading, thing, without_article(thing))
    ):
        return [
            Add(
                prompt=reading.spoken(thing),
                place=None if reading.is_whole(owner) else f"on {decapitalised(reading.spoken(owner))}",
            )
        ]
    return None


def read_enlarge(reading: Reading) -> Operations | None:
    """Another size of a thing; the picture's own size is the frame's business."""
    text = re.sub(r"(?i) (?:slightly|a bit|a little|to make .*|as a whole|by .*)$", "", reading["target"])
    if not text or (reading.is_whole(text) and not reading.last_target):
        return None
    if re.match(r"(?i)(?:the )?(?:image|picture|photo|it|canvas)\b", text):
        return None
    classes = reading.vocabulary.openings.get(reading.verb, ())
    prompt = next((prompt for name, prompt in _SCALE.items() if name in classes), None)
    if prompt is None:
        match = expression("bigger").search(low(reading.clause))
        prompt = match.group() if match else None
    if prompt is None or reading.verb == "reduce":
        return None
    if reading.is_clear_background(text) or subject_of(reading, text).attribute in ("colour", "style", "scene"):
        return None
    return [Alter(target=target, prompt=prompt) for target in reading.targets(text)]


def read_state(reading: Reading) -> Operations | None:
    """Verbs that say the state themselves: "open the window", "whiten the teeth"."""
    text = reading["target"]
    if not text or (reading.is_whole(text) and not reading.last_target):
        return None
    verb = low(reading.clause)[: len(reading.clause) - len(text)].strip()
    if (
        not definite(text, reading.vocabulary)
        and " " in text
        and verb
        in (
            "light",
            "age",
            "thin",
            "cut",
            "cast",
            "fold",
            "cover",
            "fill",
            "shape",
            "pose",
            "tone",
            "focus",
            "hold",
            "wear",
            "burn",
            "wrap",
        )
    ):
        return None
    if verb in ("whiten",):
        return (
            [Recolor(target=target, colour="white") for target in reading.targets(text)]
            if re.search(r"teeth|tooth", low(text))
            else [Alter(target=reading.target(text), prompt="whiter")]
        )
    if verb in ("enhance", "improve", "focus", "correct", "fix", "refine", "retouch", "fill") and scene_in(
        reading, text
    ):
        return None
    return [Alter(target=target, prompt=_STATES.get(verb, verb)) for target in reading.targets(text)]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "replace": read_replace,
        "replace_place": read_replace_place,
        "recolor": read_recolor,
        "paint": read_paint,
        "change": read_change,
        "make": read_make,
        "enlarge": read_enlarge,
        "state": read_state,
    }

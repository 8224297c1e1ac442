"""Reading changes of the things in a picture: removed, replaced, added, recoloured, moved, counted, cut out."""

from __future__ import annotations

import re
from typing import Any

from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Duplicate,
    Extract,
    Generate,
    Move,
    Recolor,
    Remove,
    Replace,
    Style,
    Target,
    Text,
)
from engine.planner.amounts import number
from engine.planner.changes import becomes, clause_becomes, is_state, subject_of
from engine.planner.colours import colour_in, coloured_list, trailing_colour
from engine.planner.lettering import removed as lettering_removed
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, decapitalised, definite, without_article
from engine.planner.scenery import defects_of, scene_in
from engine.planner.targets import NUMBERS
from engine.planner.tone import tones_of

_PLACE = re.compile(
    r"(?:^| )(?:, )?((?:(?:directly |right |just )?(?:on top of|on|onto|in front of|in between|inside|into|in|next to|beside|behind|under(?:neath)?|beneath|above|below|over|near|between|among(?:st)?|amid(?:st)?|"
    r"around|at|along|across|by|against|to the (?:left|right|top|bottom|side|front|back|rear|foreground|background|upper|lower|far|middle|center|centre)(?: side)?(?: of)?|to|left of|right of|within|atop|throughout|outside|beyond|from|off)) .+)$"
)
_WHOLE_PLACE = re.compile(
    r"^(?:to|in|into|within|on|onto) (?:the |this |that |my )?(?:whole |entire )?(?:image|photo|picture|photograph|scene|shot|pic)(?:'s composition)?$"
)
_SOFT = ("drop", "cut", "lose", "strip", "hide", "clear", "clean", "wipe", "take", "kill", "clean up", "clear up")
_SCALE = {"enlarge": "larger", "diminish": "smaller"}


def read_remove(reading: Reading) -> Operations | None:
    """Things, lettering, defects or the background taken away."""
    text, where = reading["target"], reading["where"]
    if not text or low(text) in ("one", "anything", "nothing"):
        return None
    if reading.is_background(text):
        return [Background(action="remove")]
    if (
        re.search(r"\b(?:color|colour|colors|colours)\b$", low(text))
        and " " not in without_article(text).strip()
        or low(text) in ("all color", "all colour", "all the color", "all the colors", "all colors")
    ):
        return [Style(prompt="black and white", target=reading.scoped(where) if where else None)]
    if (
        match := re.match(
            r"(?i)^(?:everything|all)(?: else)?(?: (?:except|but|apart from|other than|besides)(?: for)?| around) (.+)$",
            text,
        )
    ) is not None:
        return [Extract(target=reading.target(match.group(1)))]
    if (
        reading.verb == "clean"
        and not where
        and " off " not in text
        and defects_of(reading, text) is None
        and not re.search(r"\b(?:stain|dirt|dust|food|mess|clutter|litter|trash|snow|spot|crumb|mud)", low(text))
    ):
        return [Alter(target=reading.target(text), prompt="clean")]
    tones = tones_of(text)
    if tones and all(
        one.property in ("vignette", "fade", "saturation", "vibrance", "contrast", "warmth", "tint") for one in tones
    ):
        return [Adjust(property=one.property, amount=-100) for one in tones]
    operations: list[Any] = []
    for part in _listed(reading, text):
        words = lettering_removed(reading, part)
        if words:
            operations.append(words)
            continue
        defect = defects_of(reading, part)
        if defect and not where:
            from engine.operations import Restore

            operations += [Restore(defect=one) for one in defect]
            continue
        target = reading.target(part)
        if target.phrase is None and not target.previous and target.relation is None:
            return None
        operations.append(Remove(target=_located(reading, target, where)))
    return operations or None


def _listed(reading: Reading, text: str) -> list[str]:
    from engine.planner.targets import conjuncts

    return conjuncts(text, reading.vocabulary)


def _located(reading: Reading, target: Target, where: str) -> Target:
    """The target with the place it is removed from as its relation: "the hat from the man"."""
    if not where or reading.is_whole(where) or target.relation:
        return target
    place = reading.target(where)
    if place.position and not place.phrase and target.ordinal:
        return target.model_copy(update={"ordinal": f"{target.ordinal} from the {place.position}"})
    if place.position and not place.phrase:
        return target.model_copy(update={"position": place.position})
    return target.model_copy(update={"relation": f"on {decapitalised(reading.spoken(where))}"})


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
    prompt = re.sub(
        r"(?i)^(?:what if )?(?:i want |use |draw |show |add |make it |let there be |there should be |there (?:is|was|were|are) |put |have )",
        "",
        reading["prompt"],
    )
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
        swap=joint.group(1) in ("into", "to", "for", "with", "as")
        and not low(result).startswith(("be ", "have ", "look "))
        or low(result).startswith(("be a ", "be an ", "become a ")),
    )


def read_make(reading: Reading) -> Operations | None:
    """ "Make X Y", "let X Y", "what if X were Y", "X should be Y"."""
    clause, subject = reading["clause"], reading["subject"]
    if low(clause).startswith(("sure ", "sense", "up ", "out ", "do ", "that happen")):
        return None
    if subject:
        if (
            subject
            and low(subject) in ("there", "i", "you", "we", "this", "what", "how")
            or low(clause).startswith(("too ", "not ", "so "))
        ):
            return None
        if low(subject).startswith(("a ", "an ", "some ", "two ")):
            return [
                _added(
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
        return [_added(reading, re.sub(r"(?i) (?:to )?be (?=\S)", " ", clause, count=1))]
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


def read_there(reading: Reading) -> Operations | None:
    """ "Let there be X": X is added."""
    prompt = reading["prompt"]
    if low(prompt).startswith(("no ", "nothing", "to be ", "you ", "it ", "more contrast")) or low(prompt) in (
        "light",
        "it",
        "that",
        "this",
    ):
        return None
    if not low(prompt).startswith(("a ", "an ", "some ", "two ", "three ", "more ", "several ", "many ")) and low(
        reading.clause
    ).startswith(("i ", "it needs", "needs", "need")):
        return None
    return [_added(reading, prompt)]


def read_add(reading: Reading) -> Operations | None:
    """Something new; "put the cup on the shelf" moves what is there."""
    prompt, place = reading["prompt"], reading["place"]
    if not prompt or low(prompt) in ("it", "that", "this", "them", "to", "in"):
        return None
    if place and not _PLACE.match(low(place)):
        return None
    putting = (
        "put" in reading.vocabulary.openings.get(reading.verb, ())
        and reading.verb not in ("place",)
        and "add" not in reading.vocabulary.openings.get(reading.verb, ())
    )
    if (putting or reading.verb == "place") and _existing(reading, prompt):
        return None
    if place:
        return [
            Add(prompt=reading.spoken(prompt), place=None if _WHOLE_PLACE.match(low(place)) else reading.spoken(place))
        ]
    return [_added(reading, prompt)]


def _existing(reading: Reading, text: str) -> bool:
    """Whether a phrase with a place speaks of a thing already in the picture."""
    return (
        definite(text, reading.vocabulary)
        and not re.match(r"(?:the )?(?:moon|sun|word|words|text)\b", low(text))
        and _PLACE.search(low(text)) is not None
    )


def _added(reading: Reading, prompt: str) -> Add:
    what, place = split_place(reading, prompt)
    return Add(prompt=reading.spoken(what), place=place)


def split_place(reading: Reading, text: str) -> tuple[str, str | None]:
    """The thing and the place among things already there: only a definite place is one, "a man in a hat" is a thing."""
    small = low(text)
    start = 0
    while match := _PLACE.search(small, start):
        place = match.group(1)
        if _WHOLE_PLACE.match(place):
            return text[: match.start()].rstrip(" ,"), None
        if match.start() > 0 and _definite_place(reading, place):
            return text[: match.start()].rstrip(" ,"), reading.spoken(text[match.start(1) : match.end(1)])
        start = match.start(1) + 1
    return text, None


def _definite_place(reading: Reading, place: str) -> bool:
    after = re.sub(
        r"^(?:directly |right |just )?(?:on top of|in front of|in between|next to|to the \w+(?: side)?(?: of)?|left of|right of|\w+) ?",
        "",
        place,
    )
    first = after.split(" ")[0]
    return (
        place.startswith("to the ")
        or first in reading.vocabulary["words.definite"]
        or first in ("top", "it", "them", "him", "one", "front", "each", "two")
        or first in reading.vocabulary["words.position"]
        or "'s" in " ".join(after.split(" ")[:2])
    )


def read_give(reading: Reading) -> Operations | None:
    """ "Give the man a hat" adds; "give him a smile" and "give it a rougher texture" alter."""
    target, prompt, place = reading["target"], reading["prompt"], reading["place"]
    if reading["phrase"]:
        target, prompt = _given(reading, reading["phrase"])
    if place and not target:
        if "enrich" in reading.vocabulary.openings.get(reading.verb, ()):
            core = re.sub(r"(?i)^(?:the )?(?:essence|presence|inclusion) of ", "", prompt)
            return (
                None
                if reading.verb in ("cover", "fill") and colour_in(core, reading.vocabulary)
                else [
                    Add(
                        prompt=reading.spoken(core),
                        place=None if reading.is_whole(place) else f"on {reading.spoken(place)}",
                    )
                ]
            )
        return None
    if not target or not prompt:
        return None
    words = low(target).split(" ")
    if (
        "{" not in prompt
        and not reading.slots.get("place")
        and len(words) == 1
        and words[0] in ("a", "an", "some", "the", "me", "us")
    ):
        return None
    if reading.verb == "dress":
        return [
            Alter(
                target=reading.target(target),
                prompt=f"{'dressed as' if ' as ' in low(reading.clause) else 'wearing'} {reading.spoken(prompt)}",
            )
        ]
    if reading.is_whole(target) and not reading.is_pronoun(target):
        return becomes(reading, target, f"have {prompt}", swap=False)
    if low(prompt).split(" ")[0] in reading.vocabulary["states.adjectives"] and not re.search(
        r"\b(?:a|an|some)$", reading.clause[: -len(prompt)].strip()
    ):
        return [Alter(target=reading.target(target), prompt=reading.spoken(prompt))]
    if re.search(
        r"\b(?:smile|look|expression|texture|pattern|face|effect|finish|appearance|haircut|hairstyle|makeover|pose|feel|vibe|frown|tan|makeup)\b",
        low(prompt),
    ):
        return [Alter(target=reading.target(target), prompt=reading.spoken(prompt))]
    article = re.search(r"\b(a|an|some|two|three|another|several|a pair of) " + re.escape(prompt) + "$", reading.clause)
    thing = f"{article.group(1)} {prompt}" if article else prompt
    return [Add(prompt=reading.spoken(thing), place=f"on {decapitalised(reading.spoken(target))}")]


def _given(reading: Reading, phrase: str) -> tuple[str, str]:
    """Whom and what of "him sunglasses" and "the man sunglasses": without an article only one noun can be whom."""
    words = phrase.split(" ")
    described = (
        len(words) == 2
        or len(words) > 2
        and (
            low(words[1]) in reading.vocabulary["states.adjectives"]
            or low(words[1]) in reading.vocabulary["colours.names"]
        )
    )
    pronoun = (
        low(words[0]) in reading.vocabulary["words.pronoun"]
        and low(words[0]) not in ("this", "that", "her")
        or low(words[0]) == "her"
        and described
    )
    size = 1 if pronoun else 2
    return " ".join(words[:size]), " ".join(words[size:])


def read_keep_only(reading: Reading) -> Operations | None:
    """The target on transparency."""
    text = reading["target"]
    if (
        not text
        or reading["source"]
        and not (reading.is_whole(reading["source"]) or reading.is_background(reading["source"]) or True)
    ):
        return None
    clause = low(reading.clause)
    if (
        reading.verb == "separate"
        and " and " in text
        or reading.verb == "mask"
        and not definite(text, reading.vocabulary)
    ):
        return None
    if clause.startswith(("keep ", "leave ", "show ", "retain ")) and not re.match(
        r"(?:keep|leave|show|retain)(?: me)? (?:only|just)\b", clause
    ):
        return None
    if defects_of(reading, text) or re.match(r"(?i)(?:the )?(?:obscured|clarity|hidden)", text):
        return None
    source = reading["source"]
    if lettering := ("watermark" in clause and reading.verb == "extract" and lettering_removed(reading, text)):
        return [lettering]
    if clause.startswith(("only ", "nothing but")) and len(clause.split()) > 8:
        return None
    if reading.verb == "extract" and low(text) in ("the shadow", "shadow") and source:
        return [Remove(target=reading.target(text))]
    target = reading.target(text)
    return [Extract(target=_located(reading, target, "" if reading.is_background(source) else source))]


def read_count(reading: Reading) -> Operations | None:
    """Another number of things: more are copied, fewer removed."""
    clause = low(reading.clause)
    if clause.startswith(("double", "triple")):
        return [Duplicate(target=reading.target(reading["target"]), count=2 if clause.startswith("double") else 3)]
    count, old = number(reading["count"]), number(reading["old"]) if reading["old"] else None
    if count is None or reading["old"] and old is None or not reading["target"]:
        return None
    target = reading.target(reading["target"])
    wanted = int(count)
    if not reading["old"] and _single(target):
        return [Text(action="replace", text=str(wanted), target=target)]
    if wanted <= 0:
        return [Remove(target=target.model_copy(update={"quantity": "all"}))]
    fewer = (
        old is not None
        and wanted < old
        or "decrease" in reading.vocabulary.openings.get(reading.verb, ())
        and "increase" not in reading.vocabulary.openings.get(reading.verb, ())
    )
    if fewer or old is None and wanted == 1:
        return [
            Remove(
                target=target.model_copy(
                    update={"quantity": str(int(old - wanted)) if old is not None else f"all but {wanted}"}
                )
            )
        ]
    return [Duplicate(target=target, count=wanted)]


def _single(target: Target) -> bool:
    """Whether the thing is one, so that its number is written on it rather than how many there are."""
    last = (target.phrase or "").split(" ")[-1].lower()
    return not last.endswith("s") and last not in (
        "people",
        "children",
        "men",
        "women",
        "sheep",
        "fish",
        "deer",
        "geese",
        "mice",
        "persons",
        "kids",
        "cattle",
        "birds",
    )


def read_duplicate(reading: Reading) -> Operations | None:
    """Copies; "twice more" counts the original in."""
    text = reading["target"]
    if not text or reading.is_whole(text) and not reading.is_pronoun(text):
        return None
    if reading.verb in ("double", "triple", "repeat", "multiply", "copy") and not definite(text, reading.vocabulary):
        return None
    if re.search(r"\b(?:size|resolution|exposure|edit|edits|brightness|contrast)\b", low(text)):
        return None
    extra = NUMBERS.get(low(reading["count"]), reading["count"])
    count = int(extra) + 1 if extra.isdigit() and int(extra) < 100 else 3 if reading.verb == "triple" else 2
    if reading["count"] and "there are" in low(reading.clause):
        count -= 1
    text, place = split_place(reading, text) if not reading["place"] else (text, reading.spoken(reading["place"]))
    return [Duplicate(target=reading.target(text), count=max(2, count), place=place)]


def read_move(reading: Reading) -> Operations | None:
    """A thing somewhere else; a side, a place, or a nudge."""
    text, place = reading["target"], reading["place"]
    match = re.search(
        r" ((?:a bit |a little |slightly |further |more |\d+ ?(?:px|pixels|%|percent)? |\d+ )*(?:to|into|onto|on|over|next|beside|behind|in|under|above|below|near|left|right|up|down|closer|away|further|farther|forward|backwards?|off|between|towards?|inside|against|at|from)\b.*)$",
        f" {low(f'{text} {place}')}",
    )
    whole = f"{text} {place}".strip()
    if not match or match.start() == 0:
        return None
    thing, goal = whole[: match.start() - 1].strip(), whole[match.start() :].strip()
    if (
        "put" in reading.vocabulary.openings.get(reading.verb, ())
        and "move" not in reading.vocabulary.openings.get(reading.verb, ())
        or reading.verb in ("put", "bring")
    ):
        if not _existing(reading, whole):
            return None
    if (
        not thing
        or reading.is_whole(thing)
        and not reading.is_pronoun(thing)
        or subject_of(reading, thing).attribute in ("colour", "style")
    ):
        return None
    if goal.lower().startswith(("in a ", "in an ")) and "put" in reading.vocabulary.openings.get(reading.verb, ()):
        return [Alter(target=reading.target(thing), prompt=reading.spoken(goal))]
    relation = re.match(r"(?:from|in|on) .+? (to|onto|into|next to|closer|over to) ", low(goal))
    if relation:
        thing, goal = f"{thing} {goal[: relation.start(1)]}".strip(), goal[relation.start(1) :]
    return [Move(target=reading.target(thing), place=reading.spoken(goal))]


def read_enlarge(reading: Reading) -> Operations | None:
    """Another size of a thing; the picture's own size is the frame's business."""
    text = re.sub(r"(?i) (?:slightly|a bit|a little|to make .*|as a whole|by .*)$", "", reading["target"])
    if not text or reading.is_whole(text) and not reading.last_target:
        return None
    if re.match(r"(?i)(?:the )?(?:image|picture|photo|it|canvas)\b", text):
        return None
    classes = reading.vocabulary.openings.get(reading.verb, ())
    prompt = next((prompt for name, prompt in _SCALE.items() if name in classes), None)
    if prompt is None:
        match = re.search(
            r"(?:slightly |a bit |a little |much )?(bigger|larger|smaller|tinier|huge|tiny|giant|gigantic|as big as .+)$",
            low(reading.clause),
        )
        prompt = match.group() if match else None
    if prompt is None or reading.verb == "reduce":
        return None
    if reading.is_clear_background(text) or subject_of(reading, text).attribute in ("colour", "style", "scene"):
        return None
    return [Alter(target=target, prompt=prompt) for target in reading.targets(text)]


def read_state(reading: Reading) -> Operations | None:
    """Verbs that say the state themselves: "open the window", "whiten the teeth"."""
    text = reading["target"]
    if not text or reading.is_whole(text) and not reading.last_target:
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


def read_paint(reading: Reading) -> Operations | None:
    """Painted with something that is no colour: a pattern, autumn colours."""
    text = reading["target"]
    if not definite(text, reading.vocabulary) or reading.is_whole(text):
        return None
    return [Alter(target=target, prompt=reading.spoken(reading["prompt"])) for target in reading.targets(text)]


def read_generate(reading: Reading) -> Operations | None:
    """A new picture; "a drawing of a cat" on the wall is none."""
    prompt = reading["prompt"]
    if (
        not prompt
        or reading.is_pronoun(prompt)
        or definite(prompt, reading.vocabulary)
        and not re.search(r"\b(?:style|image)\b", low(reading.clause))
    ):
        return None
    return [Generate(prompt=reading.spoken(reading.clause if not reading.verb else prompt))]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "remove": read_remove,
        "replace": read_replace,
        "replace_place": read_replace_place,
        "recolor": read_recolor,
        "change": read_change,
        "make": read_make,
        "there": read_there,
        "add": read_add,
        "give": read_give,
        "keep_only": read_keep_only,
        "count": read_count,
        "duplicate": read_duplicate,
        "move": read_move,
        "enlarge": read_enlarge,
        "state": read_state,
        "paint": read_paint,
        "generate": read_generate,
    }

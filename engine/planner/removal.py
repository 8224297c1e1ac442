"""Reading what is taken away, and what is kept of the rest."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from engine.expressions import regex
from engine.operations import (
    Adjust,
    Alter,
    Background,
    Crop,
    Duplicate,
    EditOperation,
    Extract,
    Remove,
    Restore,
    Style,
    Target,
    Text,
)
from engine.planner.additions import on_owner
from engine.planner.amounts import number, side_words
from engine.planner.lettering import removed as lettering_removed
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, definite, without_article
from engine.planner.repairs import defects_of
from engine.planner.states import is_expression
from engine.planner.targets import NUMBERS, ORDER_BEHIND, conjuncts
from engine.planner.tone import tones_of
from engine.planner.vocabulary import expression

MAX_WORDS_OF_FRAGMENT = 8
_DIRT = regex(r"\b(?:stain|dirt|dust|food|mess|clutter|litter|trash|snow|spot|crumb|mud)| off ")
_TELLS_OF_IT = regex(r"^(?:it|that|this|they)(?:'s|'re| is| are) ")
_TELLS = regex(r" (?:is|are|was|were|has to|have to|must|needs? to|should)(?: |$)| , (?:the|my|it|i|and) ")
"""A sentence of its own, of which the word behind it is no removal: "the dress is blowing out"."""
_FILES = frozenset(["png", "jpg", "jpeg", "webp", "tiff", "transparent png"])
"""Formats of pictures, which say how it is to be saved."""
_FEW = regex(r"(one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) (?:of (?:the|these|those|my) )?(?=\S)")
_PLACED = regex(r"(?i)^.*?(?: (?:on|in|from|off|of|over|across) |$)")
LESS_GLARE = 40.0
"""Percent that highlights are lowered by, of which glare is a strong sort."""
_ON_NOTHING = regex(
    r"(?i) (?:on|onto|with|against) (?:a |the )?(?:(?:transparent|see-through|clear) "
    r"(?:background|backdrop|bg|png|layer)|transparent|transparency|nothing)$"
)
_LEFT_THERE = regex(r"(?i) , (?:revealing|exposing|showing|uncovering|replacing|restoring|blending) .*$")
"""What is to be seen where the thing was."""
_WITH_CARE = regex(
    r"(?i)(?: ,)? (?:precisely|carefully|cleanly|neatly|accurately|exactly|tightly)"
    r"(?: (?:along|around|at|with|from) .*)?$"
    r"| (?:along|around) (?:its|their|his|her|the) (?:exact |precise )?(?:edges?|outlines?|contours?|silhouette)\b.*$"
)
"""How exactly something is cut out, and no part of what it is."""
_ABOUT_NUMBER = regex(r"^(?:just |only |exactly |a total of |a mere |merely |at least |a (?=single\b))+")
_MARGIN = expression("empty_margin")
_PORTION = regex(r"(?:a|an|one|two|some) (?:\w+ )?(?:slice|piece|bite|wedge|chunk|hole|notch|window|door|opening)s?\b")
_COMING = regex(r"(?:an?|some) .+ing")
"""What does something that is yet to be there: "get a dolphin jumping out of the water"."""
_NOTHING_ELSE = regex(r"(?i)(?: ,)?(?: and)? (?:nothing else|nothing more|no one else|nobody else)$")
_NOT_SO_MANY = regex(
    r"(?i)(?: please)?(?: ,)? (?:and )?(?:not|instead of|rather than) (?:all )?"
    r"(?:two|three|four|five|six|seven|eight|\d+)$"
)
_FROM_THERE = regex(
    r"(?:hanging|growing|coming|sticking|dangling|poking|protruding|rising|dripping|falling|leaning|peeking|jutting)"
    r"(?: out| down| up| off)?$"
)
"""Behind a thing these say where it is from, and not what it is taken from."""
_ONE_OF_THEM = regex(r"one(?: (?:away|out|off|down|of them))?")
_TALKED = regex(r"(?:wait|hang on|hold on|sorry|thanks|thank you|problem|worries|idea|way|not)\b")
"""What follows "no" in talk, and is no thing: "no wait, forward again"."""
_TAKEN = ("take that", "take it", "take this", "take that one", "take this one")
"""What says which is liked best, and takes nothing away."""
_PUT_OUT = regex(
    r" , [^,]+ing$| (?:blown|snuffed|burnt|burned|worn|washed|spread|stretched|laid|turned|lit|filled|flattened)$"
)
"""A participle whose "out" says how the thing is: "let the candles be blown out"."""
_LETTING = frozenset(["let", "make", "have", "get"])
_OWN = frozenset(["his", "her", "its", "their"])
_WITH_OWN = regex(r" with (?:his|her|its|their) ")
_WORN = regex(r"(?i)(?<=\w) on$")
_OF_EDITING = regex(r"\b(?:versions?|edits?|originals?|results?|changes?|steps?|differences?|before)$")
"""What only the conversation has, and the picture does not."""
_PREPOSED = regex(
    r"(?:between|under|underneath|beneath|behind|beside|inside|above|below|near|among|around|in|on|next to) "
)
"""What tells where something is already: "from between the stones"."""
_WHATEVER = regex(
    r"(?i)^(?:whatever(?: is|'s)|what(?: is|'s)|the thing (?:that|which)(?: is|'s)) "
    r"(?=(?:stuck|hanging|sticking|attached|floating|written|wrapped|caught|tied|pinned|growing|spilled|lying) )"
)
_UNSEEN = regex(r"(?:the )?(?:obscured|clarity|hidden)")


def read_remove(reading: Reading) -> Operations | None:
    """Things, lettering, defects, tones or the background taken away."""
    text, where = _LEFT_THERE.sub("", reading["target"]), reading["where"] or reading["bearer"]
    text = _WHATEVER.sub("the thing ", text)
    if _TALKED.match(low(text)) or low(reading.clause) in _TAKEN:
        return None
    where = _LEFT_THERE.sub("", where)
    if reading.context.history and _ONE_OF_THEM.fullmatch(low(text)):
        return [Remove(target=Target(previous=True, quantity="one"))]
    if reading["bearer"] and not _bears(reading, low(where), low(text)):
        return None
    if reading["verb"] and not _takes_off(reading, low(reading["verb"]), where):
        return None
    if where and (low(text).endswith(("est", " away", " far")) or _COMING.fullmatch(low(text))):
        return None
    if reading.verb in ("have", "let") and low(text).startswith(("a ", "an ", "some ")):
        return None
    if _FROM_THERE.search(low(text)) and f"{text} from {where}" in reading.clause:
        text, where = f"{text} from {where}", ""
    text = _WORN.sub("", text) if where else text
    text = f"all {text}" if low(reading.clause).startswith("none of ") else text
    if _PUT_OUT.search(low(text)) or (reading.verb in _LETTING and _does(reading, low(text))):
        return None
    if where and ORDER_BEHIND.search(low(text)):
        text, where = f"{text} from {where}", ""
    if (
        not text
        or low(text) in ("one", "anything", "nothing")
        or _TELLS_OF_IT.match(low(text))
        or (not reading.verb and _TELLS.search(low(text)))
    ):
        return None
    if f"{text} off " in reading.clause[: len(text) + 5] and not (reading.verb or definite(text, reading.vocabulary)):
        return None
    if reading.is_background(text):
        return [Background(action="remove")]
    if is_expression(low(text)):
        return [_expressionless(reading, text, where)]
    if low(text) in reading.vocabulary["hints.all_colour"]:
        return [Style(prompt="black and white", target=reading.scoped(where))]
    if expression("plain_border").fullmatch(low(text)) and not where:
        return [Crop(trim=True)]
    if kept := expression("all_except").match(text):
        return [Extract(target=reading.target(kept.group(1)))]
    if reading.verb == "clean" and not where and not _DIRT.search(low(text)) and not defects_of(reading, text):
        return [Alter(target=reading.target(text), prompt="clean")]
    if _MARGIN.match(low(text)):
        return [Crop(sides=side_words(f"{text} {where}") or ("all",), amount=10.0)]
    tones = tones_of(text) or []
    if tones and all(tone.property in reading.vocabulary["hints.picture_tones"] for tone in tones):
        return [Adjust(property=tone.property, amount=-100) for tone in tones]
    return _each_removed(reading, text, where)


def _does(reading: Reading, text: str) -> bool:
    """Whether the words tell a deed whose particle is taken for going away: "let the surfer wipe out"."""
    words, vocabulary = text.split(" "), reading.vocabulary
    verbs = vocabulary["states.verbs"]
    acts = words[-1] in verbs or f"{words[-1]} out" in verbs or _WITH_OWN.search(text) is not None
    return acts or any(word in _OWN and before in verbs for before, word in pairwise(words))


def _bears(reading: Reading, where: str, text: str) -> bool:
    """Whether something is rid of what it bears: "free the wall of graffiti", but not "strip the man out of it"."""
    named = text.startswith(("the ", "a ", "my ")) and reading.verb not in ("free", "rid", "purge", "cleanse")
    return definite(where, reading.vocabulary) and not where.endswith((" out", " off")) and not named


def _takes_off(reading: Reading, verb: str, where: str) -> bool:
    """Whether an unlisted verb before "off" can only mean that something goes: "shoo the fly off the cake"."""
    unlisted = " " not in verb and verb not in reading.vocabulary["hints.not_erasing"]
    return unlisted and definite(where, reading.vocabulary)


def _expressionless(reading: Reading, text: str, where: str) -> Alter:
    """ "Wipe the smile off his face": a face stays where its expression goes."""
    named = reading.target(text)
    face = reading.target(where) if where else named.model_copy(update={"phrase": "face"})
    return Alter(target=face, prompt=f"without a {reading.spoken(text).split(' ')[-1]}")


def _each_removed(reading: Reading, text: str, where: str) -> Operations | None:
    """One operation for each thing of a list."""
    operations: list[EditOperation] = []
    for part in conjuncts(text, reading.vocabulary):
        defects = [] if where else defects_of(reading, part) or []
        target = reading.target(part)
        if operations and low(part) in _FILES:
            continue
        if reading.is_background(part):
            operations.append(Background(action="remove"))
        elif lettering := lettering_removed(reading, part):
            operations.append(_lettering_at(reading, lettering, where))
        elif where and not low(part).endswith(" plate") and _names_words(reading, part):
            operations.append(Text(action="remove", target=_located(reading, target, where)))
        elif defects:
            operations += [Restore(defect=defect) for defect in defects]
        elif target == Target():
            return None
        else:
            operations.append(Remove(target=_located(reading, target, where)))
    return operations


def _names_words(reading: Reading, text: str) -> bool:
    """Whether what is taken from a thing is written on it: "the price from the tag"."""
    return without_article(low(text)) in reading.vocabulary["attributes.lettering"]


def _lettering_at(reading: Reading, lettering: Text, where: str) -> Text:
    """The lettering with the thing it is removed from: "the word from the sign"."""
    if not where or reading.is_whole(where):
        return lettering
    if lettering.target is None:
        return lettering.model_copy(update={"target": reading.target(where)})
    return lettering.model_copy(update={"target": _located(reading, lettering.target, where)})


def _located(reading: Reading, target: Target, where: str) -> Target:
    """The target with the place it is removed from as its relation: "the hat from the man"."""
    if not where or reading.is_whole(where) or target.relation:
        return target
    place = reading.target(where)
    if place.position and not place.phrase and target.ordinal:
        return target.model_copy(update={"ordinal": f"{target.ordinal} from the {place.position}"})
    if place.position and not place.phrase:
        return target.model_copy(update={"position": place.position})
    told = reading.spoken(where) if _PREPOSED.match(low(where)) else on_owner(reading, where)
    return target.model_copy(update={"relation": told})


def read_lessened(reading: Reading) -> Operations | None:
    """ "Reduce the glare on the glasses": less of a thing, some of which may stay."""
    text = reading["target"]
    target = reading.target(text)
    if not target.phrase or reading.is_whole(text) or reading.is_background(text) or number(text) is not None:
        return None
    glaring = target.phrase.split(" ")[-1] in ("glare", "shine")
    if glaring:
        return [Adjust(target=reading.scoped(_PLACED.sub("", text)), property="highlights", amount=-LESS_GLARE)]
    amount = "fewer" if _is_plural(reading, target) else "less"
    return [Alter(target=target, prompt=f"{amount} {target.phrase}")]


def read_keep_only(reading: Reading) -> Operations | None:
    """The target on transparency."""
    text, source, clause = reading["target"], reading["source"], low(reading.clause)
    if source and reading.verb in ("cut", "carve", "cut out") and _PORTION.match(low(text)):
        return [Alter(target=reading.target(source), prompt=f"with {reading.spoken(text)} cut out")]
    text = _NOTHING_ELSE.sub("", _WITH_CARE.sub("", _ON_NOTHING.sub("", text)))
    text = _NOT_SO_MANY.sub("", text)
    few = _FEW.match(low(text))
    if few and low(text[few.end() :]) != "thing" and not (reading.does("extract") and reading.verb != "leave only"):
        number = NUMBERS.get(few.group(1), few.group(1))
        return [Remove(target=reading.target(text[few.end() :]).model_copy(update={"quantity": f"all but {number}"}))]
    if not text or _OF_EDITING.search(low(text)) or _UNSEEN.match(low(text)) or defects_of(reading, text):
        return None
    if reading.is_background(text):
        return [Background(action="remove")] if "cut" in clause.split(" ")[0] else None
    if reading.verb == "separate" and " and " in text:
        return None
    if reading.verb == "mask" and not definite(text, reading.vocabulary):
        return None
    if clause.startswith(("only ", "nothing but")) and clause.count(" ") >= MAX_WORDS_OF_FRAGMENT:
        return None
    if reading.verb == "extract" and "watermark" in clause and (lettering := lettering_removed(reading, text)):
        return [lettering]
    if reading.verb == "extract" and low(text) in ("the shadow", "shadow"):
        return [Remove(target=reading.target(text))]
    return [Extract(target=_located(reading, reading.target(text), "" if _is_rest(reading, source) else source))]


def _is_rest(reading: Reading, source: str) -> bool:
    """Whether something is cut from all that is around it: "from everything else"."""
    return reading.is_background(source) or low(source).startswith(
        ("everything", "the rest", "all else", "all the rest")
    )


def read_count(reading: Reading) -> Operations | None:
    """Another number of things: more are copied, fewer removed."""
    clause = low(reading.clause)
    target = reading.target(reading["target"])
    if clause.startswith(("double", "triple")):
        return [Duplicate(target=target, count=2 if clause.startswith("double") else 3)]
    count, old = (_counted(reading[slot]) for slot in ("count", "old"))
    if count is None or (reading["old"] and old is None) or not target.phrase:
        return None
    wanted = int(count)
    if old is None and not clause.startswith("there ") and not _is_plural(reading, target):
        return [Text(action="replace", text=str(wanted), target=target)]
    fewer = (
        wanted < old
        if old is not None
        else wanted <= 1 or (not reading.does("increase") and (reading.does("decrease") or " down " in clause))
    )
    if not fewer:
        return [Duplicate(target=target, count=wanted)]
    left = "all" if wanted <= 0 else f"all but {wanted}" if old is None else str(int(old) - wanted)
    return [Remove(target=target.model_copy(update={"quantity": left}))]


def _counted(said: str) -> float | None:
    """The number of "five", "just one" and "a total of 12"; None where none is told."""
    bare = _ABOUT_NUMBER.sub("", low(said)).removesuffix(" instead")
    return {"a dozen": 12.0, "single": 1.0, "a pair": 2.0, "none": 0.0}.get(bare, number(NUMBERS.get(bare, bare)))


def _is_plural(reading: Reading, target: Target) -> bool:
    """Whether there are several, so that their number is how many there are rather than what is written on it."""
    last = low(target.phrase or "").split(" ")[-1]
    return last.endswith("s") or last in reading.vocabulary["hints.plural_nouns"]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"remove": read_remove, "lessened": read_lessened, "keep_only": read_keep_only, "count": read_count}

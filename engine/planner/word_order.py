"""Sentences turned the usual way round, order first: from passives, questions, and what stands before the verb."""

from __future__ import annotations

from collections.abc import Callable

from engine.expressions import regex
from engine.planner.colours import colour_in
from engine.planner.normalise import low, quotes_in
from engine.planner.vocabulary import Vocabulary, expression

_PASSIVE = expression("passive")
_LET = expression("let_passive")
_INVERTED = expression("inverted_passive")
_REQUIRED = regex(r"^(.{1,300}?) (?:needs?|wants?|requires?) (\S+ing)(?: (.*))?$")
_MODAL = expression("modal_first")
_WONDERED = expression("wondered")
_SEEN = expression("seen")
_OTHERWISE = expression("otherwise")
_DOING, _SEEN_WITHOUT = expression("shown_doing"), expression("seen_without")
_PLACED_FIRST = ("add", "put", "remove", "write", "blur", "pixelate", "replace", "crop", "generate", "move")
"""Verbs whose place or means may stand before them."""
_BEHIND_PARTICIPLE = ("to", "into", "from", "by", "off", "out", "away")
_PRONOUN = regex(r"(?i)^(?:it|they|he|she) ")
_BEING = ("is", "are", "was", "were", "looks", "look", "seems", "feels")
_ANNOUNCING = frozenset(["saying", "says", "say", "reading", "reads", "read", "with", "be", "to"])
_WRITING = frozenset(["add", "put", "write"])
_PARTED = regex(r"^(\w+) ([^,]{2,60}) (out|away|off|up)$")
"""A verb and its particle with the thing between them."""
_PARTICLES = (" out", " away", " off", " up")
_VERB_LAST = regex(r"^(.{2,80}?) , (\w+)$")
_TAKING = frozenset(["remove", "blur", "pixelate", "extract"])
_SAME_BUT = expression("same_but")
_SET_DOWN = expression("set_down")
"""Where quoted words are to stand that are said alone."""
_NEITHER = expression("neither")
_LASTING = regex(r" (?:chang|alter|touch|edit|affect|mov|modif)\w*$")
_JOB = expression("heading_of_job")
"""A heading that names the job and no thing."""
_OBJECT = regex(r"^(\S+(?: (?:out|off|up|down|away|rid of))?) (?:it|them|that)(?= |$)")

Begins = Callable[[str], bool]


def verb_first(text: str, vocabulary: Vocabulary, begins: Begins) -> str:
    """The clause with its verb before its thing, where anything hid it.

    begins: whether a request begins with a text.
    """
    if text[:1] and quotes_in(text[0]) and _SET_DOWN.match(low(text[1:])):
        return f"write {text}"
    if "neither" in low(text) and (neither := _NEITHER.match(low(text))) and not _LASTING.search(low(text)):
        return f"remove {text[neither.start(1) : neither.end(1)]} and {text[neither.start(2) : neither.end(2)]}"
    text = _modal_dropped(_wondered(_behind_colon(_fronted(text, vocabulary, begins), vocabulary), vocabulary))
    return _active(text, vocabulary)


def rejoined(text: str, vocabulary: Vocabulary) -> str | None:
    """ "Clone the wires out" -> "clone out the wires"; "the crane far left, remove" -> "remove the crane far left"."""
    small = low(text)
    if not small.endswith(_PARTICLES) and " , " not in small:
        return None
    if (parted := _PARTED.match(small)) and f"{parted[1]} {parted[3]}" in vocabulary.base_forms:
        return f"{parted[1]} {parted[3]} {text[parted.start(2) : parted.end(2)]}"
    last = _VERB_LAST.match(small)
    if last and not _TAKING.isdisjoint(vocabulary.openings.get(last[2], ())):
        return f"{last[2]} {text[: last.end(1)]}"
    return None


def leads_in(text: str, vocabulary: Vocabulary) -> bool:
    """Whether the words say where, instead of what or with what, so that their request is still to come."""
    words = low(text).strip().split(" ", 1)
    return words[0] in vocabulary["words.leading_in"] and "," not in text


def _fronted(text: str, vocabulary: Vocabulary, begins: Begins) -> str:
    """ "In the corner, add a sun" -> "add a sun in the corner"."""
    words = text.split(" ")
    if low(words[0]) not in vocabulary["words.leading_in"]:
        return text
    for index in range(2, len(words)):
        rest = " ".join(words[index:])
        classes = vocabulary.openings.get(low(words[index]), ())
        if not set(_PLACED_FIRST).isdisjoint(classes) and begins(rest):
            return f"{rest.rstrip(' ,')} {' '.join((low(words[0]), *words[1:index])).rstrip(' ,')}"
    return text


def _behind_colon(text: str, vocabulary: Vocabulary) -> str:
    """ "Sign: remove" -> "remove sign"; "sky: make it darker" -> "make sky darker"; "wall: green" -> "wall green"."""
    thing, colon, wish = text.partition(" : ")
    first = low(wish).split(" ")[0]
    if not colon or quotes_in(wish) or low(thing) in vocabulary.classes["lettering"]:
        return text
    if first in vocabulary.base_forms and " : " not in wish:
        named = _OBJECT.sub(lambda match: f"{match[1]} {thing}", wish, count=1)
        if named == wish and wish.count(" ") > 1 and not _announces(thing, vocabulary):
            return wish
        return named if named != wish else f"{wish} {thing}" if wish.count(" ") < 2 else text
    if _JOB.search(low(thing)) and not _announces(thing, vocabulary):
        return wish
    return f"{thing} {wish}" if colour_in(wish, vocabulary) else text


def _announces(heading: str, vocabulary: Vocabulary) -> bool:
    """Whether words to write follow: "add a poster saying : keep calm"."""
    first, last = low(heading).split(" ")[0], low(heading).rsplit(" ", 1)[-1]
    named = last in vocabulary.classes["lettering"] or last in _ANNOUNCING
    return named or not _WRITING.isdisjoint(vocabulary.openings.get(first, ()))


def _wondered(text: str, vocabulary: Vocabulary) -> str:
    """ "What would it look like at night" -> "make it at night"; "see it without the beard" -> "remove the beard"."""
    if "same " in low(text) and (same := _SAME_BUT.match(low(text))):
        return f"the {text[same.start(1) : same.end(1)]} {text[same.start(2) :]}"
    if otherwise := _OTHERWISE.match(low(text)):
        return f"make it {text[otherwise.end() :]}"
    match = _WONDERED.match(low(text)) or _SEEN.match(low(text)) or _SEEN_WITHOUT.match(low(text))
    if match is None:
        return _shown_doing(text, vocabulary)
    thing, how, what = text[match.start(1) : match.end(1)], match.group(2), text[match.end(2) :].strip()
    thing = "it" if low(thing) in ("this", "that") else thing
    plain = low(thing) in ("it", "i")
    match how:
        case "without" | "with no" | "without any" | "free of" | "devoid of":
            return f"remove {what}" if plain else f"remove {what} from {thing}"
        case "with":
            owner = "the person" if low(thing) == "i" else thing
            return f"add {what}" if low(thing) == "it" else f"{owner} should have {what}"
        case "wearing":
            return f"make {thing} wear {what}"
        case "as":
            return f"turn {thing} into {what}"
        case "if":
            return f"what if {what if plain else _PRONOUN.sub(lambda _: f'{thing} ', what)}"
        case "made of":
            return f"make {thing} made of {what}"
        case "in" | "at" | "on" if vocabulary["scenes.places"].trailing(low(what)):
            return text
        case _:
            return f"make {thing} {how} {what}" if how == "under" else f"make {thing} {what}"


def _shown_doing(text: str, vocabulary: Vocabulary) -> str:
    """ "Show the player serving the ball" -> "make the player serving the ball"."""
    doing = _DOING.match(low(text))
    if doing is None or doing.group(2) in vocabulary["states.nouns_in_ing"]:
        return text
    return f"make {text[doing.start(1) :]}"


def _modal_dropped(text: str) -> str:
    """ "Can the car be green" -> "the car be green"."""
    small = low(text)
    modal = _MODAL.match(small) if " be " in small and not _INVERTED.match(small) else None
    return text[modal.end() :] if modal else text


def _active(text: str, vocabulary: Vocabulary) -> str:
    """ "The car should be painted red" -> "paint the car red"."""
    if asked := _LET.match(low(text)):
        verb = vocabulary.participles.get(asked.group(2))
        rest = text[asked.end(2) :].strip()
        if verb and verb != "cut" and not (verb == "make" and low(rest).startswith(("of ", "from ", "out of "))):
            return f"{verb} {text[asked.start(1) : asked.end(1)]} {rest}".strip()
    if inverted := _INVERTED.match(low(text)):
        text = f"{text[inverted.start(2) : inverted.end(2)]} {inverted.group(1)}{text[inverted.end(2) :]}"
    return _passive(text, vocabulary) or _past_first(text, vocabulary) or _wished_done(text, vocabulary) or text


def _passive(text: str, vocabulary: Vocabulary) -> str | None:
    """ "The fence needs painting", "the fence should be painted white"."""
    small = low(text)
    for pattern in (_PASSIVE, _REQUIRED):
        match = pattern.match(small)
        if not match:
            continue
        said = f"{match.group(2)} {match.group(3) or ''}".split()
        for size in (2, 1):
            form = " ".join(said[:size])
            verb = vocabulary.participles.get(form) or (
                vocabulary.base_forms.get(form) if pattern is _REQUIRED and form.split(" ")[0].endswith("ing") else None
            )
            if verb and verb != "make" and len(said) >= size and not form.endswith(" to"):
                rest = " ".join(text[match.start(2) :].split(" ")[size:])
                return f"{verb} {text[: match.end(1)]} {rest}".strip()
    return None


def _past_first(text: str, vocabulary: Vocabulary) -> str | None:
    """ "(I'd be glad if you) removed the lamp" -> "remove the lamp"."""
    first, _, rest = text.partition(" ")
    verb = vocabulary.participles.get(low(first))
    if verb is None or low(first) in vocabulary.base_forms or not rest:
        return None
    return f"{verb} {rest}" if low(rest).split(" ")[0] in (*vocabulary.classes["determiner"], "to", "it") else None


def _wished_done(text: str, vocabulary: Vocabulary) -> str | None:
    """ "(I want) the sky darkened", "have the trees cut down", "the left wall painted yellow"."""
    small = low(text)
    asked = small.startswith(("have ", "get "))
    words, spoken = small.split(" ")[asked:], text.split(" ")[asked:]
    if words[0] not in vocabulary["words.definite"] or (asked and len(words) < 3):
        return None
    for index in range(2, len(words)):
        for size in (2, 1):
            verb = vocabulary.participles.get(" ".join(words[index : index + size]))
            rest = words[index + size :]
            sure = words[index].endswith("ed") or asked
            done = not rest or rest[0] in _BEHIND_PARTICIPLE or colour_in(" ".join(rest), vocabulary)
            told = words[index - 1] in _BEING
            if verb and verb not in ("make", "take") and sure and done and not told and index + size <= len(words):
                return " ".join([verb, *spoken[:index], *spoken[index + size :]])
    return None

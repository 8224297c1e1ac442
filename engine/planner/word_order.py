"""Sentences turned the usual way round, order first: from passives, questions, and what stands before the verb."""

from __future__ import annotations

from collections.abc import Callable, Collection

from engine.expressions import regex
from engine.planner.colours import colour_in, trailing_colour
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
_BESIDE = ("to the left of ", "to the right of ")
_PLACING = frozenset(["add", "put"])
_BEHIND_PARTICIPLE = ("to", "into", "from", "by", "off", "out", "away")
_PRONOUN = regex(r"(?i)^(?:it|they|he|she) ")
_BEING = ("is", "are", "was", "were", "looks", "look", "seems", "feels")
_ANNOUNCING = frozenset(["saying", "says", "say", "reading", "reads", "read", "with", "be", "to"])
_WRITING = frozenset(["add", "put", "write"])
_IFIED = regex(r"^(?P<look>[a-z]{3,}?)(?P<hyphen>-?)i?fy(?= |$)")
_WHOLE = frozenset(["it", "this", "that", "everything"])
_DONE_TO_ALL = {
    "mirrored": "mirror",
    "flipped": "flip",
    "rotated": "rotate",
    "turned": "turn",
    "cropped": "crop",
    "straightened": "straighten",
    "levelled": "straighten",
    "leveled": "straighten",
    "desaturated": "desaturate",
    "brightened": "brighten",
    "darkened": "darken",
    "sharpened": "sharpen",
    "blurred": "blur",
    "resized": "resize",
    "upscaled": "upscale",
    "denoised": "denoise",
    "restored": "restore",
    "inverted": "invert",
}
"""What may be wanted done to the picture as a whole, and the order that it is."""
_ALL_OF_IT = frozenset(["", "this", "that", "this thing", "this whole thing", "the whole thing", "everything"])
_WHOSE = {"me": "my", "him": "his", "her": "her", "us": "our", "them": "their"}
_HOUR = regex(r"(?:dusk|dawn|night|noon|midday|midnight|sunset|sunrise|twilight|(?:the )?(?:golden|blue) hour)\b")
_SWITCHED = regex(r"(?i)(?P<lamp>(?:all |both )?(?:the|its|his|her|their) .{2,40}) (?P<how>on|off)")
"""What a thing is seen with that is switched: "the lights on"."""
_SAME_BUT = expression("same_but")
_AGED = regex(
    r"an? (?:[a-z-]+ ){0,2}?(?:child|toddler|baby|newborn|teenager|adult|kid|"
    r"(?:young|old|elderly|aged|little|middle-aged|teenage) (?:man|woman|boy|girl|lady|person|gentleman))\b"
)
"""At what age somebody is shown."""
_SET_DOWN = expression("set_down")
"""Where quoted words are to stand that are said alone."""
_NEITHER = expression("neither")
_LASTING = regex(r" (?:chang|alter|touch|edit|affect|mov|modif)\w*$")
_JOB = expression("heading_of_job")
"""A heading that names the job and no thing."""
_IS_TO_BE = regex(r"(?i) (?:is|are) (?:supposed |meant )?to be ")
_SHOULD = regex(r" (?:should|must|ought to|has to|have to|needs? to) ")
_WANTED = expression("wanted_to_be")
"""What is wanted of a thing, once "I want" is taken off."""
_SURELY = regex(r"(?i) (should|must|ought to|needs? to|has to|have to|could) (?:really|actually|probably) (?=be )")
_OBJECT = regex(r"^(\S+(?: (?:out|off|up|down|away|rid of))?) (?:it|them|that)(?= |$)")

_PLACE_FIRST = regex(
    r"(?i)(?P<place>(?:in|on|at|under|behind|beside|next to|near|between|above|below|over|inside|along|across|beneath|"
    r"around) [^,]{2,80}) , (?P<thing>(?:the|this|that|these|those|his|her|its|their|my) [^,]{2,80}?) "
    r"(?P<wish>(?:should|must|ought to|has to|have to|needs? to|could|deserves? to) .+)"
)
"""Where a thing is, before the thing and what shall become of it."""
_WISHED = (
    r"(?:i|we)(?:'d|'ll| would)? (?:really |also |just |rather )*"
    r"(?:like|love|want|need|prefer|have|see|picture|imagine)(?: to (?:have|see|add|put))?"
)
_WISHED_THERE = regex(
    r"(?i)(?P<place>(?:in|on|at|under|behind|beside|next to|near|between|above|below|over|inside|along|across|beneath|"
    r"around|in front of|on top of|to the (?:left|right) of) "
    r"(?!my (?:opinion|mind|view|head|eyes|book)\b|the (?:end|future|meantime|first|beginning)\b)"
    r"(?:(?:both|each|either|all|every|one) )?(?:of )?"
    r"(?:the|this|that|these|those|his|her|its|their|my|our) [^,]{2,60}?) (?:, )?"
    r"(?:there (?:should|must|ought to|has to|needs? to|could|can|might) (?:really |also )?"
    rf"be(?! (?:less|fewer|nothing|any)\b)|(?:how about|what about|{_WISHED})"
    r"(?= (?:an?|some|another|more|one|two|three|four|five|six|several|no|\d+|[\ue000-\uf8ff])(?: |$))) "
    r"(?P<none>no (?:more )?)?(?P<new>\S.*)"
)
"""Where something new is wished for, before the wish."""
_WISHED_FOR = regex(
    rf"(?i)(?:as for|for|as|with) (?P<thing>(?:the|this|that|my|his|her|its|their|our) [^,]{{2,60}}?) (?:, )?"
    rf"(?:{_WISHED}|(?:it|they) (?:should|must|ought to|has to|have to|could) be|"
    r"(?:please )?(?:use|go with|try|pick|choose)|"
    r"let's (?:have|use|try|go with|do)|how about|what about) (?:it (?:to be )?)?(?P<new>.+)"
)
"""What a wish is for, before it: "for the background, I'd like a beach"."""
_PLACE_THEN_ORDER = regex(
    r"(?i)(?P<place>(?:in|on|at|under|behind|beside|next to|near|between|above|below|over|inside|along|across|beneath|"
    r"around) (?:the|this|that|his|her|its|their|my|our|both) (?!style |manner |spirit |end , |meantime )[^,]{2,80}) , "
    r"(?P<order>(?P<verb>[a-z]+) .+)"
)
"""Where a thing is, before the order about it."""
_THING_ORDERED = regex(
    r"(?i)[a-z]+ (?:(?:the|this|that|these|those|his|her|its|their|my|our|both|all|every|each) |(?=[\ue000-\uf8ff]))"
    r"[^,]{1,80}?(?= (?:to|into|with|for|from|by|so|as) )"
)
"""An order with its thing, up to what becomes of that."""
_CHANGING = frozenset(["replace", "change", "recolor", "make", "style", "transform"])
_DOING_FIRST = regex(
    r"(?i)(?P<how>[a-z-]+(?: up| high| low| deep| out)? (?:on|in|at|among|amongst|between|by|beside|next to|near|"
    r"under|over|above|against|behind|below|beneath|from|across|along|around|inside|through) [^,]{2,90}) , "
    r"(?P<order>(?:add|insert|place|put|include|draw|show|i want|i'd like|there should be|there must be|"
    r"let there be) )?"
    r"(?P<new>(?:an?|some|two|three|several) [^,]{2,80}?)(?P<wish> (?:should|must|could|needs? to|ha(?:s|ve) to) "
    r"(?:appear|be (?:seen|visible|shown|added|there)))?(?P<more> (?:,|and|holding|wearing) .*)?"
)
"""Something new, and before it where it is to be: "perched on the branch, a small owl should appear"."""
_OF_SEVERAL = regex(
    r"(?i)(?:out )?of (?:all )?(?:the|these|those|my|his|her|their) (?:(?:two|three|four|five|six|seven|eight|several|"
    r"many|\d+) )?(?P<things>[^,]{2,40}) , (?P<order>.+)"
)
_ONE = regex(r"(?i)\bthe ((?:[\w-]+ ){0,2}[\w-]+) ones?\b")

Begins = Callable[[str], bool]


def verb_first(text: str, vocabulary: Vocabulary, begins: Begins) -> str:
    """The clause with its verb before its thing, where anything hid it.

    begins: whether a request begins with a text.
    """
    if text[:1] and quotes_in(text[0]) and _SET_DOWN.match(low(text[1:])):
        return f"write {text}"
    if "neither" in low(text) and (neither := _NEITHER.match(low(text))) and not _LASTING.search(low(text)):
        return f"remove {text[neither.start(1) : neither.end(1)]} and {text[neither.start(2) : neither.end(2)]}"
    if low(text[:3]) == "of ":
        text = _of_several(text)
    if low(text).startswith(("for ", "as ", "with ")):
        text = wished_for(text, vocabulary) or text
    text = _modal_dropped(_wondered(_behind_colon(_fronted(text, vocabulary, begins), vocabulary), vocabulary))
    return _WANTED.sub(r"\1 should be ", _SURELY.sub(r" \1 ", _active(text, vocabulary)))


def placed_last(sentence: str, vocabulary: Vocabulary) -> str:
    """ "Perched on the branch, add an owl" -> "add an owl perched on the branch"; other sentences as they are."""
    if low(sentence).split(" ", 1)[0] not in vocabulary["states.posed"]:
        return sentence
    said = _DOING_FIRST.fullmatch(sentence)
    if said is None or not (said["order"] or said["wish"]):
        return sentence
    return f"add {said['new']} {low(said['how'][:1])}{said['how'][1:]}{said['more'] or ''}"


def leads_in(text: str, vocabulary: Vocabulary) -> bool:
    """Whether the words say where, instead of what or with what, so that their request is still to come."""
    words = low(text).strip().split(" ", 1)
    return words[0] in vocabulary["words.leading_in"] and "," not in text


def _fronted(text: str, vocabulary: Vocabulary, begins: Begins) -> str:
    """ "In the corner, add a sun" -> "add a sun in the corner"."""
    words = text.split(" ")
    if low(words[0]) not in vocabulary["words.leading_in"] or low(text).startswith("in place of "):
        return _place_behind_thing(text) if low(text).startswith(_BESIDE) else text
    if behind := _place_behind_object(text, vocabulary):
        return behind
    for index in range(2, len(words)):
        rest = " ".join(words[index:])
        classes = vocabulary.openings.get(low(words[index]), ())
        if not set(_PLACED_FIRST).isdisjoint(classes) and (begins(rest) or words[index - 1] == ","):
            place = " ".join((low(words[0]), *words[1:index])).rstrip(" ,")
            if words[index - 1] == "," and low(words[0]) != "where" and _is_new(rest, classes, vocabulary):
                return text
            at = rest.find(quoted) + 1 if (quoted := next(filter(quotes_in, rest), "")) else len(rest)
            return f"{rest[:at].rstrip(' ,')} {place} {rest[at:].strip()}".rstrip(" ,")
    return _place_behind_thing(text)


def _is_new(order: str, classes: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether something that is not there yet is put where the words before it say: those are read as its place."""
    thing = low(order).split(" ")[1:2]
    there = not thing or any(thing[0] in vocabulary[f"words.{name}"] for name in ("definite", "pronoun", "all_of"))
    return not (there or quotes_in(order) or _PLACING.isdisjoint(classes))


def _place_behind_thing(text: str) -> str:
    """ "In this room, the lamp should become a star" -> "the lamp in this room should become a star".

    What is not there yet is added there: "on the left I'd like a dog" -> "add a dog on the left".
    """
    if there := _WISHED_THERE.fullmatch(text):
        added = "there should be" if low(there["place"]).startswith("behind ") else "add"
        verb = "write" if quotes_in(there["new"][0]) else "remove the" if there["none"] else added
        return f"{verb} {there['new']} {low(there['place'][:1])}{there['place'][1:]}"
    wish = _PLACE_FIRST.match(text)
    return f"{wish['thing']} {low(wish['place'][:1])}{wish['place'][1:]} {wish['wish']}" if wish else text


def _place_behind_object(text: str, vocabulary: Vocabulary) -> str | None:
    """ "On the table, change the jug to a vase" -> "change the jug on the table to a vase"; None of no such kind."""
    said = _PLACE_THEN_ORDER.match(text)
    if said is None or _CHANGING.isdisjoint(vocabulary.openings.get(low(said["verb"]), ())):
        return None
    order, place = said["order"], f"{low(said['place'][:1])}{said['place'][1:]}"
    if thing := _THING_ORDERED.match(order):
        return f"{thing.group()} {place}{order[thing.end() :]}"
    coloured = trailing_colour(order, vocabulary)
    state = vocabulary["states.adjectives"].trailing(low(order))
    size = len(coloured.thing) if coloured else len(order) - len(state) - 1 if state else 0
    return f"{order[:size]} {place}{order[size:]}" if order[:size].count(" ") > 1 else None


def wished_for(text: str, vocabulary: Vocabulary) -> str | None:
    """ "For the background, I'd like a beach" -> "the background should be a beach"; colours of things alike."""
    wish = _WISHED_FOR.fullmatch(text)
    if wish is None:
        return None
    background = vocabulary["words.background"].trailing(low(wish["thing"])) is not None
    return f"{wish['thing']} should be {wish['new']}" if background or colour_in(wish["new"], vocabulary) else None


def _of_several(text: str) -> str:
    """ "Of the three balloons, make the middle one gold" -> "make the middle balloons gold"."""
    several = _OF_SEVERAL.match(text)
    if several is None:
        return text
    told = _ONE.sub(lambda one: f"the {one[1]} {several['things']}", several["order"], count=1)
    return told if told != several["order"] else text


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
    if ified := _IFIED.match(low(text)):
        look = _ified(ified["look"], ified["hyphen"], vocabulary)
        thing = text[ified.end() :].strip()
        return f"turn {'it' if low(thing) in _ALL_OF_IT else thing} into {look} style" if look else text
    match = _WONDERED.match(low(text)) or _SEEN.match(low(text)) or _SEEN_WITHOUT.match(low(text))
    if match is None:
        return _shown_doing(text, vocabulary)
    thing, how, what = text[match.start(1) : match.end(1)], match.group(2), text[match.end(2) :].strip()
    thing = "it" if low(thing) in ("this", "that") else thing
    plain = low(thing) in ("it", "i")
    match how:
        case "without" | "with no" | "without any" | "free of" | "devoid of":
            return f"remove {what}" if plain else f"remove {what} from {thing}"
        case "at" if _HOUR.match(low(what)) and (" with " in what or low(thing).startswith("the same ")):
            return f"make it {what}"
        case "with" if low(thing).endswith("ing"):
            return _shown_doing(text, vocabulary)
        case "with" if switched := _SWITCHED.fullmatch(what):
            return f"turn {switched['how']} {switched['lamp']}{'' if plain else f' in {thing}'}"
        case "with":
            owner = "the person" if low(thing) == "i" else thing
            return f"add {what}" if low(thing) == "it" else f"{owner} should have {what}"
        case "wearing":
            return f"make {thing} wear {what}"
        case "as" if _AGED.match(low(what)):
            return f"make {thing} look like {what}"
        case "as":
            return f"turn {thing} into {what}"
        case "if":
            return f"what if {what if plain else _PRONOUN.sub(lambda _: f'{thing} ', what)}"
        case "made of":
            return f"make {thing} made of {what}"
        case "on" if low(thing).split(" ")[0] not in vocabulary["words.definite"] and not plain:
            return _worn(thing, what, vocabulary)
        case "at" if what.isdigit():
            return f"make {thing} look {what} years old"
        case "in" | "at" | "on" if vocabulary["scenes.places"].trailing(low(what)):
            return text
        case "in" if not plain and vocabulary["hints.garments"].trailing(low(what)):
            return f"make {thing} wear {what}"
        case "in" | "at" | "during" if low(what).startswith(("a ", "an ")) and _names_scene(what, vocabulary):
            return f"make {thing} look like {what}"
        case _:
            return f"make {thing} {how} {what}" if how == "under" else f"make {thing} {what}"


def _names_scene(text: str, vocabulary: Vocabulary) -> bool:
    """Whether the words end in weather, a season or a time of day."""
    return vocabulary["scenes.words"].trailing(low(text)) is not None


def _ified(word: str, hyphen: str, vocabulary: Vocabulary) -> str | None:
    """The look that something is to be turned into: "ghiblify" -> "ghibli", "lego-ify" -> "lego"."""
    meant = (one for one in (word, f"{word}i", f"{word}e") if one in vocabulary["looks.words"])
    return word if hyphen else next(meant, None)


def _worn(thing: str, who: str, vocabulary: Vocabulary) -> str:
    """ "Pink hair" on me -> "make my hair pink"; "a beard" on him -> "give him a beard"."""
    first, _, rest = thing.partition(" ")
    if rest and colour_in(first, vocabulary):
        owned = f"{_WHOSE[low(who)]} {rest}" if low(who) in _WHOSE else f"the {rest} of {who}"
        return f"make {owned} {first}"
    return f"give {who} {thing}"


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
    text = _IS_TO_BE.sub(" should be ", text)
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
    if _SHOULD.search(small):
        return None
    asked = small.startswith(("have ", "get "))
    words, spoken = small.split(" ")[asked:], text.split(" ")[asked:]
    whole = words[0] in _WHOLE and (asked or (words[0] == "everything" and len(words) == 2))
    if whole and len(words) > 1 and (verb := _DONE_TO_ALL.get(words[1])):
        return " ".join([verb, spoken[0], *spoken[2:]])
    if words[0] not in vocabulary["words.definite"] or (asked and len(words) < 3):
        return None

    def acts(word: str) -> bool:
        return word.endswith("ing") and word not in vocabulary["states.nouns_in_ing"]

    for index in range(2, len(words)):
        for size in (2, 1):
            verb = vocabulary.participles.get(" ".join(words[index : index + size]))
            rest = words[index + size :]
            sure = words[index].endswith("ed") or asked or size > 1
            done = not rest or rest[0] in _BEHIND_PARTICIPLE or colour_in(" ".join(rest), vocabulary)
            told = words[index - 1] in _BEING
            told = told or "be" in words[:index] or any(map(acts, words[2:index]))
            if verb and verb not in ("make", "take") and sure and done and not told and index + size <= len(words):
                return " ".join([verb, *spoken[:index], *spoken[index + size :]])
    return None

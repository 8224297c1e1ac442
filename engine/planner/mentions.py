"""The things that remarks are about, and sentences in which "it" is told by their names."""

from __future__ import annotations

from typing import Any

from engine.expressions import regex
from engine.operations import Context
from engine.planner.colours import colour_in
from engine.planner.normalise import low, quotes_in
from engine.planner.reading import without_article
from engine.planner.tone import tone_of
from engine.planner.vocabulary import Vocabulary, expression

_CONTRACTED = regex(
    r"(?i)^(?!(?:he|she|it|there|that|this|what|who|here|let|everyone|everything)'s )"
    r"((?:(?:the|that|this|my|his|her|our|their) )?(?:[^ ,']+ ){0,2}[^ ,']+)'s "
    r"(?=[a-z]+ing\b|(?:too|so|not|really|just|still|in|on|all|way|totally|completely|a bit|kind of|pointless|"
    r"useless|an?|the)\b)"
)
"""The "is" of "the hat's hiding his eyes"."""
_SAID_OF = expression("said_of")
"""What a sentence opens with, and how that is."""
_MARRING = ("noise", "haze", "scratches", "blemishes", "jpeg")
"""Defects that lie on a picture or a face like something that could be wiped off."""
_FOUND = expression("defect_found")
""" "There's scratches all over this photo"."""
_COMPLAINING = expression("complaining")
"""Of somebody spoken of, or of nothing that is told."""
_OF_IT = regex(
    r"(?!.* (?:in|on|around|over|under|of) )(?:it|this|that)(?:'s| is| was| looks| looked| came out) "
    r"(?:(?:a bit|a little|way|far|much|just|really|kind of|all) )*"
    r"(?:too|so|very|not|quite|[a-z]+ (?:that day|when|at the time|for))\b"
)
"""A remark on the picture, whatever else it names: "it's too big for the site"."""
_SOMEBODYS = regex(r"^(?:somebody|someone|some [a-z]+)(?: else)?'s ")
_NO_SUBJECTS = frozenset(
    ["he", "she", "it", "there", "that", "this", "what", "who", "here", "let", "where", "how", "everyone"]
)
_PLACE = regex(r" (?:into|in|on|at|of|behind|under|over|near|from|to|with) ")
_EXACTLY = regex(r" (?:right|just|directly) (?=(?:behind|in|on|next|beside|under|above|at|by|between) )")
_HUNG = regex(r" (?:on|above|over|behind) (?:the|my|his|her|our) (?!left|right|top|bottom)")
"""A picture in the picture."""
_TOLD_BY_NOW = regex(r"(?i)(?: in \w+)?(?: (?:anymore|any more|right now|now|today|here))$")
_FRAMING = frozenset(["crop", "flip", "resize", "upscale", "expand"])
_BEHIND = ("what's behind ", "what is behind ", "everything behind ", "the stuff behind ")
_CHOOSING = regex(r"^(?:(?:try|go|pick|choose|use) )?(?:with |for )?(?:an? )?")
_NO_BARE = (
    "words.determiner",
    "words.pronoun",
    "words.leading_in",
    "words.asking",
    "hints.no_thing_first",
    "states.adjectives",
    "states.strengtheners",
    "words.people_spoken_to",
)
"""Words that no thing without an article begins with."""
MAX_OWNER = 4
_BACKDROPS = frozenset(["the background", "the backdrop"])
_THING_SOMEWHERE = regex(
    r"(?P<thing>(?!(?:no|not|too|so|more|less|all) )(?:[^ ,']{2,30} ){0,2}[^ ,']{3,30}(?<! all)) "
    r"(?:all over|in|on|at|by|near|under|behind|over|above|next to|beside) "
    r"(?:the|my|his|her|that|this|our|their)(?: [^ ,]{2,30}){1,3}"
)
_NOUN_OR_STATE = ("noun_verbs.words", "states.adjectives")
_NO_NAME = (
    "words.determiner",
    "words.pronoun",
    "words.leading_in",
    "words.asking",
    "hints.no_thing_first",
    "words.opener",
)
_NO_THINGS = frozenset(["year", "years", "age", "time", "decades", "moment", "end", "way", "lot"])
"""What remarks tell when or how much with."""
_OWN_PART = regex(r"(?i)^((?:please )?(?:\S+ ){1,2}?)its (?=\S)")
"""Behind a verb, what the thing spoken of has: "push its saturation"."""
_REFUSED = regex(
    r"^(?:(?:i|we|she|he) )?(?:don't|do not|doesn't) (?:really )?(?:want|need) (?:it|them|that|him|her|this)\b"
)
_ELLIPTIC = regex(
    r"^(?:(?:it|they|he|she) )?((?:should|must|needs? to|has to|have to|ought to|could (?=be |have |use )) ?)"
)
""" "Should be laughing", "it has to be green": of the thing spoken of."""
_STANDING_IN = regex(
    r"^(?:(?:maybe|perhaps|i wanted|i want|i need|give me|put|have|so|please|substitute|swap in|add|place) )*"
    r"(?P<new>(?:an?|some|another) .{2,60}?)(?:(?: there)? instead| in (?:its|their) (?:place|stead))$"
)
_WISHING = regex(r"\b(?:should|must|needs?|wants?|wish|if|have to|has to|would|could)\b")
_PREFERRED = regex(r" (?:would|might|could|will) (?:be|look|work) \S.*$")
_AWAY = frozenset(["out", "gone", "away", "bye", "begone", "bin it", "off with it", "out with it"])
"""What is to become of a thing that was just complained about."""
_GOING = expression("going_away")
_HER_DOING = regex(r"((?:make|have|get|let) )her( [^ ,]+)")
_FOCUSING = regex(r"((?:crop|zoom|trim|cut|focus|close)(?: [a-z]+){0,2} (?:on|to|around)) (?:it|him|her|them|that)")
"""Orders about the frame that are about a thing as well: "crop closer to him"."""
_BARE = frozenset(["remove", "blur", "pixelate", "extract"])
"""Orders that need a thing, so that without one they are about what was spoken of."""


def written_out(sentence: str, vocabulary: Vocabulary) -> str:
    """The sentence with the "is" of what it opens with: "spoon's dirty, wash it" -> "spoon is dirty, wash it"."""
    said = _SAID_OF.match(sentence) if "'s " in sentence else None
    if said is None or low(said["thing"]).split(" ")[0] in _NO_SUBJECTS:
        return sentence
    first, look = low(said["thing"]).split(" ")[0], low(said["look"])
    if first in vocabulary.base_forms and first not in vocabulary["noun_verbs.words"]:
        return sentence
    known = any(look in vocabulary[name] for name in ("states.adjectives", "states.faulty"))
    known = known or colour_in(look, vocabulary) is not None
    mending = vocabulary.tables["mending"]
    known = known or (look.endswith("ing") and look not in vocabulary["states.nouns_in_ing"])
    known = known or look in mending["tones"] or look in mending["mirrored"] or look in mending["leaning"]
    if not (known or tone_of(look) or said["strength"]):
        return sentence
    return f"{said['thing']} is {sentence[said.end('thing') + 3 :]}"


def spoken_of(thing: str | None, context: Context) -> bool:
    """Whether the last edit was about that thing, or brought it, so that "it" means that anyway."""
    last: Any = context.history[-1] if context.history else None
    if thing is None or last is None:
        return False
    said = " ".join(
        filter(None, (getattr(last, "prompt", None), getattr(getattr(last, "target", None), "phrase", None)))
    )
    return without_article(low(thing)).split(" ")[-1].rstrip("s") in (word.rstrip("s") for word in low(said).split(" "))


def mentioned_in(remark: str, vocabulary: Vocabulary) -> str | None:
    """The thing a remark is about, as "the lamp"; None where it names none, or only the picture itself."""
    remark = _CONTRACTED.sub(r"\1 is ", remark)
    if low(remark).startswith(_BEHIND):
        return "the background"
    if placed := _placed(low(remark), vocabulary):
        return f"the {placed}"
    if bare := _bare(low(remark), vocabulary):
        return f"the {bare}"
    if marred := _marred(low(remark), vocabulary):
        return f"the {marred}"
    if _OF_IT.match(low(remark)):
        return None
    match = expression("mentioned").search(low(remark))
    thing = _TOLD_BY_NOW.sub("", remark[match.start("thing") : match.end("thing")].strip(" ,")) if match else ""
    if quotes_in(thing):
        return None
    head = _PLACE.split(low(thing))[0].split(" ")[-1]
    pictures = head in vocabulary["words.picture"] and not _HUNG.search(low(thing))
    whole = low(thing) in vocabulary["words.whole"] or pictures or head in _NO_THINGS
    return None if whole or not thing else f"the {_EXACTLY.sub(' ', thing)}"


def _marred(small: str, vocabulary: Vocabulary) -> str | None:
    """The defect that a remark finds, and on what of the picture: "there's loads of grain all over the sky"."""
    found = _FOUND.fullmatch(small)
    if found is None or not any(found["what"] in vocabulary[f"defects.{name}"] for name in _MARRING):
        return None
    where = low(found["where"] or "")
    whole = not where or where.split(" ")[-1] in vocabulary["words.picture"] or where in vocabulary["words.pronoun"]
    return found["what"] if whole else f"{found['what']} on {where}"


def _placed(small: str, vocabulary: Vocabulary) -> str | None:
    """The thing of a remark that is nothing but its name and its place: "date stamp in the corner"."""
    match = _THING_SOMEWHERE.fullmatch(small)
    if match is None or any(match["thing"].split(" ")[0] in vocabulary[name] for name in _NO_NAME):
        return None
    first, last = match["thing"].split(" ")[0], match["thing"].rsplit(" ", 1)[-1]
    known = small.rsplit(" ", 1)[-1] in vocabulary["words.picture"]
    known = known or any(last in vocabulary[name] for name in ("states.adjectives", "words.position", *_NO_NAME))
    orders = first in vocabulary.base_forms and not any(first in vocabulary[name] for name in _NOUN_OR_STATE)
    if known or orders or tone_of(last) or colour_in(last, vocabulary):
        return None
    return small.replace(" all over ", " on ")


def _bare(small: str, vocabulary: Vocabulary) -> str | None:
    """The thing without an article that a remark opens with, or is: "toast came out pale", "dog leash"."""
    match = expression("mentioned_bare").match(small)
    thing = match["thing"].strip() if match else small
    if not match and (thing.count(" ") > 1 or "," in thing or quotes_in(thing)):
        return None
    first = thing.split(" ")[0]
    owner = first.removesuffix("'s") if match and " " in thing else first
    told = any(first in vocabulary[name] for name in _NO_BARE) or "'" in owner or owner in _NO_SUBJECTS
    named = match is not None and " " not in thing
    verb = not named and first in vocabulary.base_forms and first not in vocabulary["noun_verbs.words"]
    whole = thing in vocabulary["words.whole"] or thing.split(" ")[-1] in vocabulary["words.picture"]
    greeting = first in vocabulary["words.opener"] and first not in vocabulary["words.people"]
    return None if told or verb or whole or greeting else _SOMEBODYS.sub("", thing)


def is_remark(small: str) -> bool:
    """Whether a clause only says how something is: "table looks empty"."""
    small = _CONTRACTED.sub(r"\1 is ", small)
    if _COMPLAINING.match(small):
        return True
    return expression("mentioned_bare").match(small) is not None and _WISHING.search(small) is None


def _is_view(words: str, vocabulary: Vocabulary) -> bool:
    """Whether the words name what may be seen behind everything: "mountains", "a beach"."""
    if words.count(" ") >= MAX_OWNER or words.split(" ")[0] in vocabulary.base_forms:
        return False
    return any(vocabulary[name].trailing(words) is not None for name in ("scenes.places", "scenes.vistas"))


def told_of(clause: str, request: str, thing: str, vocabulary: Vocabulary) -> str | None:
    """The clause with its "it" told by name: "delete it" -> "delete the lamp", "remove" -> "remove the lamp".

    request: the clause without what leads to it. None where it points at nothing, or at the picture: "crop it".
    """
    verb, _, rest = low(request).partition(" ")
    does = frozenset(vocabulary.openings.get(verb, ()))
    if low(request) in _AWAY or _GOING.fullmatch(low(clause)):
        return f"remove {thing}"
    if not rest and not does.isdisjoint(_BARE):
        return f"{request} {thing}"
    if colour_in(chosen := _PREFERRED.sub("", _CHOOSING.sub("", low(request))), vocabulary):
        return f"make {thing} {chosen}"
    if thing in _BACKDROPS and _is_view(chosen, vocabulary):
        return f"change {thing} to {chosen}"
    if _REFUSED.match(low(clause)):
        return f"remove {thing}"
    if wished := _ELLIPTIC.match(low(clause)):
        return f"{thing} {clause[wished.start(1) :]}"
    if new := _STANDING_IN.match(low(clause)):
        return f"replace {thing} with {clause[new.start('new') : new.end('new')]}"
    if (own := _OWN_PART.match(clause)) and thing.count(" ") < MAX_OWNER:
        return f"{own[1]}{thing}'s {clause[own.end() :]}"
    if focused := _FOCUSING.fullmatch(low(clause)):
        return f"{focused[1]} {thing}"
    if doing := _HER_DOING.fullmatch(low(clause)):
        return f"{doing[1]}{thing}{doing[2]}"
    match = expression("pointing_back").search(low(clause))
    if match is None or not does.isdisjoint(_FRAMING):
        return None
    before, behind = clause[: match.start()], clause[match.end() :].strip()
    if without_article(low(behind)) in vocabulary["scenes.words"]:
        return None
    if low(behind) in vocabulary["hints.particles"]:
        return f"{before} {behind} {thing}".strip()
    return f"{before} {thing} {behind}".strip()

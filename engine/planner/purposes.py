"""What is said around a request and asks for nothing: what the picture is for, and why it is to change."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from engine.expressions import regex
from engine.planner.normalise import low, quotes_in
from engine.planner.vocabulary import Vocabulary, expression

MAX_JOINTS = 24
MAX_OPENING = 160
"""Characters in which a request shows whether it is one."""
_TOLD_APART = expression("joint_before_wish")
_WISH = expression("wish_behind")
_STATEMENT, _OWN_STATEMENT = expression("statement"), expression("own_statement")
_ASKED_BY = expression("asked_by")
_NONE_OF, _ANOTHER = expression("none_of"), expression("another_wish")
_POINTING = expression("pointing_back")
_GOING = regex(r"(?:(?:can|could|should) )?(?:it|that|this|they|those) (?:please )?go(?: away| please)?")
"""What stands behind a thing that is to be taken away."""
_THANKS = regex(r"(?i) , (?:thanks|thank you|thx|ta|cheers|please|pls|many thanks|thanks a lot|thanks so much)$")
_BEHIND_ORDER = regex(r" (?:before|so|because|since|,) ")
_SUITABLE = regex(r"(?i)(?: ,)? (?:suitable|appropriate|ideal|perfect|fit|ready|intended|meant|good enough)$")
_STRONG = frozenset([":", ", so"])
_ASKING = (" in ", " with ", " to ", " from ", " and ", "er for ", "white for ")
"""Words of a lead that may ask for something itself."""
_SO = frozenset(["so", ", so", "and so", ", and so"])
_WEAK = frozenset([",", "and", ", and", "but", ", but"])
"""Joints that join two wishes as well, so that what stands before them has to be told from one."""
MAX_WORDS_OF_USE = 6
MAX_HEADING = 10
"""Words of a heading: "coaching slide : ..."."""

_OWN = frozenset(["my", "our", "your", "his", "her", "their", "next", "tomorrow's"])
"""What stands before something that the picture is for, and no part of it."""
_ARTICLES = frozenset(["the", "this", "that", "these", "those", "a", "an"])

_NEEDED = regex(
    r"(?:i|we)(?:'d| would)? (?:really |just |only |also )?(?:need|want|like) an? "
    r"(?P<use>[^,:]{2,40}?)(?: ,)? so (?=\S)"
)
"""What is to be made of the picture, before the order that makes it: "I need a passport photo, so ..."."""
_INSTEAD = (" in its place", " in their place", " in its stead")
_END_IN_VIEW = regex(
    r"(?:just |only |in order |so as )?to "
    r"(?!(?:the|this|that|these|those|an?|my|our|his|her|its|their|me|us|him|them)\b)[a-z]"
)
""" "To pass as an ID photo": what a wish is for, before it."""

_PAST_REASON = expression("past_reason")
"""Why, as it was when the picture was taken: "make it brighter, the kitchen was dark"."""
_SIZE_BEHIND = regex(
    r"(?i)(?P<order>\S+(?: it| this)?) for [^,]{2,40} , (?:to |at |in |make it )?"
    r"(?P<shape>(?:an? )?(?:\d+ ?(?::|x|by) ?\d+|square|portrait|landscape|widescreen)\b.*)"
)
"""The shape behind what a crop is for: "crop for instagram, 4 by 5"."""

Begins = Callable[[str], bool]


def led_up_to(sentence: str, vocabulary: Vocabulary, begins: Begins) -> str:
    """The sentence from its request on: "our brand is teal, so the apron ought to be" -> "the apron ought to be".

    begins: whether a request begins with a text.
    """
    sentence = _THANKS.sub("", sentence)
    needed = _NEEDED.match(low(sentence)) if " so " in sentence else None
    if needed and any(vocabulary[f"words.{name}"].trailing(needed["use"]) for name in ("uses", "picture")):
        return sentence[needed.end() :]
    if begins(sentence[:MAX_OPENING]) or _WISH.match(low(sentence)):
        return sentence
    sentence = _used_for(sentence, vocabulary, begins)
    small = low(sentence)
    for match in islice(_TOLD_APART.finditer(small), MAX_JOINTS):
        lead, request = small[: match.start()], sentence[match.end() :]
        if " is to be " in lead or " are to be " in lead:
            return sentence
        joint = match.group("joint")
        wished = _WISH.match(low(request)) or (joint in _STRONG and _NONE_OF.match(low(request)))
        ordered = begins(request[:MAX_OPENING])
        if not (wished or ordered):
            if joint == ":" and (_is_heading(lead, vocabulary) or _STATEMENT.match(lead)):
                return request
            continue
        bare = joint == ":" and request.count(" ") < 2
        leads = not bare and _leads_up(lead, joint, vocabulary, wished=bool(wished))
        points = (ordered and _points(request)) or _GOING.fullmatch(low(request))
        return request if leads and not points else _asked_by(sentence, vocabulary)
    return _asked_by(sentence, vocabulary)


def _points(request: str) -> bool:
    """Whether the request speaks of what was told before it: "so remove it"."""
    return _POINTING.search(_BEHIND_ORDER.split(low(request))[0]) is not None or low(request).endswith(_INSTEAD)


def _is_heading(lead: str, vocabulary: Vocabulary) -> bool:
    """Whether the words only name what the picture is for, or what happened: "safety poster", "kit changed"."""
    asks = lead[:1].isdigit() or any(word in f" {lead}" for word in _ASKING) or lead.split(" ", 1)[0] in _ARTICLES
    if asks or lead.count(" ") >= MAX_HEADING:
        return False
    return vocabulary["words.uses"].trailing(lead) is not None


def _asked_by(sentence: str, vocabulary: Vocabulary) -> str:
    """The wish of somebody the picture is made for as one's own: "the client wants the door green"."""
    asked = _ASKED_BY.match(low(sentence))
    if asked is None:
        return sentence
    wanted = sentence[asked.end() :]
    person = vocabulary["words.askers"].trailing(asked["who"]) is not None
    used = vocabulary["words.uses"].trailing(asked["who"]) and low(wanted).startswith(("the ", "this ", "our "))
    if not person and not used:
        return sentence
    return f"I want {wanted}"


def is_another_wish(asked: str, behind: str, begins: Begins) -> bool:
    """Whether a wish of its own begins behind one: "the dog should be black and the cat should be white"."""
    if not _ANOTHER.match(low(behind)):
        return False
    first = asked.strip()
    return begins(first[:MAX_OPENING]) or _WISH.match(low(first)) is not None


def _leads_up(lead: str, joint: str, vocabulary: Vocabulary, *, wished: bool) -> bool:
    """Whether the words before the joint only lead to what is behind it."""
    first, last = lead.split(" ", 1)[0], lead.rsplit(" ", 1)[-1]
    if quotes_in(lead) or last in vocabulary.classes["lettering"]:
        return False
    weak = joint in _WEAK
    if (wished or not weak) and _is_heading(lead, vocabulary):
        return True
    if first in vocabulary["words.leading_in"] or first in vocabulary.base_forms:
        return False
    if wished and joint == "," and _END_IN_VIEW.match(lead):
        return True
    if joint == ":":
        return lead.count(" ") < MAX_HEADING
    if not wished:
        told = joint in _SO and _asked_by(lead, vocabulary) != lead
        return told or _OWN_STATEMENT.match(lead) is not None
    return not weak or _STATEMENT.match(lead) is not None


def _used_for(sentence: str, vocabulary: Vocabulary, begins: Begins) -> str:
    """The sentence without what the picture is for: "for our brochure I need the door green"."""
    words = sentence.split(" ")
    if low(words[0]) != "for":
        return sentence
    for index in range(2, min(len(words), MAX_HEADING)):
        rest = " ".join(words[index:]).removeprefix(", ")
        used = vocabulary["words.uses"].trailing(low(" ".join(words[:index])))
        if used and (begins(rest[:MAX_OPENING]) or _WISH.match(low(rest))):
            return rest
    return sentence


def without_use(text: str, vocabulary: Vocabulary, *, written: bool = False) -> str:
    """The request without what the picture is for: "paint the wall green for the mood board".

    written: words are to be written, which may end like that themselves.
    """
    if written or " for " not in text:
        return text
    parts = [_without_use(part, vocabulary) for part in text.split(" , ")]
    return " , ".join(part for part in parts if part)


def _without_use(part: str, vocabulary: Vocabulary) -> str:
    """One part between commas without what the picture is for; what is added may itself be for a shop."""
    before, found, use = f" {part}".rpartition(" for ")
    first, *rest = low(use).split(" ")
    if not found or len(rest) >= MAX_WORDS_OF_USE or vocabulary["words.uses"].trailing(low(use)) is None:
        return part
    before = _SUITABLE.sub("", before.strip())
    added = "add" in vocabulary.openings.get(low(before).split(" ", 1)[0], ())
    told = first in _OWN or (rest and not added and (first in _ARTICLES or len(rest) > 1))
    whole = not before or " " in before or before[0].isdigit() or low(before) in vocabulary["words.bare_order"]
    return before if told and whole else part


def without_past(text: str, vocabulary: Vocabulary) -> str:
    """The order without how things were when the picture was taken; what is to be written may tell that."""
    past = _PAST_REASON.search(low(text)) if " , " in text else None
    writes = past and "write" in vocabulary.openings.get(low(text).split(" ")[0], ())
    return text[: past.start()] if past and not writes else text


def shaped(text: str) -> str:
    """A crop by its shape alone, where that stands behind what it is for."""
    sized = _SIZE_BEHIND.fullmatch(text) if "," in text else None
    return f"{sized['order']} to {sized['shape']}" if sized else text

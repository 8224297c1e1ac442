"""One sentence into the clauses that each ask for something, politeness and reasons taken off."""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial
from itertools import islice

from engine.expressions import regex
from engine.planner.asides import by_means, without_contrast
from engine.planner.colours import colour_in, trailing_colour
from engine.planner.descriptions import is_change_without_result, without_constraints
from engine.planner.mentions import mentioned_in
from engine.planner.normalise import SHARED, low, quotes_in
from engine.planner.purposes import is_another_wish, led_up_to, without_use
from engine.planner.run_on import order_behind, told_apart
from engine.planner.sharing import with_shared_thing, with_shared_verb
from engine.planner.telling import tone_words
from engine.planner.vocabulary import Vocabulary, expression
from engine.planner.word_order import leads_in, placed_last, verb_first, wished_for

_FRAMING = frozenset(["crop", "resize", "upscale", "expand", "rotate", "flip"])
_MAKING = frozenset(["add", "put", "write", "generate"])
_PURPOSE = regex(r" for (?:my|our|your|his|her|their|the) ")
_TURNING = frozenset(["increase", "decrease", "increment"])
_NEEDING = frozenset(["crop", "cut", "trim", "cut out", "crop out"])
"""Orders that wait for their thing: "crop and give me the left half"."""
STEPS = frozenset(["undo", "redo", "compare", "retry", "restart"])
"""Requests of a single word."""
AFTER_STEPS = frozenset([",", "and", "then", "it", "that", "this", "the", "everything", "all", "twice", "please"])
"""What may stand behind such a word in a chain of requests."""
_WIDENING = frozenset(["zoom", "pull", "move", "step", "widen", "take", "dolly", "show"])
"""First words of the ways to zoom out, whose ends tell what is to be seen then."""
MAX_CLAUSES = 20
MAX_JOINTS = 60
"""Conjunctions and commas of a sentence that may join requests."""
MAX_OPENING = 160
"""Characters in which a request shows whether it is one."""
MAX_CLAUSE = 320
"""Characters of one clause that are read: what follows is description."""

_JOINT = expression("joint")
_CONTRARY = regex(r"(?: ,)? (?:and not|not|rather than|instead of|and no longer|no longer) (\S+(?: \S+)?)$")
_DOING = regex(r" (?:be|being|is|are) (?:[a-z]+ ){0,3}?[a-z]{3,}ing\b")
_NOT_DOING = regex(
    r"(?: ,)? (?:and |but )?(?:not|instead of|no longer) (?:just |only |simply |still )?[a-z]{3,}ing\b[^,]*$"
)
_OBJECTS = ("it ", "the ", "them ", "down ", "off ", "my ")
_OBJECTS_ASKED = frozenset(["the", "it", "this", "that", "them", "my", "his", "her", "those", "these"])
_POSING = regex(r"(?:have|make|let|get|show) (?:the|my|his|her|their|our|this|that|both) ")
_CHAIN = regex(r"then|after that|while")
_ORDERED = tuple(expression(f"{name}_said") for name in ("before", "after", "last", "first"))
"""Sentences that say what comes before what."""
_VERDICT = expression("verdict")
_ANNOUNCED = expression("announced")
_ASKED = expression("asked")
_MEANWHILE = expression("meanwhile")
_CONDITION = expression("condition")
_HOPE = expression("hope")
_POINTING = expression("pointing_wish")
_CONFIRMING = expression("confirming")
_SUGGESTED = expression("suggested")
_LINES = regex(r"(?:top|bottom|upper|lower) (?:text|caption|line) \S")
"""How a line of a meme begins."""
_RUN_ON = expression("run_on")
""" "The cable is ugly get rid of it"."""
_ANSWERING = expression("answering")
_WISHING = regex(r"\b(?:should|must|needs? to|has to|have to|want|would|could|can|let|make)\b")
"""Words of a clause that wishes for something itself."""
_REMARK = expression("remark_behind")
_LEFT = frozenset(["left", "kept"])
"""What "as they are" behind them is no reason for."""
_REASON_BEHIND = expression("reason_behind")
_WITHOUT_DOING = regex(r"(?:(?:it|them|him|her|anything|everything) )?\S*ing\b")
_FOR_USE = expression("for_use")
_MANNER = regex(r" , [a-z]{4,14}ly$")
"""How it is to be done, which only a change of the frame needs to know: ", horizontally"."""
_SIZED = regex(r"\d|\b(?:square|twice|double|two|three|four|six|eight|portrait|landscape|widescreen)\b")
"""What tells a shape or a size, whatever it is for."""
_TO_THING = regex(r" to (?:the|a|an|my|his|her|it)\b")
"""Behind an opener that is a verb as well, whose thing this is."""
_SOMEBODY_THERE = regex(r" (?:on|in|at|with|looks?|is|has|was|wearing|holding|next|behind|who|needs?) ")
"""Behind who may be spoken to, but is spoken of: "bro on the right looks bored"."""
_PLEADING = regex(r" (?:please|pls|plz|thanks|thank you|thx|in (?:it|this|here|there|the \w+))$")
_IS = regex(r"(?i) (?:is|are|was|were) ")
_ADVISING = regex(
    r"((?:if (?:it were|it was|i were|i was) (?:me|you|up to me) (?:, )?)?(?:i|we)(?:'d| would)"
    r"(?: (?:just|personally|totally|definitely|maybe|probably|honestly))?) "
    r"(?!(?:have|see|be|say|do|like|love|prefer|want|need|picture|imagine|expect)\b)"
)
"""How somebody begins who says what they would do: "I'd blur the background"."""


@cache
def _picture_phrase(nouns: tuple[str, ...], modifiers: tuple[str, ...]) -> re.Pattern[str]:
    modifier, noun = "|".join(map(re.escape, modifiers)), "|".join(map(re.escape, nouns))
    return re.compile(
        r" (?:to|in|from|of|on|within|into|across|throughout|inside|for|with|at) (?:the|this|that|my|our|your|an|these)"
        rf"(?: (?:{modifier}))* (?:{noun})(?: above| here| shared above| below| itself|{SHARED})?"
        r"(?= (?!on|above|hanging|frame)|$)"
    )


def split(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """The clauses of a sentence, in order; a conjunction splits only where a new request begins behind it."""
    if " : " in sentence and (announced := _ANNOUNCED.match(low(sentence))):
        sentence = sentence[announced.end() :]
    sentence = led_up_to(sentence, vocabulary, partial(begins_request, vocabulary=vocabulary))
    parts = [
        part
        for asked in _asked(sentence, vocabulary)
        for one in _in_order(_favour_dropped(asked, vocabulary), vocabulary)
        for part in _joined(one, vocabulary)
    ]
    bare = [strip_openers(part, vocabulary) for part in parts]
    whole = with_shared_thing(bare, vocabulary)
    parts = [part if one == before else one for part, before, one in zip(parts, bare, whole, strict=True)]
    clauses = [clause for part in parts for clause in _with_verbs(part, vocabulary)]
    return [clause[:MAX_CLAUSE] for clause in clauses[:MAX_CLAUSES]]


def _joined(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """The requests that conjunctions and commas join."""
    clauses: list[str] = []
    start = 0
    sentence = placed_last(sentence, vocabulary)
    begins = partial(begins_request, vocabulary=vocabulary)
    for joint in islice(_JOINT.finditer(sentence := f" {sentence} "), MAX_JOINTS):
        behind = sentence[joint.end() : joint.end() + MAX_OPENING].strip()
        lead = sentence[: joint.start()].strip() if not start and joint.start() < MAX_OPENING else ""
        if lead and (leads_in(opening := strip_openers(lead, vocabulary), vocabulary) or low(opening) in _NEEDING):
            continue
        if lead and low(lead).startswith(("for ", "as ")) and wished_for(sentence.strip(), vocabulary):
            continue
        new = begins_request(behind, vocabulary, bool(_CHAIN.search(joint.group())))
        told = lead and not new and _POINTING.match(low(behind)) and mentioned_in(lead, vocabulary)
        suggested = lead and not new and _SUGGESTED.match(low(behind)) and not begins_request(lead, vocabulary)
        remarked = "," in joint.group() or lead.count(" ") > 1
        answers = remarked and lead and not new and _answers(low(lead), low(behind), vocabulary)
        suggested = suggested or answers or _LINES.match(low(behind))
        vague = _CONFIRMING.fullmatch(low(behind)) is not None
        wished = not new and is_another_wish(sentence[start : joint.start()], behind, begins)
        if joint.start() >= start and (new or told or suggested or vague or wished):
            clauses.append(sentence[start : joint.start()])
            start = joint.end()
    clauses.append(sentence[start:])
    return [clause for part in clauses if (clause := part.strip(" ,"))]


def _answers(lead: str, behind: str, vocabulary: Vocabulary) -> bool:
    """Whether a wish follows on a remark that asks for nothing yet: "it's so empty, a boat would be cool"."""
    if not _ANSWERING.match(behind) or _WISHING.search(lead):
        return False
    first, _, second = lead.partition(" ")
    described = first in vocabulary["states.adjectives"] and second.split(" ")[0] not in vocabulary["words.determiner"]
    return described or not begins_request(lead, vocabulary)


def _favour_dropped(sentence: str, vocabulary: Vocabulary) -> str:
    """The sentence from its request on, where what leads to it joins with "and": "do me a favour and ..."."""
    text = strip_openers(sentence, vocabulary)
    return text if low(sentence[: len(sentence) - len(text)]).rstrip().endswith(" and") else sentence


def _with_verbs(clause: str, vocabulary: Vocabulary) -> list[str]:
    """The clause, or the clauses of things that share its verb."""
    shared = with_shared_verb(strip_openers(clause, vocabulary), vocabulary)
    return shared if len(shared) > 1 else [clause]


def _in_order(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """What is to be done first, first: "blur it after removing the lamp", "before you crop, remove the lamp"."""
    for pattern in _ORDERED:
        match = pattern.match(low(sentence))
        if match is None:
            continue
        first, last = (sentence[match.start(name) : match.end(name)] for name in ("first", "last"))
        if all(begins_request(_plain(part, vocabulary), vocabulary) for part in (first, last)):
            return [_plain(first, vocabulary), _plain(last, vocabulary)]
    return [sentence]


def _plain(part: str, vocabulary: Vocabulary) -> str:
    """ "Removing the lamp" -> "remove the lamp"."""
    first, space, rest = strip_openers(part, vocabulary).partition(" ")
    verb = vocabulary.base_forms.get(low(first)) if low(first).endswith("ing") else None
    return f"{verb or first}{space}{rest}"


def _ordered(text: str, vocabulary: Vocabulary) -> str:
    """ "(How about) making it blue" -> "make it blue"."""
    first, _, rest = text.partition(" ")
    return _plain(text, vocabulary) if low(first).endswith("ing") and _opens_phrase(low(rest), vocabulary) else text


def _asked(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """The sentence from "can you ..." on, where what stands before it asks for nothing: "dark, can you light it".

    What stands before it stays a clause of its own where it tells what "it" is: "the lamp is ugly, can you hide it".
    """
    small = low(sentence)
    if begins_request(small[:MAX_OPENING], vocabulary):
        return [sentence]
    for match in islice(_ASKED.finditer(small), MAX_JOINTS):
        if begins_request(small[match.end() : match.end() + MAX_OPENING], vocabulary):
            remark, request = sentence[: match.start()].rstrip(" ,"), sentence[match.end() :]
            tells = mentioned_in(remark, vocabulary) or _CONFIRMING.fullmatch(low(request).rstrip(" ,"))
            return [remark, request] if tells else [request]
    if run_on := _RUN_ON.match(small):
        remark, order = sentence[: run_on.end()].rstrip(), sentence[run_on.end() :]
        return told_apart(remark, order, vocabulary, surely=True)
    behind = order_behind(sentence, vocabulary)
    return [sentence] if behind is None else told_apart(sentence[:behind].rstrip(), sentence[behind:], vocabulary)


def meanwhile(clause: str) -> str:
    """The clause without small words in its middle that change nothing: "increase contrast now by 20"."""
    return _MEANWHILE.sub("", clause)


@lru_cache(maxsize=256)
def begins_request(text: str, vocabulary: Vocabulary, chained: bool = False) -> bool:
    """Whether a clause of its own begins here: a verb that can only be one, or one before a determiner."""
    if low(text) in vocabulary["words.step_back"] or low(text).startswith(("go back to ", "back to the ", "let it ")):
        return True
    text = strip_openers(low(text), vocabulary)
    words = text.split(" ", 6)
    bare = words[0] in STEPS or words[0] in vocabulary["words.bare_order"]
    if bare and (len(words) == 1 or words[1] in AFTER_STEPS):
        return True
    if " with " in text and "enrich" in vocabulary.openings.get(words[0], ()):
        return _opens_phrase(" ".join(words[1:]), vocabulary)
    for size in range(min(5, len(words)), 0, -1):
        opening = " ".join(words[:size])
        if opening not in vocabulary.base_forms or opening in vocabulary["words.determiner"]:
            continue
        first = opening.split(" ")[0]
        if first.endswith("ing") and vocabulary.base_forms.get(first) != first and not chained:
            return False
        following = words[size] if len(words) > size else ""
        sure = size > 1 or opening not in vocabulary["noun_verbs.words"] or _tones(opening, following, vocabulary)
        return bool(following or chained) and (sure or chained or _opens_phrase(" ".join(words[size:]), vocabulary))
    if words[0] in vocabulary.tables["words"]["state_verbs"] and _opens_phrase(text.partition(" ")[2], vocabulary):
        return True
    return (chained and (len(words) > 1 or words[0] in STEPS)) or text.startswith(
        ("make ", "let there be ", "what if ")
    )


def _tones(verb: str, following: str, vocabulary: Vocabulary) -> bool:
    """Whether a tone is turned up or down: "bump contrast"."""
    return following in tone_words(vocabulary) and not _TURNING.isdisjoint(vocabulary.openings.get(verb, ()))


def _opens_phrase(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a noun phrase clearly begins: a determiner, a pronoun or something quoted."""
    first = text.split(" ", 1)[0]
    known = any(first in vocabulary[f"words.{name}"] for name in ("determiner", "pronoun", "everything"))
    known = known or first in ("me", "us", "only", "just")
    return known or bool(quotes_in(first))


@lru_cache(maxsize=256)
def strip_openers(text: str, vocabulary: Vocabulary) -> str:
    """The clause from its first word that matters: no greetings, no "could you please"."""
    small = rest = low(text)
    while opener := _opener(rest, vocabulary) or _asking(rest, vocabulary):
        behind = rest[len(opener) + 1 :]
        if not behind or (opener == "no" and _refuses(behind, vocabulary)) or _commands(opener, behind, vocabulary):
            break
        rest = behind
        while rest.startswith((", ", ": ")):
            rest = rest[2:]
    return text[len(small) - len(rest) :]


def _opener(small: str, vocabulary: Vocabulary) -> str:
    """The greeting or politeness that a clause opens with, and a comma behind it; empty where there is none."""
    feeling = vocabulary["words.feeling"].leading(small)
    if feeling and _opens_phrase(small[len(feeling) + 1 :], vocabulary):
        return feeling
    for phrase in vocabulary["words.opener"].openings(small):
        someone = phrase in vocabulary["words.people"] and _SOMEBODY_THERE.match(small, len(phrase))
        if not (someone or _TO_THING.match(small, len(phrase))):
            comma = small.startswith(" , ", len(phrase)) or small[len(phrase) :] == " ,"
            return f"{phrase} ," if comma else phrase
    advising = _ADVISING.match(small)
    behind = small[advising.end() : advising.end() + MAX_OPENING] if advising else ""
    return advising[1] if advising and begins_request(behind, vocabulary) else ""


def _asking(small: str, vocabulary: Vocabulary) -> str:
    """The "could" of an order that leaves out who is asked: "could make the sky blue"."""
    first, verb, object_, *_ = (*small.split(" ", 3), "", "", "")
    orders = verb in vocabulary.openings and vocabulary.base_forms.get(verb) == verb and object_ in _OBJECTS_ASKED
    return first if first in ("could", "can", "would") and orders else ""


def _commands(word: str, behind: str, vocabulary: Vocabulary) -> bool:
    """Whether a word of approval is the order that it may be as well: "cool it down"."""
    return word in vocabulary["scope.interjections"] and behind.startswith(_OBJECTS) and word in vocabulary.base_forms


def _refuses(small: str, vocabulary: Vocabulary) -> bool:
    """Whether a "no" is of the things behind it: "no cars please"; "no, cars please" and "no warmer" are not."""
    first = small.split(" ", 1)[0]
    plural = first.endswith("s") and len(first) > 3 and not first.endswith(("ss", "us", "'s"))
    listed = any(first in vocabulary[name] for name in ("words.background", "hints.masses", "hints.garments"))
    head = _PLEADING.sub("", small).rsplit(" ", 1)[-1]
    plural = plural or (small.count(" ") < 4 and head.endswith("s") and len(head) > 3 and first not in vocabulary.words)
    unheard = first not in vocabulary.words and not (first.endswith("er") and len(first) < 8) and small.count(" ") < 2
    return small.startswith("more ") or (
        (plural or listed or (unheard and first.isalpha()))
        and first not in vocabulary.base_forms
        and first not in vocabulary["words.determiner"]
    )


def strip_tail(text: str, vocabulary: Vocabulary) -> str:
    """The clause without trailing politeness."""
    while (tail := vocabulary["words.filler_tail"].trailing(low(text))) and len(tail) < len(text):
        text = text[: -len(tail)].rstrip(" ,")
    return text


def _thankless(text: str, vocabulary: Vocabulary) -> str:
    """The clause without the thanks behind what it is for: "square crop for my profile pic thank you"."""
    return strip_tail(text, vocabulary) if " for " in text and " thank" in low(text) else text


def _strip_purpose(text: str, vocabulary: Vocabulary) -> str:
    """The clause without what a change of the frame is for: "crop to 16:9 for my banner"."""
    classes = vocabulary.openings.get(low(text).split(" ")[0], ())
    before, purpose, _ = text.partition(" for ")
    if purpose and not _FRAMING.isdisjoint(classes) and _SIZED.search(before):
        return before
    text = without_use(text, vocabulary, written="write" in classes)
    pattern = _FOR_USE if _FRAMING.isdisjoint(classes) and _MAKING.isdisjoint(classes) else _PURPOSE
    match = pattern.search(low(text))
    return text[: match.start()] if match and not (pattern is _PURPOSE and _FRAMING.isdisjoint(classes)) else text


def _strip_reasons(text: str, vocabulary: Vocabulary) -> str:
    """The clause without what must stay as it is, or why: ", keeping its shape", "so it pops"."""
    words = low(text).split(" ")
    openings = (" ".join(words[:size]) for size in range(1, 6)) if words[0] in _WIDENING else ()
    if any("zoom_out" in vocabulary.openings.get(opening, ()) for opening in openings):
        return text
    tails = vocabulary["words.keep_tail"]
    offset = 0
    for index, word in enumerate(words):
        if index > 1 and word == "without" and _WITHOUT_DOING.match(" ".join(words[index + 1 : index + 3])):
            return text[: offset - 1].rstrip(" ,")
        told = index > 1 and words[index - 1] not in _LEFT and tails.opens(word)
        told = told and tails.leading(" ".join(words[index : index + 5])) is not None
        told = told and not (word == "so" and is_change_without_result(words[:index], vocabulary))
        if told and not _measured(word, words[index:]):
            return text[: offset - 1].rstrip(" ,")
        offset += len(word) + 1
    return text


def _without_contrary(text: str, vocabulary: Vocabulary) -> str:
    """The wish without the colour or the number that it is not: "teal not purple", "10, not 7" -> "teal", "10"."""
    if (doing := _NOT_DOING.search(low(text))) and _DOING.search(low(text), 0, doing.start()):
        return text[: doing.start()]
    match = _CONTRARY.search(low(text))
    if match is None:
        return text
    rest = text[: match.start()]
    states = vocabulary["states.adjectives"]
    acts = match.group(1).endswith("ing") and low(rest).rsplit(" ", 1)[-1].endswith("ing")
    stated = match.group(1) in states or (match.group(1).endswith("ing") and low(rest).rsplit(" ", 1)[-1] in states)
    numbers = match.group(1).isdigit() and rest[-1:].isdigit()
    colours = colour_in(match.group(1), vocabulary) and trailing_colour(rest, vocabulary)
    posed = _POSING.match(low(text)) and match.group(1).split(" ")[0] in vocabulary["states.verbs"]
    return rest if numbers or colours or acts or stated or posed else text


def _measured(word: str, rest: list[str]) -> bool:
    """Whether the reason behind a comma tells an amount: ", it's tilting 2 degrees"."""
    return word == "," and any(one[:1].isdigit() for one in rest)


@lru_cache(maxsize=256)
def tidy(clause: str, vocabulary: Vocabulary) -> str:
    """The clause reduced to what it asks for, in the order verb first where a passive hid it."""
    text = strip_openers(clause[:MAX_CLAUSE], vocabulary)
    opened = len(text) < len(clause)
    if (remark := _REMARK.search(low(text))) and remark.start() > 0 and not _waits(text[: remark.start()], vocabulary):
        text = text[: remark.start()]
    verdict = _VERDICT.search(low(text))
    if verdict and text[: verdict.start()].count(" ") >= 1:
        text = text[: verdict.start()]
    if low(text).split(" ")[0].endswith("ing"):
        text = re.split(r" (?:will|would|may|might|could) ", text)[0]
        text = _ordered(text, vocabulary) if opened else text
    words = vocabulary.tables["words"]["words"]
    text = _without_contrary(text, vocabulary)
    text = without_constraints(_strip_reasons(_REASON_BEHIND.sub("", text), vocabulary), vocabulary)
    text = without_contrast(_strip_purpose(_thankless(text, vocabulary), vocabulary), vocabulary)
    if " by " in text:
        text = by_means(text, vocabulary, lambda rest: begins_request(rest, vocabulary))
    text = strip_tail(text, vocabulary)
    picture = _picture_phrase(tuple(words["picture"]), tuple(words["whole_modifier"]))
    shorter = picture.sub("", f" {text}").strip() if len(text.split(" ")) > 2 else text
    turned = verb_first(shorter or text, vocabulary, lambda rest: begins_request(rest, vocabulary))
    text = strip_tail(turned, vocabulary)
    manner = _MANNER.search(low(text))
    if manner and _FRAMING.isdisjoint(vocabulary.openings.get(low(text).split(" ")[0], ())):
        text = text[: manner.start()]
    return text.strip(" ,.")


def _waits(text: str, vocabulary: Vocabulary) -> bool:
    """Whether the words only say where or for what: "on the left", "for the shirt"."""
    return leads_in(text, vocabulary) or (low(text).startswith(("for ", "as ")) and "," not in text)


def conditional(clause: str, vocabulary: Vocabulary) -> list[str]:
    """What is asked for behind "it would be better if you ..." and "... if the boat was pink"; none of no such kind."""
    if match := _CONDITION.match(low(clause)):
        return [tidy(clause[match.end() :], vocabulary)] if match.end() < len(clause) else []
    match = _HOPE.match(low(clause))
    if match is None:
        return []
    wished = _IS.sub(" should be ", clause[match.end() :], count=1)
    return [tidy(wished, vocabulary), f"what if {wished}"]

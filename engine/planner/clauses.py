"""One sentence into the clauses that each ask for something, politeness and reasons taken off."""

from __future__ import annotations

import re
from functools import cache

from engine.planner.normalise import low, quotes_in
from engine.planner.vocabulary import Vocabulary, expression

STEPS = frozenset(["undo", "redo", "compare", "retry", "restart"])
"""Requests of a single word."""
MAX_CLAUSES = 20
MAX_CLAUSE = 320
"""Characters of one clause that are read: what follows is description."""

_JOINT = expression("joint")
_CHAIN = re.compile(r"then|after that")
_PASSIVE = expression("passive")
_LEADS_IN = re.compile(
    r" (?:instead of|in place of|on|below|above|under|behind|beside|next to|near|between|to the|at) [^,]*$"
)
_LET = expression("let_passive")
_VERDICT = expression("verdict")
_MODAL = expression("modal_first")
_INVERTED = expression("inverted_passive")
_REQUIRED = re.compile(r"^(.{1,300}?) (?:needs?|wants?|requires?) (\S+ing)(?: (.*))?$")
_ASKED = expression("asked")
_MEANWHILE = expression("meanwhile")
_CONDITION = expression("condition")


@cache
def _openers(vocabulary_words: tuple[str, ...]) -> re.Pattern[str]:
    words = sorted(vocabulary_words, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})(?: ,)?(?: |$)")


@cache
def _picture_phrase(nouns: tuple[str, ...], modifiers: tuple[str, ...]) -> re.Pattern[str]:
    modifier, noun = "|".join(map(re.escape, modifiers)), "|".join(map(re.escape, nouns))
    return re.compile(
        r" (?:to|in|from|of|on|within|into|across|throughout|inside|for|with|at) (?:the|this|that|my|our|your|an|these)"
        rf"(?: (?:{modifier}))* (?:{noun})(?: above| here| shared above| below| itself)?"
        r"(?= (?!on|above|hanging|frame)|$)"
    )


def split(sentence: str, vocabulary: Vocabulary) -> list[str]:
    """The clauses of a sentence, in order; a conjunction splits only where a new request begins behind it."""
    clauses: list[str] = []
    sentence = _asked(sentence, vocabulary)
    start = 0
    for joint in _JOINT.finditer(sentence := f" {sentence} ", 0):
        behind = sentence[joint.end() :].strip()
        if not start and _LEADS_IN.match(low(sentence[: joint.start()])):
            continue
        if joint.start() >= start and begins_request(behind, vocabulary, bool(_CHAIN.search(joint.group()))):
            clauses.append(sentence[start : joint.start()])
            start = joint.end()
    clauses.append(sentence[start:])
    return [clause for part in clauses if (clause := part.strip(" ,"))][:MAX_CLAUSES]


def _asked(sentence: str, vocabulary: Vocabulary) -> str:
    """The sentence from "can you ..." on, where what stands before it asks for nothing: "dark, can you light it"."""
    small = low(sentence)
    if begins_request(small, vocabulary):
        return sentence
    for match in _ASKED.finditer(small):
        if begins_request(small[match.end() :], vocabulary):
            return sentence[match.end() :]
    return sentence


def meanwhile(clause: str) -> str:
    """The clause without small words in its middle that change nothing: "increase contrast now by 20"."""
    return _MEANWHILE.sub("", clause)


def begins_request(text: str, vocabulary: Vocabulary, chained: bool = False) -> bool:
    """Whether a clause of its own begins here: a verb that can only be one, or one before a determiner."""
    text = strip_openers(low(text), vocabulary)
    words = text.split(" ", 6)
    for size in range(min(5, len(words)), 0, -1):
        opening = " ".join(words[:size])
        if opening not in vocabulary.base_forms or opening in vocabulary["words.determiner"]:
            continue
        if opening.split(" ")[0].endswith("ing") and not chained:
            return False
        following = words[size] if len(words) > size else ""
        sure = size > 1 or opening not in vocabulary["noun_verbs.words"]
        return bool(following or chained) and (sure or chained or _opens_phrase(" ".join(words[size:]), vocabulary))
    return (chained and (len(words) > 1 or words[0] in STEPS)) or text.startswith(
        ("make ", "let there be ", "what if ")
    )


def _opens_phrase(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a noun phrase clearly begins: a determiner, a pronoun or something quoted."""
    first = text.split(" ", 1)[0]
    return first in vocabulary["words.determiner"] or first in vocabulary["words.pronoun"] or bool(quotes_in(first))


def strip_openers(text: str, vocabulary: Vocabulary) -> str:
    """The clause from its first word that matters: no greetings, no "could you please"."""
    pattern = _openers(vocabulary.classes["opener"])
    start, small = 0, low(text)
    while match := pattern.match(small, start):
        if match.end() >= len(small):
            break
        start = match.end()
        while small.startswith((", ", ": "), start):
            start += 2
    return text[start:]


def _strip_tail(text: str, vocabulary: Vocabulary) -> str:
    """The clause without trailing politeness."""
    while (tail := vocabulary["words.filler_tail"].trailing(low(text))) and len(tail) < len(text):
        text = text[: -len(tail)].rstrip(" ,")
    return text


def _strip_reasons(text: str, vocabulary: Vocabulary) -> str:
    """The clause without what must stay as it is, or why: ", keeping its shape", "so it pops"."""
    words = low(text).split(" ")
    tails = vocabulary["words.keep_tail"]
    offset = 0
    for index, word in enumerate(words):
        if index > 1 and tails.leading(" ".join(words[index : index + 5])):
            return text[: offset - 1].rstrip(" ,")
        offset += len(word) + 1
    return text


def _active(text: str, vocabulary: Vocabulary) -> str:
    """ "The car should be painted red" -> "paint the car red"."""
    if asked := _LET.match(low(text)):
        verb = vocabulary.participles.get(asked.group(2))
        if verb and verb != "cut":
            return f"{verb} {text[asked.start(1) : asked.end(1)]} {text[asked.end(2) :].strip()}".strip()
    if inverted := _INVERTED.match(low(text)):
        text = f"{text[inverted.start(2) : inverted.end(2)]} {inverted.group(1)}{text[inverted.end(2) :]}"
    small = low(text)
    for pattern in (_PASSIVE, _REQUIRED):
        match = pattern.match(small)
        if not match:
            continue
        said = f"{match.group(2)} {match.group(3) or ''}".split()
        for size in (2, 1):
            form = " ".join(said[:size])
            verb = vocabulary.participles.get(form) or (
                vocabulary.base_forms.get(form) if form.split(" ")[0].endswith("ing") else None
            )
            if verb and verb != "make" and len(said) >= size:
                rest = " ".join(text[match.start(2) :].split(" ")[size:])
                return f"{verb} {text[: match.end(1)]} {rest}".strip()
    return text


def tidy(clause: str, vocabulary: Vocabulary) -> str:
    """The clause reduced to what it asks for, in the order verb first where a passive hid it."""
    text = strip_openers(clause[:MAX_CLAUSE], vocabulary)
    verdict = _VERDICT.search(low(text))
    if verdict and text[: verdict.start()].count(" ") >= 1:
        text = text[: verdict.start()]
    if low(text).split(" ")[0].endswith("ing"):
        text = re.split(r" (?:will|would|may|might|could) ", text)[0]
    words = vocabulary.tables["words"]["words"]
    text = _strip_reasons(text, vocabulary)
    text = _strip_tail(text, vocabulary)
    inverted = _MODAL.match(low(text)) and not _INVERTED.match(low(text))
    text = _MODAL.sub("", text) if inverted else text
    picture = _picture_phrase(tuple(words["picture"]), tuple(words["whole_modifier"]))
    shorter = picture.sub("", f" {text}").strip() if len(text.split(" ")) > 2 else text
    text = _strip_tail(_active(shorter or text, vocabulary), vocabulary)
    return text.strip(" ,.")


def conditional(clause: str, vocabulary: Vocabulary) -> str | None:
    """What is asked for behind "it would be better if you ..."; None where there is no such opening."""
    match = _CONDITION.match(low(clause))
    return tidy(clause[match.end() :], vocabulary) if match and match.end() < len(clause) else None

"""Telling states from things: "wooden", "sitting", "bigger" against "a tiger"."""

from __future__ import annotations

import re

from engine.planner.normalise import low
from engine.planner.reading import Reading, without_article

_AFTER_ACTION = frozenset(
    [
        "a",
        "an",
        "the",
        "at",
        "in",
        "on",
        "to",
        "up",
        "down",
        "out",
        "over",
        "off",
        "away",
        "back",
        "his",
        "her",
        "its",
        "their",
        "him",
        "them",
        "it",
        "with",
        "without",
        "from",
        "by",
        "into",
        "onto",
        "around",
        "through",
        "across",
        "along",
        "forward",
        "forwards",
        "backwards",
        "straight",
        "left",
        "right",
        "under",
        "behind",
        "near",
        "next",
        "and",
        ",",
        "like",
        "as",
        "toward",
        "towards",
        "water",
        "something",
        "someone",
        "happily",
        "hands",
    ]
)


_LIKE = re.compile(
    r"^(?:to )?(?:be |become |have |look |appear |seem |resemble |turn |get |show |display |depict |wear |feature |sport |adopt |take on )"
)


_ONES = re.compile(r"\b(?:one|ones)\b")


def is_state(reading: Reading, result: str, bare: str) -> bool:
    """Whether the result describes how a thing is rather than what: "wooden", "look frozen", "sitting", "bigger"."""
    small = low(bare)
    words = small.split(" ")
    if re.match(r"(?:to )?(?:look|appear|seem|resemble|have|wear|be (?!an? ))", low(result)) and not re.match(
        r"(?:to )?(?:look|be) (?:an?) ", low(result)
    ):
        return True
    first = words[0]
    if (
        re.match(r"(?:the )?(?:front|back|side|left|right|camera|viewer|other side|other way)\b", small)
        and len(words) <= 5
    ):
        return True
    noun_behind = len(words) > 1 and words[1] not in _AFTER_ACTION and not words[1].endswith("ly")
    if (
        first.endswith("ing")
        and not noun_behind
        and len(first) > 4
        and first
        not in (
            "ring",
            "king",
            "string",
            "wing",
            "spring",
            "ceiling",
            "painting",
            "building",
            "drawing",
            "clothing",
            "dumpling",
            "duckling",
            "wedding",
            "dining",
            "living",
            "swimming",
            "sterling",
            "flooring",
            "bowling",
            "racing",
            "evening",
            "morning",
            "thing",
            "earring",
        )
    ):
        return True
    adjectives = reading.vocabulary["states.adjectives"]
    while words and words[0] in (
        "more",
        "less",
        "a",
        "an",
        "very",
        "really",
        "bit",
        "slightly",
        "much",
        "lot",
        "completely",
        "fully",
        "super",
        "so",
        "all",
        "made",
        "little",
        "totally",
        "and",
        "solid",
        "pure",
        "rough",
    ):
        words = words[1:]
    small_core = " ".join(words)
    if small_core in adjectives or small.startswith(("more ", "less ")):
        return True
    if reading.vocabulary["states.material"].find(small) is not None and not re.search(r" (?:in|on|with a) ", small):
        return True
    return bool(words) and all(word.strip(",") in adjectives or word in ("and", ",") for word in words)


def bare_result(result: str) -> str:
    """The result without the words that lead to it: "look like it's made of gold" -> "made of gold"."""
    return re.sub(
        r"(?i)^(?:(?:to |so (?:that )?(?:it|they) )?(?:make (?:it|them|him|her)(?: (?:look|appear))?|give (?:it|them|him|her)|appear as (?:though|if) (?:it|they)(?:'s| is| are| were|'re)|appear as (?:though|if)|look as (?:though|if) (?:it|they)(?:'s| is| are)|look like (?:it|they)(?:'s| is| are)|look (?:more )?like|appear to be|appear like|appear as|look(?! (?:at|up|down|away|to|left|right|into|straight|over|back|forward|out|directly|towards?|off|around)\b)|appear|resemble|seem|depict|show|be|become|have|had|has|get|change into|transform into|morph into|turn into|turn|display|reflect|portray|feature|adopt|take on|into|to|in) )+(?=\S)",
        "",
        result,
    )


def plain_result(bare: str, keep_article: bool = False) -> str:
    return bare if keep_article else without_article(bare)


def state_prompt(word: str, result: str) -> str:
    """The state with what it is a state of, said once: "wooden material", "sitting pose"."""
    small = low(result)
    if (
        word
        in (
            "clothes",
            "clothing",
            "outfit",
            "attire",
            "costume",
            "hairstyle",
            "haircut",
            "content",
            "contents",
            "design",
            "face",
            "decoration",
            "decorations",
            "makeup",
            "type",
            "state",
            "condition",
            "action",
        )
        or word.split(" ")[-1] in small
        or (" " in small and not small.startswith("a "))
    ):
        return result
    return f"{result} {word.split(' ')[-1]}"


def is_noun(bare: str) -> bool:
    return low(bare).startswith(("a ", "an ", "another ", "two ", "three ", "some ", "several ", "the "))

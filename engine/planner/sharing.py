"""Words said once for several requests: one verb for two things, one thing for two verbs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.planner.normalise import low
from engine.planner.vocabulary import Vocabulary

_WITH, _INTO = frozenset(["with", "for", "by"]), frozenset(["to", "into"])
_AT = frozenset(["on", "in", "at", "to", "onto", "into", "under", "above", "behind", "beside", "near", "next", "over"])
_ARTICLES = frozenset(["a", "an", "some", "two", "three", "another"])
_PREPOSITIONS = {"replace": _WITH, "change": _INTO, "add": _AT, "put": _AT}
"""What stands between the two things that a verb of the class joins."""
_FRAMING = frozenset(
    ["crop", "rotate", "flip", "resize", "upscale", "expand", "straighten", "add", "put", "write", "give"]
)
_JOINTS = ("and", "&", ",")


def with_shared_verb(clause: str, vocabulary: Vocabulary) -> list[str]:
    """ "Replace the cup with a jug and the fork with a spoon" as two clauses with a verb each."""
    words, small = clause.split(" "), low(clause).split(" ")
    if "and" not in small and "&" not in small:
        return [clause]
    size = next((n for n in (3, 2, 1) if " ".join(small[:n]) in vocabulary.base_forms), 0)
    classes = vocabulary.openings.get(" ".join(small[:size]), ()) if size else ()
    name = next((one for one in ("replace", "put", "add", "give", "change") if one in classes), None)
    for index in range(size + 2, len(small) - 2) if name else ():
        if small[index] not in _JOINTS or small[index + 1] in _JOINTS:
            continue
        left, right = small[size:index], small[index + 1 :]
        if _whole(name or "", left) and _whole(name or "", right) and _opens(name or "", right, vocabulary):
            verb, before = " ".join(words[:size]), " ".join(words[:index])
            return [before.rstrip(" ,"), *with_shared_verb(f"{verb} {' '.join(words[index + 1 :])}", vocabulary)]
    return [clause]


def _opens(name: str, words: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether the words open as the first of the two things does: something there, or something new."""
    return words[0] in (_ARTICLES if name in ("add", "put") else vocabulary["words.definite"])


def _whole(name: str, words: Sequence[str]) -> bool:
    """Whether both things that the verb joins are named in the words."""
    if name == "give":
        return any(word in _ARTICLES for word in words[2:])
    places = name in ("add", "put")
    return any(
        word in _PREPOSITIONS[name]
        and (not places or words[index + 1] in ("the", "his", "her", "its", "their", "my", "top"))
        for index, word in enumerate(words[1:-1], 1)
    )


def with_shared_thing(clauses: list[str], vocabulary: Vocabulary) -> list[str]:
    """ "Brighten", "sharpen the eyes" as two clauses about the eyes."""
    shared = list(clauses)
    for index in range(len(clauses) - 2, -1, -1):
        verb = low(clauses[index])
        following = _verb_and_thing(shared[index + 1], vocabulary)
        if following is None or verb not in vocabulary.base_forms or verb.endswith("ing"):
            continue
        if verb in vocabulary["scope.interjections"]:
            continue
        if _FRAMING.isdisjoint((*vocabulary.openings[verb], *vocabulary.openings[following[0]])):
            shared[index] = f"{clauses[index]} {following[1]}"
    return shared


def _verb_and_thing(clause: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """The verb of a clause and what it is about, where that is something there."""
    words = clause.split(" ")
    for size in (2, 1):
        verb = low(" ".join(words[:size]))
        if verb in vocabulary.base_forms and len(words) > size:
            first = low(words[size])
            there = first in vocabulary["words.definite"] or first in vocabulary["words.pronoun"]
            return (verb, " ".join(words[size:])) if there else None
    return None

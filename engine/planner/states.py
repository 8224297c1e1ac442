"""Telling states from things: "wooden", "sitting", "bigger" against "a tiger"."""

from __future__ import annotations

from engine.expressions import regex
from engine.planner.normalise import low
from engine.planner.reading import Reading, without_article
from engine.planner.vocabulary import expression

_APPEARS = regex(
    r"(?:to )?(?!(?:look|be) an? )(?:look|appear|seem|resemble|have|wear|display|show|feature|be (?!an? ))"
)
_SIDE = regex(r"(?:the )?(?:front|back|side|left|right|camera|viewer|other side|other way)\b")
_BEHIND_NOUN = regex(r" (?:in|on|with|of|at|over|behind) ")
_PLURAL = regex(r"[^su]s$")
_ON_FACE = regex(r"\b(?:smile|grin|smirk|frown|scowl|pout|grimace|sneer|laugh|glare|stare|yawn|wink)\b")
"""What an expression is, without being told that it is one."""
_ACTING = regex(
    r"(?:an?|some|two|three|several|another) (?:\S+ ){0,4}?(?P<who>\S+) (?P<deed>[a-z]{3,}ing) (?P<next>\S+)"
)
_FACED = regex(r"(?:^| )(?:smile|smirk|grin|frown|scowl|pout|grimace|sneer|glare|stare|yawn)$")
_BETWEEN = ("and", "half", "fully", "partly", "partially", "badly", "slightly", "completely", "but")
"""What stands between adjectives, and makes them no thing."""
_WITH_MORE = regex(r" (?:in|on|with a) ")


def is_state(reading: Reading, result: str, bare: str) -> bool:
    """Whether the result describes how a thing is rather than what: "wooden", "look frozen", "sitting", "bigger"."""
    small = low(bare)
    if _APPEARS.match(low(result)) or _is_action(reading, small) or small.startswith(("more ", "less ")):
        return True
    if _SIDE.match(small) and small.count(" ") < 5:
        return True
    if not is_noun(small) and reading.vocabulary["states.materials"].trailing(small) is not None:
        return True
    if " , " in small and _is_described(reading, small.partition(" , ")[0]):
        return True
    if reading.vocabulary["states.material"].find(small) is not None and not _WITH_MORE.search(small):
        return True
    return _is_described(reading, small)


def _is_action(reading: Reading, small: str) -> bool:
    """ "sitting", "looking up at the camera"; not "fishing rod"."""
    first, _, rest = small.partition(" ")
    if not first.endswith("ing") or len(first) < 5 or first in reading.vocabulary["states.nouns_in_ing"]:
        return False
    second = rest.split(" ")[0]
    return not second or second in reading.vocabulary["states.after_action"] or second.endswith("ly")


def _is_described(reading: Reading, small: str) -> bool:
    """Adjectives and nothing else: "a bit older", "thin and tall"."""
    words = small.split(" ")
    adjectives = reading.vocabulary["states.adjectives"]
    while words and words[0] in reading.vocabulary["states.strengtheners"]:
        words = words[1:]
    if " ".join(words) in adjectives:
        return True
    told = [word.strip(",") for word in words if word not in (*_BETWEEN, ",", "")]
    if " and " in small:
        told = [word for word in told if word not in reading.vocabulary["colours.names"]]
    return bool(told) and words[-1] not in _BETWEEN and all(_describes(reading, word) for word in told)


def _describes(reading: Reading, word: str) -> bool:
    """Whether a word is an adjective, or a participle as good as one: "flooded", "half-eaten", "unlit"."""
    bare = word.removeprefix("half-").removeprefix("un").removeprefix("over")
    known = any(one in reading.vocabulary["states.adjectives"] for one in (word, bare))
    return known or bare in reading.vocabulary.participles or bare in reading.vocabulary["states.participles"]


def is_somebody_acting(reading: Reading, small: str) -> bool:
    """ "Some ducklings following the hen": somebody new, told by what they do."""
    acting = _ACTING.match(small)
    if acting is None or acting["deed"] in reading.vocabulary["states.nouns_in_ing"]:
        return False
    pictured = any(acting["who"] in reading.vocabulary[name] for name in ("words.picture", "looks.works"))
    return not pictured and acting["next"] in reading.vocabulary["states.after_action"]


def is_expression(small: str) -> bool:
    """Whether the words, in lower case, name what somebody's face does: "the teacher's smile"."""
    return _FACED.search(small) is not None


def is_other_sort(reading: Reading, thing: str, result: str) -> bool:
    """Whether several are to be other ones, or a mass another one: "the cows zebras", "the coffee orange juice"."""
    small = low(result)
    last = small.split(" ")[-1]
    acts = reading.vocabulary["states.verbs"].leading(small) is not None
    acts = acts or low(thing).split(" ")[-1] in reading.vocabulary["words.determiner"]
    if small.count(" ") > 1 or acts or is_state(reading, result, result):
        return False
    head = _BEHIND_NOUN.split(low(thing))[0].split(" ")[-1]
    masses = reading.vocabulary["hints.masses"]
    several = _PLURAL.search(head) is not None and _PLURAL.search(last) is not None
    return several or (head in masses and last in masses)


def bare_result(result: str) -> str:
    """The result without the words that lead to it: "look like it's made of gold" -> "made of gold"."""
    return expression("become_lead").sub("", result)


def plain_result(bare: str, keep_article: bool = False) -> str:
    """The result without its article, unless it is to be kept."""
    return bare if keep_article else without_article(bare)


def state_prompt(reading: Reading, word: str, result: str) -> str:
    """The state with what it is a state of, said once: "wooden material", "sitting pose"."""
    small, noun = low(result), word.split(" ")[-1]
    described = (" " in small and not small.startswith("a ")) or reading.vocabulary["states.material"].find(small)
    told = word in reading.vocabulary["states.said_alone"] or _ON_FACE.search(small)
    if told or noun in small or described:
        return result
    return f"{result} {noun}"


def is_noun(bare: str) -> bool:
    """Whether the words open like a noun phrase."""
    return low(bare).startswith(("a ", "an ", "another ", "two ", "three ", "some ", "several ", "the "))

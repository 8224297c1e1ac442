"""Regular English verb forms, for vocabularies that list base forms only."""

from __future__ import annotations

VOWELS = "aeiou"


def _doubles(verb: str) -> bool:
    """Crop, cropping: one short vowel between consonants in a verb of one syllable."""
    short = len(verb) > 2 and verb[-1] not in VOWELS + "wxy" and verb[-2] in VOWELS and verb[-3] not in VOWELS
    return short and sum(letter in VOWELS for letter in verb) == 1


def _first(phrase: str) -> tuple[str, str]:
    verb, _, rest = phrase.partition(" ")
    return verb, f" {rest}" if rest else ""


def gerund(phrase: str) -> str:
    """ "take out" -> "taking out"."""
    verb, rest = _first(phrase)
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying{rest}"
    if verb.endswith("e") and not verb.endswith(("ee", "ye")):
        return f"{verb[:-1]}ing{rest}"
    return f"{verb}{verb[-1] if _doubles(verb) else ''}ing{rest}"


def participle(phrase: str) -> str:
    """ "crop out" -> "cropped out"; irregular verbs are listed in the vocabulary."""
    verb, rest = _first(phrase)
    if verb.endswith("e"):
        return f"{verb}d{rest}"
    if verb.endswith("y") and verb[-2:-1] not in VOWELS:
        return f"{verb[:-1]}ied{rest}"
    return f"{verb}{verb[-1] if _doubles(verb) else ''}ed{rest}"

"""A language's file read into its dictionary: every form its lists name and its rules make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import tomli

from engine.lasting import lasting
from engine.planner.languages.dictionary import (
    DESCRIBING,
    FOLDER,
    PROPERTY,
    TAGS,
    Dictionary,
    folded,
    forms,
    is_whole,
    lower,
    pluralised,
)


@cache
def load(code: str) -> Dictionary:
    """The dictionary in the file of that language, read once."""
    with lasting():
        return _read(code)


def _read(code: str) -> Dictionary:
    data = tomli.loads((FOLDER / f"{code}.toml").read_text("utf-8"))
    dictionary = Dictionary(
        code,
        data["grammar"],
        data["sayings"],
        data.get("phrases", {}),
        frozenset(),
        frozenset(lower(word) for word in forms(data.get("polite", {}).get("please", ""))),
        endings=_endings(data.get("endings", {})),
        prefixes=_endings(data["grammar"].get("prefixes", {})),
        endings_of_verbs=_endings(data.get("endings_of_verbs", {})),
        unlisted=_unlisted(data.get("endings_unlisted", {})),
    )
    _enter(dictionary, "J", ",", ",")
    measures = data["grammar"].get("measures", "").split()
    explicit = [entry for table in data if table in TAGS for entry in _listed(dictionary, table, data[table], measures)]
    _enter_all(dictionary, explicit)
    inflected = _inflected(explicit, dictionary.grammar)
    made = [one for one in inflected if one[1] not in dictionary.words and not _is_slight(one[1], dictionary)]
    _enter_all(dictionary, made)
    polite = [dictionary.key(word) for word in forms(data.get("polite", {}).get("words", ""))]
    dictionary.polite = frozenset(other for word in polite for other in (word, *dictionary.misspelt(word)))
    for word in dictionary.polite:
        _measure(dictionary, word)
    explaining = forms(data.get("polite", {}).get("explaining", ""))
    dictionary.explaining = frozenset(dictionary.key(word) for word in explaining)
    for word in dictionary.explaining:
        _enter(dictionary, "M", word, "")
    for word in frozenset[str]().union(*dictionary.remarks.values()) - dictionary.words.keys() - dictionary.polite:
        _enter(dictionary, "M", word, "")
    for patterns in (*dictionary.sayings.values(), *dictionary.phrases.values()):
        for word in _literals(patterns):
            for piece in _entries(word, dictionary):
                if dictionary.key(piece) not in dictionary.words:
                    _enter(dictionary, "M", dictionary.key(piece), "")
    if dictionary.spaced:
        _enter_misspelt(dictionary)
    for form, others in data.get("spellings", {}).items():
        for other in forms(others):
            _enter_spelling(dictionary, dictionary.key(form), dictionary.key(other))
    return dictionary


def _entries(literal: str, dictionary: Dictionary) -> list[str]:
    """The words of a literal; itself where one would be a single letter, which would be found inside other words.

    In kana; and in characters where a language's file lists those that are bound.
    """
    pieces = dictionary.pieces(literal)
    last = "\u9fff" if dictionary.bound else "ん"
    stray = any(len(piece) == 1 and "ぁ" <= piece <= last and piece not in dictionary.words for piece in pieces)
    return [literal.replace(" ", "")] if stray and not dictionary.spaced else pieces


def _endings(table: Mapping[str, str]) -> dict[str, str]:
    return {ending: says for says, endings in table.items() for ending in endings.split()}


def _unlisted(table: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """ "lar-ın": behind these letters, those are an ending."""
    parts = [(*ending.rpartition("-"), says) for says, endings in table.items() for ending in endings.split()]
    return {folded(f"{kept}{taken}"): (len(taken), says) for kept, _, taken, says in parts}


def _literals(patterns: Iterable[str]) -> Iterator[str]:
    for pattern in patterns:
        if not is_whole(pattern):
            yield from (part for part in re.split(r"\{\w+\}|<\w+>|[()\[\]|]", pattern) if part.strip())


def _listed(
    dictionary: Dictionary, table: str, entries: Mapping[str, str], measures: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """(tag, form, English) of a table; behind a bar stand a noun's plurals, and "~" is each word of measure."""
    tag = TAGS[table]
    for meaning, said in entries.items():
        one, bar, many = said.partition("|")
        for form in forms(one):
            for made in _measured(form, measures) if "~" in form else (form,):
                yield tag, dictionary.key(made), meaning
        for form in forms(many) if bar else ():
            yield tag, dictionary.key(form), pluralised(meaning)


def _measured(form: str, measures: Sequence[str]) -> list[str]:
    return [form.replace("~", measure) for measure in measures]


def _enter(dictionary: Dictionary, tag: str, form: str, meaning: str) -> None:
    _enter_all(dictionary, [(tag, form, meaning)])


def _enter_all(dictionary: Dictionary, entries: Sequence[tuple[str, str, str]]) -> None:
    """Tags, forms and their English; what was entered first stays."""
    words, verbs = dictionary.words, dictionary.verbs
    for tag, form, meaning in entries:
        senses = words.setdefault(form, {})
        if tag == PROPERTY:
            senses.setdefault("N", meaning)
        elif tag == "V":
            verbs[form] = (*verbs.get(form, ()), meaning)
        senses.setdefault(tag, meaning)
    _measure_all(dictionary, (form for _, form, _ in entries))


def _measure(dictionary: Dictionary, form: str) -> None:
    _measure_all(dictionary, [form])


def _measure_all(dictionary: Dictionary, entered: Iterable[str]) -> None:
    longest, spaced = dictionary.longest, dictionary.spaced
    for form in entered:
        if not spaced:
            first, length = form[:1], len(form)
        elif " " in form:
            first, length = form[: form.index(" ")], form.count(" ") + 1
        else:
            first, length = form, 1
        if longest.get(first, 0) < length:
            longest[first] = length


def _inflected(explicit: list[tuple[str, str, str]], grammar: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The plurals, the endings of describing words and the forms of verbs that the language's rules make."""
    describing, plural = _rules(grammar.get("adjective", "")), _rules(grammar.get("plural", ""))
    verbal = _rules(grammar.get("conjugation", ""))
    for tag, form, meaning in explicit:
        if tag in DESCRIBING or tag == "T":
            yield from ((tag, made, meaning) for made in _ended(form, describing))
        elif tag == "N":
            yield from ((tag, made, pluralised(meaning)) for made in _ended(form, plural))
        elif tag == "V":
            yield from ((tag, made, meaning) for made in _ended(form, verbal))


def _is_slight(form: str, dictionary: Dictionary) -> bool:
    """Whether it is two kana where words are not set apart, which would be found inside other words."""
    return not dictionary.spaced and len(form) <= 2 and all("ぁ" <= letter <= "ん" for letter in form)


def _rules(text: str) -> list[tuple[str, list[str]]]:
    """ "o>a os as, >s": the endings that replace another, "-" for none at all; the first that fits counts."""
    pairs = (rule.partition(">") for rule in forms(text))
    return [(before.strip(), ["" if one == "-" else one for one in after.split()]) for before, _, after in pairs]


def _ended(form: str, rules: list[tuple[str, list[str]]]) -> list[str]:
    for before, after in rules:
        if form.endswith(before):
            stem = form[: len(form) - len(before)]
            return [made for ending in after if len(made := f"{stem}{ending}") > 1]
    return []


def verb_forms(code: str) -> Iterator[str]:
    """The verbs of a language in all their forms, of which only the head of its file is read."""
    text = (FOLDER / f"{code}.toml").read_text("utf-8")
    data = tomli.loads(text[: text.index("\n[", text.index("\n[verbs]") + 1)])
    rules = _rules(data["grammar"].get("conjugation", ""))
    for said in data["verbs"].values():
        for form in forms(said):
            yield from (form, *_ended(form, rules))


def _enter_misspelt(dictionary: Dictionary) -> None:
    """Every form as people type it who have no accents on their keyboard."""
    for form in [form for form in dictionary.words if not form.isascii()]:
        for other in dictionary.misspelt(form):
            if other not in dictionary.words:
                _enter_spelling(dictionary, form, other)


def _enter_spelling(dictionary: Dictionary, form: str, other: str) -> None:
    dictionary.spelt[other] = form
    dictionary.words[other] = dictionary.words[form]
    if form in dictionary.verbs:
        dictionary.verbs[other] = dictionary.verbs[form]
    _measure(dictionary, other)

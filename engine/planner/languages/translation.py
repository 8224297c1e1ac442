"""A sentence in another language as plain English, clause by clause, and questions about it in its author's words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from engine.expressions import regex
from engine.lasting import lasting
from engine.operations import Plan
from engine.planner.languages.clitics import with_clitics_read
from engine.planner.languages.dictionary import Dictionary, lower
from engine.planner.languages.files import load
from engine.planner.languages.glossing import Article, filled, gloss, phrases
from engine.planner.languages.lexing import tokens
from engine.planner.languages.marks import with_commas_read, with_object, with_verb_last, without_marks
from engine.planner.languages.numbers import in_digits
from engine.planner.languages.patterns import Match
from engine.planner.languages.recognition import language_of
from engine.planner.languages.relatives import with_places, without_commands
from engine.planner.languages.remarks import (
    is_kept,
    is_listed,
    is_statement,
    requests,
    with_reason_read,
    without_reasons,
)
from engine.planner.languages.sayings import MAX_CLAUSE, fixed, joined, sayings, says
from engine.planner.languages.splitting import split
from engine.planner.languages.words import Token
from engine.planner.languages.writing import (
    QUOTED,
    normalised,
    plain,
    restored,
    with_commas,
    with_letters,
    without_quotes,
)
from engine.planner.normalise import MAX_CHARACTERS, MAX_SENTENCES

_SENTENCE = regex(r"[!?;\n。¡¿]+|\.+(?=\s|$)|(?<=\D)\.+(?=\D)")
DESCRIBED: Final = regex(r"\{new\}(?: style)?$")
"""Sayings that end in what a picture is to show: what follows a comma tells more of that."""
_REPEATED = regex(r"\u201c(.+)\u201d")


@dataclass(frozen=True, slots=True)
class Clause:
    """One request: as it was written, and in English."""

    own: str
    english: str
    idle: bool = False
    """Whether it only tells something: it is left out where another clause asks for something."""


@dataclass(frozen=True, slots=True)
class Translation:
    """An instruction in another language, put into English."""

    language: str
    """"de", "fr", ..."""
    clauses: tuple[Clause, ...]
    instruction: str

    @property
    def english(self) -> str:
        """The whole instruction, a sentence for each clause."""
        return ". ".join(clause.english for clause in self.clauses)

    def answered(self, plan: Plan) -> Plan:
        """The plan of the English words as that of the author's own."""
        question = plan.question and self._in_own_words(plan.question)
        return plan.model_copy(
            update={"instruction": self.instruction, "language": self.language, "question": question}
        )

    def _in_own_words(self, question: str) -> str:
        """The question with the words that it repeats in the language they were said in."""
        match = _REPEATED.search(question)
        if match is None:
            return question
        said = match.group(1).removesuffix("...")
        own = next((one.own for one in self.clauses if said and said in one.english), self.instruction).strip()
        own = own if len(own) <= 80 else f"{own[:77].rstrip()}..."
        return f"{question[: match.start(1)]}{own}{question[match.end(1) :]}"


def put_into_english(text: str, instruction: str, *, anyhow: bool) -> Translation | None:
    """What `engine.planner.languages.translated` says of a text, the beginning of the instruction."""
    text = unicodedata.normalize("NFKC", text)[:MAX_CHARACTERS]
    code = language_of(QUOTED.sub(" ", text) if QUOTED.search(text) else text, anyhow=anyhow)
    if code is None:
        return None
    quotes: list[str] = []
    with lasting():
        dictionary = load(code)
        _ = phrases(code), sayings(code)
    clauses = tuple(islice(_clauses(_prepared(text, quotes, dictionary), quotes, dictionary), MAX_SENTENCES))
    asking = tuple(clause for clause in clauses if not clause.idle) or clauses
    return Translation(code, asking, instruction) if asking else None


def _prepared(text: str, quotes: list[str], dictionary: Dictionary) -> str:
    """The text with its quoted strings set aside, its numbers in digits and its reasons left out."""
    text = normalised(without_quotes(text, quotes, dictionary), dictionary)
    text = without_reasons(with_places(in_digits(text, dictionary), dictionary), dictionary)
    return with_letters(with_commas(text, dictionary), dictionary)


def _clauses(text: str, quotes: list[str], dictionary: Dictionary) -> Iterator[Clause]:
    for sentence in _SENTENCE.split(text):
        said = sentence.strip(" ,:")
        if not said:
            continue
        if whole := fixed(said, dictionary):
            yield Clause(restored(said, quotes), whole)
            continue
        read = _tokens(said, dictionary)
        before = ""
        for part in requests(split(read, dictionary), dictionary):
            if (words := _english(part, dictionary)) and words != before:
                before = words
                if len(part) == len(read) and not any(token.verbs for token in part) and _asks(said, dictionary):
                    words = _wished(words, part, dictionary)
                own = said if len(part) == len(read) else joined(part, dictionary)
                idle = is_kept(part, dictionary) or (is_statement(part, dictionary) and not says(part, dictionary))
                yield Clause(restored(own, quotes), restored(words, quotes), idle)


def _tokens(said: str, dictionary: Dictionary) -> list[Token]:
    """The tokens of a sentence, as its language's file wants them read."""
    read = without_commands(tokens(with_reason_read(plain(said, dictionary), dictionary), dictionary), dictionary)
    return with_clitics_read(read, dictionary)


def _asks(said: str, dictionary: Dictionary) -> bool:
    """Whether a word of politeness makes a wish of it."""
    small = lower(said)
    return any(word in small for word in dictionary.asking)


def _wished(words: str, part: Sequence[Token], dictionary: Dictionary) -> str:
    """What was only named, as a wish: for something new, or for how something that is there shall be."""
    colour = next((index for index in range(len(part), 0, -1) if not part[index - 1].is_a("CS")), 0)
    if words.startswith(("the ", "my ")) and dictionary.describes_after and any(one.is_a("C") for one in part[colour:]):
        return f"I want {gloss(part[:colour], dictionary)} {gloss(part[colour:], dictionary)}"
    if words.startswith(("a ", "an ", "some ")) and not any(token.is_a("CT") for token in part):
        return f"I want {words}"
    return f"{words.removeprefix('some ')} please"


def _english(part: list[Token], dictionary: Dictionary) -> str:
    """A request in English, its words of degree where English looks for them."""
    enclitics = dictionary.grammar.get("enclitics", "").split()
    lead = (index for index, token in enumerate(part) if not token.is_a("J") and token.text not in enclitics)
    lead = next(lead, len(part))
    part = part[lead : lead + MAX_CLAUSE]
    whole = fixed(joined(part, dictionary), dictionary)
    if whole is not None:
        return whole
    degrees = [token.english("G") for token in part if token.is_a("G")]
    rest = _without_idle_commas([token for token in part if not token.is_a("G")], dictionary)
    rest = with_commas_read(rest, dictionary)
    match, more = _said(rest, dictionary)
    if match is None:
        match, more = _said(rest := with_object(rest, dictionary), dictionary)
    if match is None and (inverted := with_verb_last(rest, dictionary)):
        match, more = _said(rest := inverted, dictionary)
    if match is None:
        text = _word_by_word(rest, dictionary)
        return " ".join((text, *degrees) if any(token.verbs for token in rest) else (*degrees, text)).strip()
    if not match.english:
        return ""
    if degrees and match.english.endswith(" {tone}"):
        return filled(replace(match, english=match.english.replace("{tone}", f"{degrees[0]} {{tone}}")), dictionary)
    stronger = () if "{colour}" in match.english else degrees
    return " ".join((f"{filled(match, dictionary)}{more}", *stronger))


def _without_idle_commas(part: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens without the commas that English would not have there."""
    idle = {index for index, token in enumerate(part[1:]) if token.english() == "except"} | {len(part) - 1}
    if part and is_listed(part[0], "objects", dictionary):
        idle |= {index for index, token in enumerate(part[1:]) if token.verbs}
    return [token for index, token in enumerate(part) if token.text != "," or index not in idle]


def _said(part: list[Token], dictionary: Dictionary) -> tuple[Match | None, str]:
    """The saying that fits, and what follows it behind a comma where that tells more of what is to be seen."""
    known = sayings(dictionary.code)
    match = known.match(part)
    comma = next((index for index, token in enumerate(part) if token.text == ","), 0)
    if not match and comma:
        match = known.match(part[:comma])
        if match and DESCRIBED.search(match.english):
            return match, f", {joined(part[comma + 1 :], dictionary)}"
    return match or known.match(part[: _purpose(part)]), ""


def _purpose(part: Sequence[Token]) -> int:
    """Where it is told what the picture is for, behind all else; 0 where it is not."""
    return next((index for index in range(len(part) - 1, 0, -1) if part[index].english("P") == "for"), 0)


def _word_by_word(part: list[Token], dictionary: Dictionary) -> str:
    """The clause in English where no saying fits: its verb first, then whatever it is about."""
    ordered = without_marks(_verb_first(part), dictionary)
    article = Article.NONE if dictionary.articles else Article.THE
    if not ordered or not ordered[0].verbs:
        return gloss(ordered, dictionary, article)
    return f"{ordered[0].english('V')} {gloss(ordered[1:], dictionary, article)}".strip()


def _verb_first(part: list[Token]) -> list[Token]:
    """The clause with its verb where English has it."""
    if not part or part[0].verbs:
        return part
    index = next((index for index in range(len(part) - 1, 0, -1) if part[index].verbs), None)
    return part if index is None else [part[index], *part[:index], *part[index + 1 :]]

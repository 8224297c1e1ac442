"""A sentence in another language as plain English, clause by clause, and questions about it in its author's words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice, pairwise
from typing import Final

from engine.expressions import regex
from engine.lasting import lasting
from engine.operations import Plan
from engine.planner.languages.beside import without_asides
from engine.planner.languages.clitics import with_clitics_read, with_openers_apart
from engine.planner.languages.counting import counted
from engine.planner.languages.dictionary import Dictionary, load, lower
from engine.planner.languages.explanations import purpose, without_explanations
from engine.planner.languages.figures import in_digits
from engine.planner.languages.glossing import Article, filled, gloss, phrases
from engine.planner.languages.lexing import MAX_QUOTES, QUOTE_BASE, Token, tokens
from engine.planner.languages.patterns import Match, Patterns
from engine.planner.languages.recognition import language_of
from engine.planner.languages.remarks import parts_nothing, requests
from engine.planner.languages.statements import is_statement, tells, with_verb_last, without_statements
from engine.planner.languages.topics import (
    goes_on,
    plain,
    stands_alone,
    tells_how,
    with_commas_read,
    with_object,
    without_described,
    without_marks,
)
from engine.planner.normalise import MAX_CHARACTERS, MAX_SENTENCES

MAX_CLAUSE: Final = 80
"""Tokens of one request that are read, as the rules read 320 characters of it."""
MAX_SAYING: Final = 8
"""Tokens of a saying without slots."""
_QUOTED = regex(
    r"[\"“”„‟]([^\"“”„‟\n]{1,300})[\"“”‟]|«([^»\n]{1,300})»|‹([^›\n]{1,300})›|「([^」\n]{1,300})」|『([^』\n]{1,300})』"
    r"|(?<![\w'])['‘‚]([^'‘’‚\n]{1,300})['’](?!\w)"
)
_NOISE = regex("[\x00-\x08\x0b-\x1f\x7f<>\ue000-\uf8ff\U000f0000-\U000fffff]")
_SENTENCE = regex(r"[!?;\n。¡¿]+|\.+(?=\s|$)|(?<=\D)\.+(?=\D)")
_DECIMAL = regex(r"(?<=\d),(?=\d)")
_SPACED_PERCENT = regex(r"(?<=\d) +(?=[%°])")
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
    code = language_of(_QUOTED.sub(" ", text) if _QUOTED.search(text) else text, anyhow=anyhow)
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
    """The text with its quoted strings set aside and its numbers written as English writes them."""

    def aside(said: str) -> str:
        if len(quotes) == MAX_QUOTES:
            return " "
        quotes.append(said.strip())
        return f" {chr(QUOTE_BASE + len(quotes) - 1)} "

    def set_aside(match: re.Match[str]) -> str:
        return aside(next(group for group in match.groups() if group is not None))

    text = _QUOTED.sub(set_aside, _NOISE.sub(" ", text))
    if told := dictionary.grammar.get("told"):
        text = _told(told).sub(lambda match: f"{match[1]}{aside(match[2])}", text)
    text = _SPACED_PERCENT.sub("", _DECIMAL.sub(".", text)).replace("’", "'")
    text = in_digits(text) if dictionary.remarks else text.replace("、", ",")
    text = without_asides(text, dictionary)
    if subordinate := dictionary.grammar.get("subordinate"):
        text = _comma_before(subordinate).sub(" ", text)
    text = with_openers_apart(text, dictionary)
    for before, after in dictionary.grammar.get("letters", {}).items():
        text = text.translate(_letters(before, after))
    return text


@cache
def _comma_before(subordinate: str) -> re.Pattern[str]:
    """The comma that a language writes before these words, where nothing new begins: ", dass ..."."""
    return re.compile(rf"(?i), *(?=(?:{'|'.join(map(re.escape, subordinate.split()))})\b)")


@cache
def _told(words: str) -> re.Pattern[str]:
    """What is to be written and stands without quotation marks, behind one of these words."""
    before = "|".join(map(re.escape, sorted(words.split(), key=len, reverse=True)))
    return re.compile(rf"((?>{before})) *:? *([^\s,:;!?。\ue000-\uf8ff][^,;!?。\n\ue000-\uf8ff]*)")


@cache
def _letters(before: str, after: str) -> dict[int, str]:
    return {ord(one): other for one, other in zip(before, after, strict=True)}


@cache
def sayings(code: str) -> Patterns:
    """The patterns of a language's clauses."""
    dictionary = load(code)
    return Patterns(dictionary.sayings, dictionary)


def _clauses(text: str, quotes: list[str], dictionary: Dictionary) -> Iterator[Clause]:
    for sentence in _SENTENCE.split(text):
        said = sentence.strip(" ,:")
        if not said:
            continue
        if whole := _fixed(said, dictionary):
            yield Clause(_restored(said, quotes), whole)
            continue
        read = _tokens(said, dictionary)
        before = ""
        for part in _requests(read, dictionary):
            if part and (words := _english(part, dictionary)) and words != before:
                before = words
                if len(part) == len(read) and not any(token.verbs for token in part) and _asks(said, dictionary):
                    words = _wished(words, part, dictionary)
                own = said if len(part) == len(read) else _joined(part, dictionary)
                idle = is_statement(part, dictionary) and not _says(part, dictionary)
                yield Clause(_restored(own, quotes), _restored(words, quotes), idle)


def _tokens(said: str, dictionary: Dictionary) -> list[Token]:
    """The tokens of a sentence, as its language's file wants them read."""
    read = without_described(tokens(plain(said, dictionary), dictionary), dictionary)
    return with_clitics_read(counted(read, dictionary), dictionary)


def _requests(read: list[Token], dictionary: Dictionary) -> Iterable[list[Token]]:
    """The requests of a sentence, without the remarks that stand beside them."""
    parts = _split(read, dictionary)
    if dictionary.explaining:
        parts = without_explanations(parts, dictionary, lambda part: _says(part, dictionary))
    if dictionary.grammar.get("telling"):
        return without_statements([part for part in parts if part], dictionary, lambda part: _says(part, dictionary))
    if not dictionary.remarks:
        return parts
    some = list(islice(filter(None, parts), MAX_SENTENCES))
    return requests(some, dictionary, lambda part: _says(part, dictionary))


def _says(part: list[Token], dictionary: Dictionary) -> bool:
    """Whether a saying fits that asks for something."""
    if _is_saying(part, dictionary):
        return True
    match = sayings(dictionary.code).match([token for token in part if not token.is_a("GJ")])
    return bool(match and match.english)


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


def _joined(part: Sequence[Token], dictionary: Dictionary) -> str:
    between = " " if dictionary.spaced else ""
    return between.join(token.own for token in part if token.own).replace(" ,", ",").strip(" ,")


def _restored(text: str, quotes: list[str]) -> str:
    """The text with its quoted strings back, in marks that they do not hold themselves."""
    for index, quote in enumerate(quotes):
        mark = f'"{quote}"' if '"' not in quote else f"«{quote}»"
        text = text.replace(chr(QUOTE_BASE + index), mark)
    return text


def _split(read: list[Token], dictionary: Dictionary) -> Iterator[list[Token]]:
    """The requests of a sentence: parted by "then", by a joiner before another request, or behind a verb at the end."""
    verb_ends = dictionary.grammar.get("verb") == "last"
    verbs = [index for index, token in enumerate(read) if token.verbs or tells(token, dictionary)]
    start, asked = 0, False
    for index, token in enumerate(read):
        more = bool(verbs) and verbs[-1] > index and (verb_ends or not token.is_a("J") or _is_order(read, index))
        if index > start and token.is_a("J") and _parts(read, start, index, asked, more, dictionary):
            yield read[start:index]
            start, asked = index + 1, False
        elif (index > start and verb_ends and index in verbs and not token.is_a("J")) and (
            more or goes_on(read[index + 1 : index + 1 + MAX_CLAUSE], dictionary)
        ):
            yield read[start : index + 1]
            start, asked = index + 1, False
        elif token.verbs:
            asked = True
    yield read[start:]


def _is_order(read: Sequence[Token], joint: int) -> bool:
    """Whether a verb stands between the joiner and the next one: "the dog and the cat, and brighten it"."""
    for before, token in pairwise(read[joint:]):
        if token.verbs or (token.is_a("J") and not before.is_a("J")):
            return bool(token.verbs)
    return False


def _parts(read: list[Token], start: int, joint: int, asked: bool, more: bool, dictionary: Dictionary) -> bool:
    """Whether the joiner at `joint` parts two requests; `asked`: a verb stands between it and `start`, `more`: behind.

    What is too long for a saying is not looked at as a whole, so that a sentence takes time in proportion to it.
    """
    joiner, after = read[joint], read[joint + 1 : joint + 2 + MAX_SAYING]
    if joiner.text == "," and dictionary.remarks:
        return not parts_nothing(read[start:joint], after, dictionary)
    if joiner.english("J") == "then":
        return bool(after)
    more = more or (asked and any(token.text == dictionary.grammar.get("wish") for token in after))
    asked = asked or _is_saying(read[max(start, joint - MAX_SAYING - 1) : joint], dictionary)
    asked = asked or (joiner.text == "," and stands_alone(read[start:joint], dictionary))
    how = _shares_a_verb(after) or tells_how(after, dictionary)
    return asked and (more or how or _is_saying(after, dictionary))


def _shares_a_verb(after: Sequence[Token]) -> bool:
    """Whether a thing is followed by how it shall become, its verb said before: "..., und das Bild heller"."""
    return len(after) > 1 and after[-1].is_a("T") and any(token.is_a("N") for token in after[:-1])


def _is_saying(part: Sequence[Token], dictionary: Dictionary) -> bool:
    return len(part) <= MAX_SAYING and _fixed(_joined(part, dictionary), dictionary) is not None


def _fixed(words: str, dictionary: Dictionary) -> str | None:
    """The English of a saying without slots."""
    return dictionary.whole_sayings.get(dictionary.key(words))


def _english(part: list[Token], dictionary: Dictionary) -> str:
    """A request in English, its words of degree where English looks for them."""
    enclitics = dictionary.grammar.get("enclitics", "").split()
    lead = (index for index, token in enumerate(part) if not token.is_a("J") and token.text not in enclitics)
    lead = next(lead, len(part))
    part = part[lead : lead + MAX_CLAUSE]
    fixed = _fixed(_joined(part, dictionary), dictionary)
    if fixed is not None:
        return fixed
    degrees = [token.english("G") for token in part if token.is_a("G")]
    rest = _without_idle_commas([token for token in part if not token.is_a("G")])
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


def _without_idle_commas(part: list[Token]) -> list[Token]:
    """The tokens without the commas that English would not have there."""
    idle = {index for index, token in enumerate(part[1:]) if token.english() == "except"} | {len(part) - 1}
    return [token for index, token in enumerate(part) if token.text != "," or index not in idle]


def _said(part: list[Token], dictionary: Dictionary) -> tuple[Match | None, str]:
    """The saying that fits, and what follows it behind a comma where that tells more of what is to be seen."""
    known = sayings(dictionary.code)
    match = known.match(part)
    comma = next((index for index, token in enumerate(part) if token.text == ","), 0)
    if not match and comma:
        match = known.match(part[:comma])
        if match and DESCRIBED.search(match.english):
            return match, f", {_joined(part[comma + 1 :], dictionary)}"
    return match or known.match(part[: purpose(part)]), ""


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

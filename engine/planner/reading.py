"""What a reader gets: one saying that fits one clause, and the questions readers ask about the words in its slots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.expressions import regex
from engine.operations import Add, Context, EditOperation, HistoryOperation, Target
from engine.planner.amounts import Degree
from engine.planner.normalise import SHARED, is_quote, low, quotes_in, restore
from engine.planner.targets import conjuncts, read_target
from engine.planner.vocabulary import Vocabulary

Operations = Sequence[EditOperation | HistoryOperation]
PERSONS = {"he": "man", "him": "man", "she": "woman", "her": "woman", "me": "person", "i": "person"}
"""Who is meant when nobody was spoken of before."""
SOMEBODY = ("he", "him", "she", "her")
_WHOSE = regex(r"(?i)(?:on|with|for|behind|beside|next to) ((?:the|this|that|my|his|her) .{1,60})$")
BEHIND = (
    "what's going on behind ",
    "what's happening behind ",
    "whatever's behind ",
    "everything that's behind ",
    "scene behind ",
    "area behind ",
    "view behind ",
    "space behind ",
    "what's behind ",
    "what is behind ",
    "everything behind ",
    "whatever is behind ",
)
DETERMINERS = (
    "the ",
    "a ",
    "an ",
    "this ",
    "that ",
    "my ",
    "our ",
    "your ",
    "these ",
    "its ",
    "his ",
    "her ",
    "their ",
)

_SHARED = regex(rf"(?<=\w){SHARED}$")


_BEHIND_WHAT = regex(
    r"(?<=\w) (?:(?:around|behind|surrounding) (?:the|this|that|my|our|his|her|their|both) \S.*"
    r"|(?:of|from|in) (?:(?:the|this|that|my|our) )?(?:picture|photo|image|shot|pic|snap|portrait|selfie)(?: of \S.*)?"
    r"|of an? \S.*)$"
)
"""Whose background it is: "behind the dog", "of this photo of a shoe"."""
"""What a background is behind."""
_OF_PICTURE = regex(
    r"(?<=\w) (?:of|in) (?:the|this|my|our) (?:whole |entire |original )?"
    r"(?:[a-z]+ )?(?:image|photo|picture|scene|photograph|portrait|shot|frame|snapshot)$"
)
"""What a background is of, where the picture is named."""


@dataclass(eq=False, slots=True)
class Reading:
    """One saying that fits one clause; readers turn it into operations, or into None when it cannot mean that."""

    slots: dict[str, str]
    verb: str
    kind: str
    degree: Degree
    clause: str
    quotes: tuple[str, ...]
    context: Context
    vocabulary: Vocabulary

    def __getitem__(self, slot: str) -> str:
        return self.slots.get(slot, "")

    def does(self, *classes: str) -> bool:
        """Whether the clause opens with a verb of one of the classes."""
        return not set(classes).isdisjoint(self.vocabulary.openings.get(self.verb, ()))

    def spoken(self, text: str) -> str:
        """Words as the user wrote them, for prompts."""
        return restore(text, self.quotes)

    def plain(self, text: str) -> str:
        """Words with quoted strings bare, for lettering and phrases."""
        return restore(text, self.quotes, mark="")

    def quoted(self, text: str) -> str | None:
        """The first quoted string in the words."""
        found = quotes_in(text)
        return self.quotes[found[0]] if found else None

    def joint(self, before: str, joints: frozenset[str], after: str = "") -> str | None:
        """The first of the joints that stands in the clause between the one text and the other."""
        start = self.clause.find(f"{before} ")
        while start >= 0:
            word, space, rest = self.clause[start + len(before) + 1 :].partition(" ")
            if space and word in joints and rest.startswith(after):
                return word
            start = self.clause.find(f"{before} ", start + 1)
        return None

    def target(self, text: str) -> Target:
        """The target of a noun phrase."""
        if not (self.context.history or self.context.mask) and low(text) in PERSONS:
            return Target(phrase=PERSONS[low(text)])
        if low(text) in SOMEBODY and (person := self._person(low(text))):
            return person
        target = read_target(text, self.vocabulary)
        if not quotes_in(text):
            return target
        said = ((name, getattr(target, name)) for name in ("phrase", "relation", "part_of"))
        return target.model_copy(update={name: self.plain(words) for name, words in said if words})

    def _person(self, pronoun: str) -> Target | None:
        """Who is meant where the last edit was about no person, but about what somebody wears or was given.

        None where the last edit was about a person, or about what may be one.
        """
        if self.context.mask or not self.context.history:
            return None
        last = self.last_target
        people, worn = self.vocabulary["words.people"], self.vocabulary["words.worn"]
        if last is None or _head(last.phrase) in people:
            return None
        for one in reversed(self.context.history):
            place = _WHOSE.match(one.place) if isinstance(one, Add) and one.place else None
            target = read_target(place[1], self.vocabulary) if place else getattr(one, "target", None)
            if target is not None and _head(target.phrase) in people:
                return target
        return Target(phrase=PERSONS[pronoun]) if _head(last.phrase) in worn else None

    def targets(self, text: str) -> list[Target]:
        """The targets of a list of noun phrases."""
        return [self.target(part) for part in conjuncts(text, self.vocabulary)]

    def scoped(self, text: str) -> Target | None:
        """The target of a noun phrase; None where it means the whole picture."""
        return None if not text or self.is_whole(text) else self.target(text)

    def is_pronoun(self, text: str) -> bool:
        """Whether the words point at something said or selected before."""
        return low(text) in self.vocabulary["words.pronoun"]

    def is_whole(self, text: str) -> bool:
        """Whether the words mean everything in the picture, "it" included while nothing else was selected or edited."""
        if low(text) in PERSONS:
            return False
        if self.is_pronoun(text):
            return not (self.context.mask or self.last_target)
        core = self._core(text)
        whole = self.vocabulary["words.whole"]
        return core in self.vocabulary["words.picture"] or core in whole or low(text).removeprefix("the ") in whole

    def is_pictured(self, text: str) -> bool:
        """Whether the words name a sort of picture, and so this one: "this landscape"."""
        return self._core(text) in self.vocabulary["looks.pictures"]

    def is_background(self, text: str) -> bool:
        """Whether the words mean what is behind the subject."""
        whole = self._core(text)
        core = _BEHIND_WHAT.sub("", whole)
        if core in self.vocabulary["words.background"] or whole.startswith(BEHIND):
            return True
        owner, _, rest = core.rpartition("'s ")
        return rest in self.vocabulary["words.background"] and owner.split(" ")[-1] in (
            "scene",
            "image",
            "photo",
            "picture",
        )

    def is_clear_background(self, text: str) -> bool:
        """A background with at most a word describing it: "the grassy park background"."""
        core = self._core(text)
        return self.is_background(text) or (
            core.endswith((" background", " backdrop"))
            and core.count(" ") <= 3
            and " in " not in core
            and " and " not in core
        )

    def _core(self, text: str) -> str:
        """The noun without determiners and "entire", "above", ..."""
        words = low(text).strip(" ,.").split(" ")
        skip = self.vocabulary["words.whole_modifier"]
        while len(words) > 1 and (words[0] in skip or f"{words[0]} " in DETERMINERS or words[0] in ("all", "of")):
            words = words[1:]
        words = _SHARED.sub("", " ".join(words)).split(" ")
        while len(words) > 1 and words[-1] in ("above", "itself", "overall"):
            words = words[:-1]
        return _OF_PICTURE.sub("", " ".join(words))

    @property
    def last_target(self) -> Target | None:
        """The thing the last edit was about; None where it was about the whole picture."""
        last = self.context.history[-1] if self.context.history else None
        return Target(phrase=last.prompt) if isinstance(last, Add) else getattr(last, "target", None)


def _head(phrase: str | None) -> str:
    """The noun that a phrase is about, in lower case: the last word."""
    return low(phrase or "").split(" ")[-1]


Reader = Callable[[Reading], Operations | None]


def definite(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a noun phrase speaks of something that is there already."""
    return low(text).split(" ")[0] in vocabulary["words.definite"] or low(text) in vocabulary["words.pronoun"]


def before_article(word: str, vocabulary: Vocabulary) -> bool:
    """Whether an article may stand behind the word within the name of one thing; behind a noun it opens another."""
    return word in vocabulary["words.before_article"] or word.endswith("ing")


def without_article(text: str) -> str:
    """The phrase without the article that opens it."""
    small = low(text)
    for article in ("a ", "an ", "the "):
        if small.startswith(article):
            return text[len(article) :]
    return text


def decapitalised(text: str) -> str:
    """The phrase as it reads in the middle of a sentence: "The man" -> "the man"."""
    return text[:1].lower() + text[1:] if low(text).startswith(DETERMINERS) else text


def is_quoted(text: str) -> bool:
    """Whether the words are one quoted string."""
    return is_quote(text)

"""Hints taken for the orders they are: "the tourist ruins it", "not enough clouds", "I wish the sky were orange".

A remark becomes an order in plain words, which is then read like any other: "too much noise" is "less noise".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from engine.expressions import regex
from engine.lasting import lasting
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.openings import begins_request
from engine.planner.refits import refitted
from engine.planner.sayings import Fit, Sayings, told_by
from engine.planner.vocabulary import Vocabulary, expression, load

MARKS = ("last", "whole", "begun")
MAX_WORDS = 30
MAX_WORDS_OF_SLOT = 12
MAX_WORDS_OF_WORN = 4
_STUFFS = ("states.stuffs", "states.materials")
_INDEFINITE = regex(
    r"(?:a|an|another|some|more|two|three|four|five|several|a few|a couple of|lots of|a bit of|a second|[2-9]) (?=\S)"
)
_ASIDE = (" to", " that", " which", " who", " because it", " and it", " as it", " since it")
_OPEN = ("anything", "toned")
"""Slots whose words may be many, and end politely."""
_POLITE = (" please", " thanks", " thank you", " ty")
_TEARING = (" but ", " and it", " to be ", " , the ", " , it ", " , you ", " , i ")
_PLACE = regex(r" (?:on|in|at|of|around|over|under|behind|from|near|for|to|[a-z]{3,}ing) ")
_PLACED = regex(
    r"(?!(?:the|no|more|less) )(?:[a-z-]+ ){0,2}"
    r"(?:[a-z]*[^su\W]s|fire|smoke|steam|snow|ivy|moss|confetti|glitter|lightning) "
    r"(?:(?:on|in|over|around|above|behind|under|across|along|next to|near|by|off) |coming out of |falling on )"
    r"(?:(?:the|my|his|her|their|our|that|this|these|those|top) ?\S*|(?:him|her|them|me|us|it)$)"
)
"""Several things or a mass, and where: "fireworks over the bridge"."""
_SPOT = regex(
    r"(?:on|by|next to|near|under|over|above|below|beside|behind|against|closer to|between|in front of) "
    r"(?:the|my|his|her|its|that|this|our|their) \S+"
)
_FINITE = regex(r" (?:is|are|was|were|had|has) ")
_PICTURED = ("the image", "the picture", "the photo", "this image", "this picture", "this photo")
_DEFINITE = ("the ", "my ", "his ", "her ", "their ", "our ", "that ", "this ", "these ", "those ", "your ")

_VIEW = "(?:sky|hills?|mountains?|skyline|buildings|houses|clouds|sea|trees|city|fields?|wall|fence|road|street)"
_SHAPES = {
    "garb": regex(r"(?!(?:the|my|his|her|their|our|this|that) ).+"),
    "pronoun": regex(r"he|she|they|i|we"),
    "own": regex(r"(?:its|his|her|their|both|one of its) .+"),
    "judged": regex(
        r"(?!.*\b(?:if|see|silly|worse|weird|stupid|ugly|odd|strange|bad|wrong|ridiculous|awful)\b)(?:\S+ ){0,9}\S+"
    ),
    "private": regex(
        r"(?:.* )?(?:faces?|plates?|(?:phone |card |licence |license )?numbers?|address|addresses|names?|e-?mails?|"
        r"passwords?|signature|id|badge|screen|details|password|document|letter|barcode)(?: (?:on|in|at|of) .*)?"
    ),
    "sited": regex(
        r".+ (?:on|in|at|under|above|over|behind|beside|near|by|next to|around|up|between|against|along|across|from) "
        r"(?:the|my|his|her|its|it|that|them|those|these|our|their|this|each|every|both|top)\b.*"
    ),
    "better": expression("better"),
    "removed": regex(r"(?!\w+ing (?:the|this|that|my|his|her|its|their|any|anything|it)\b)(?!it$|that$|this$).+"),
    "rival": regex(r"(?!(?:.* )?ones?$|\w+ing (?:at|on|in|to|up|down|with|for|into|the|his|her|their|an?)\b).+"),
    "depicted": regex(r"(?:(?!(?:on|in|at|over|above|behind|beside|under|near|with|to)\b)\S+ ?){1,3}"),
    "factor": regex(r"(?:about |roughly )?(?:twice|double|triple|half|a third|a quarter|three times|four times)\b.*"),
    "nearer": regex(r"(?:(?:a bit|a little|slightly|much|even) )?(?:higher|lower|closer|nearer|further|farther)"),
    "praise": regex(r"(?:(?!in |with |as |like |on |at |of |to |than |without |if |by |from |for )\S+ ?){1,4}"),
    "ratio": regex(r"(?:an? )?(?:\d+:\d+|square)"),
    "format": regex(r"(?:an? )?(?:\d+:\d+|square|portrait|landscape|widescreen|vertical|horizontal)"),
    "edge": regex(r"(?:either|both|each|the (?:left|right|top|bottom|upper|lower|other))(?: (?:sides?|ends?|edges?))?"),
    "there": regex(r"(?:the|my|his|her|their|our|that|this|these|those|your) .+"),
    "guise": regex(
        r"an? (?!.*\b(?:sticker|png|jpe?g|pdf|svg|cut-?out|background|backdrop|thumbnail|icon|avatar|crop|close-?up|"
        r"headshot|square|banner|wallpaper|silhouette|layer|overlay|watermark|reference|guide)\b).+"
    ),
    "onto": regex(
        r"(?:on|onto|in|into|inside|behind|under|above|over|around|below|beneath|across|next to|beside|near|by|against|"
        r"on top of|in front of) "
        r"(?:the|a|an|my|his|her|our|their|its|this|that|these|those)\b.+"
    ),
    "at": regex(r"(?:on|in|at|inside|in front of|under|above) .+"),
    "site": regex(
        r"(?:on|in|at|inside|in front of|under|above|over|behind|beside|next to|between|near|along|across) "
        r"(?:the|that|this|those|these) .+"
    ),
    "plainly": regex(
        r"(?!(?:not|no|keep|leave|only|the|my|without|with|also|please|it|it's|i|they|he|she|you|we|that|this|is|don't|"
        r"do)\b)(?:[a-z-]+ ){0,2}[a-z-]+"
    ),
    "wearer": regex(
        r"(?:the|my|his|her|our|their|that|this) (?!.*\b(?:pics?|picture|photo|image|shot|background|post|profile|"
        r"website|shop|ad|poster|cover|header|feed|story|banner)\b).+"
    ),
    "hovering": regex(
        r"(?:an? )?(?:[a-z-]+ ){1,3}(?:hovering|flying|floating|swimming|peeking|hiding|lurking|sleeping|perched|"
        r"parked|crossing|emerging|rising|looming|circling|landing|drifting|napping|falling) "
        r"(?:over|above|behind|in|on|under|across|next to|beside|by|near|from|around|through|along|off|into)"
    ),
    "photo": expression("whole_photo"),
    "prompt": regex(r"(?!be ).+"),
    "artist": regex(r"(?!(?:i|you|we|it|he|she|they|that|this|there|the)\b)(?:[^ ,]+ ){0,4}[^ ,]+"),
    "sited_new": regex(
        r"(?:an?|another|some|two|three|several|a few|a couple of) "
        r"(?!of\b|.*\b(?:faces?|plates?|names?|numbers?|text|ugly|stains?|spots?|scars?|cracks?|logos?)\b).+ "
        r"(?:somewhere|on|in|under|behind|among|amongst|inside|between|near|up|around|beside|next to) .+"
    ),
    "whom": regex(
        r"(?:me|us|him|her|them|it|this|(?:the|my|our|his|her|their|these|those|that) [^ ,]+(?: [^ ,]+){0,2})"
    ),
    "moment": regex(r"(?!(?:the |this |that )?(?:edits?|changes?|removing|cropping|last|undo)\b).+"),
    "era": regex(r"(?:hours|days|weeks|months|years|decades|centuries)"),
    "setting": regex(r"(?:on|in|at|inside|by|near|under|above|over|along|among|outside) (?!a mirror\b).+"),
    "quoted": regex(r"[\ue000-\uf8ff].*"),
    "toned": expression("toned"),
    "medium": regex(
        r"an? (?:[a-z-]+ ){0,3}(?:sketch|drawing|painting|watercolou?r|cartoon|caricature|illustration|engraving|"
        r"etching|woodcut|linocut|mosaic|rendering|rendition|tapestry|fresco|doodle|lithograph|version)"
    ),
    "shown_there": regex(
        r"(?:it|him|her|us|them|me|this|that|(?:the|my|our|this|that|these|those|his|her|their) "
        r"(?:(?!on\b|over\b|above\b|in\b|at\b|behind\b)[^ ,]+ ?){1,4})"
    ),
    "depicted_there": regex(
        r"(?:it|him|her|us|them|me|this|that|(?:the|my|our|this|that|these|those|his|her|their) [^,]+)"
    ),
    "told": regex(
        r"(?:the|my|our|this|that|his|her|their) (?:(?!to\b|with\b|of\b)[^ ,]+ ){1,3}?(?:has|have|had|is|are|was|were|"
        r"wears?|holds?) (?!not\b|too\b|so\b).+"
    ),
    "pronoun_of": regex(r"him|her|them|me|us"),
    "aged": regex(r"(?:this|the|my|our|that|these) (?:.* )?(?:faded|old|washed|yellowed|vintage|bleached)\b.*"),
    "views": regex(
        rf"(?:the |this |that )?(?:[a-z-]+ ){{0,2}}{_VIEW} and "
        rf"(?:the |all the )?(?:[a-z-]+ ){{0,2}}(?:{_VIEW}|grass|water)"
    ),
    "feature": regex(r"(?:[a-z]+ )?(?:hair|beard|m(?:o|ou)stache|eyebrows|eyes|skin|lips|lipstick|nails|fur)"),
    "toppings": regex(
        r"(?:[a-z]+ )?(?:pickles?|onions?|mayo|mayonnaise|cheese|tomato(?:es)?|lettuce|olives?|ketchup|mustard|"
        r"sauce|bacon|anchov(?:y|ies)|mushrooms?|peppers?|jalape[nñ]os?|sprinkles|cream|gravy|croutons|cilantro|pineapple|nuts)"
    ),
    "side": regex(r"(?:far )?(?:left|right|middle|cent(?:er|re)|back|front|top|bottom|other side|edge|corner)(?: .+)?"),
    "spot": regex(
        r"(?:closer|nearer|further|farther|higher|lower|next to|beside|between) .+"
        r"|(?:on|in|at|to|towards?|near|up|over|down) .*"
        r"(?:side|left|right|middle|corner|cent(?:er|re)|edge|end|top|bottom|front|back)\b.*"
    ),
}
"""What the words of a slot look like, for slots that only their shape tells."""


class Hints:
    """What remarks amount to, by entries of patterns and orders."""

    def __init__(self, vocabulary: Vocabulary, entries: Sequence[Mapping[str, Any]]) -> None:
        self._vocabulary = vocabulary
        self._entries = entries

    @cached_property
    def _telling(self) -> frozenset[str]:
        """Words of which any hint has one: most clauses are told from hints by them alone."""
        return told_by((pattern for entry in self._entries for pattern in entry["patterns"]), self._vocabulary)

    @cached_property
    def _sayings(self) -> Sayings:
        """Read where the first clause may be a hint."""
        with lasting():
            return Sayings.of(self._entries, self._vocabulary)

    def may_hint(self, clause: str) -> bool:
        """Whether any word of the clause is one that hints have: a quick look before patterns are tried."""
        return not self._telling.isdisjoint(low(clause).split(" "))

    def orders(self, clause: str) -> Iterator[str]:
        """The orders a clause amounts to, the likeliest first."""
        small = low(clause)
        if small.count(" ") < MAX_WORDS and self.may_hint(clause):
            yield from self.meant(clause)

    def meant(self, clause: str) -> Iterator[str]:
        """The same for a clause that was looked at already."""
        for _, fit in self._sayings.fits(low(clause), clause, degree=False):
            slots = self._told(fit)
            if slots is not None:
                yield from (order.format(**slots) for order in fit.saying.entry["orders"])

    def _told(self, fit: Fit) -> dict[str, str] | None:
        """The words for an order's slots; None where a slot holds what it cannot be."""
        slots = dict(fit.slots)
        for name, words in fit.slots.items():
            small = low(words)
            if name not in _OPEN and (small.count(" ") >= MAX_WORDS_OF_SLOT or small.endswith(_POLITE)):
                return None
            if name == "excess":
                opposite = self._vocabulary.tables["hints"]["opposites"].get(small)
                if opposite is None:
                    return None
                slots[name] = opposite
            elif name == "refit":
                if (fitted := refitted(small, self._vocabulary)) is None:
                    return None
                slots[name] = fitted
            elif not self._fits(name, small):
                return None
        return slots

    def _fits(self, name: str, small: str) -> bool:
        """Whether the words can fill a slot of that name."""
        match name:
            case "target":
                return self._is_thing(small)
            case "who":
                return small in ("this", "it", "me", "us", "him", "her", "them") or small.startswith("my ")
            case "things":
                last = _PLACE.split(small)[0].split(" ")[-1]
                if colour_in(small.split(" ")[0], self._vocabulary):
                    return False
                plural = last.endswith("s") and not last.endswith(("ss", "us"))
                return plural or last in self._vocabulary["hints.masses"]
            case "worn":
                brief = small.count(" ") < MAX_WORDS_OF_WORN
                return brief and small.split(" ")[-1] in self._vocabulary["hints.garments"]
            case "praise" if colour_in(small, self._vocabulary):
                return False
            case "doing":
                return small.split(" ")[0].endswith("ing")
            case "colour":
                return colour_in(small, self._vocabulary) is not None
            case "season":
                return any(small in self._vocabulary[name] for name in ("scenes.words", "looks.bare", "looks.words"))
            case "material":
                made = any(self._vocabulary[name].trailing(small) is not None for name in _STUFFS)
                return made and self._is_thing(small)
            case "fixture":
                return small in self._vocabulary["hints.fixtures"]
            case "vista":
                vistas = (self._vocabulary[f"scenes.{name}"] for name in ("places", "vistas"))
                return not small.startswith(_DEFINITE) and any(one.trailing(small) is not None for one in vistas)
            case "bare_look":
                return small in self._vocabulary["looks.bare"]
            case "figure" | "figures":
                return any(letter.isdigit() for letter in small)
            case "beside":
                return _SPOT.match(small) is not None
            case "placed":
                return _PLACED.match(small) is not None and not colour_in(small.split(" ")[0], self._vocabulary)
            case "new":
                return _INDEFINITE.match(small) is not None
            case "state":
                last = small.split(" ")[-1]
                pictured = last in self._vocabulary["words.picture"] or small.startswith(_PICTURED)
                return not (pictured or last == "there" or small.startswith("so "))
            case "wish":
                return self._is_thing(small) and not small.startswith(_DEFINITE)
            case "bare":
                return self._fits("wish", small) and not (_FINITE.search(small) or colour_in(small, self._vocabulary))
            case "when":
                return not (_INDEFINITE.match(small) or " not " in small)
            case _:
                return name not in _SHAPES or _SHAPES[name].fullmatch(small) is not None

    def _is_thing(self, small: str) -> bool:
        """Whether the words name a thing, and are neither a pronoun nor the beginning of a request."""
        first = small.split(" ")[0]
        pointing = first in self._vocabulary["hints.no_thing_first"] or small in self._vocabulary["words.pronoun"]
        torn = any(joint in small for joint in _TEARING) or small.endswith(_ASIDE) or first[:1].isdigit()
        return not (pointing or torn or begins_request(small, self._vocabulary))


@cache
def hints(language: str = "english", mark: str = "") -> Hints:
    """The hints of a language with that mark, or with none, built once.

    last: only taken where nothing else could be meant; begun: the same, and only in the middle of a conversation;
    whole: sentences whose clauses say nothing alone, such as "one duck isn't enough, make it 4".
    """
    vocabulary = load(language)
    every: Sequence[Mapping[str, Any]] = vocabulary.tables["hints"]["hint"]
    return Hints(vocabulary, [one for one in every if next((name for name in MARKS if one.get(name)), "") == mark])

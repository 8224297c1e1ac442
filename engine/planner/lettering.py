"""Reading changes of the words in the picture: written, replaced, removed."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import Target, Text
from engine.planner.colours import colour_in
from engine.planner.normalise import QUOTE_BASE, low, quotes_in
from engine.planner.reading import Operations, Reading, is_quoted
from engine.planner.targets import read_target
from engine.planner.vocabulary import expression

_PLACE = expression("place_of_words")
_WORDS = expression("lettering")
_LINE_OF = regex(
    r"^(?:the )?(?:\w+ ){0,2}(?:rows?|lines?|blocks?|pieces?|paragraphs?|columns?|strips?|bits?|lot|bunch) of "
    r"(?=(?:\w+ )?(?:text|words|writing|lettering|letters|numbers|characters)\b)"
)
_INSTANCES = regex(r"(?i)^(?:all |every |each |any )?(?:the )?(?:instances?|occurrences?|mentions?) of ")
_ON = regex(r"(?i)^(?:on|in|at|of)(?: |$)")
_EVERY = regex(r"^(?:all|any|every|each|some|most|both|none)(?: of)? (?=the |this |that |these |those |my )")
_DATES = regex(
    r"^(?:the )?(?:(?:top|bottom|upper|lower|left|right|corner|small|little|red|orange|yellow|white|printed) )*"
    r"date(?:s| ?stamps?)?(?: (?:on|in|at|from) .*)?$"
)
_WRITTEN_ON = expression("written_on")
_LETTERED = expression("lettering_before_quote")
_HEADED = expression("lettering_first")
_MARKING = ("print", "letter", "engrave", "stamp", "label", "title")
_TOLD_WORDS = regex(
    r"^(?:add|put|write|include) (?:\S+ ){0,3}?(?:text|words?|caption|title|message|lettering|letters|writing) "
    r"(?:that says|saying|reading|that reads|which says) "
)
"""What leads to words that may be written in small letters."""
_TO_SAY = regex(r"(?i) (?:say|read|spell) ")
_RENAMED = ("name", "title", "caption", "word", "text", "date", "year", "price", "label")
_ARTICLES = regex(r"^(?:the|a|an|both|this|all) ")


_SUM = expression("sum_of_money")
_FIGURES = regex(r"[$£€¥]|\d|^[A-Z]{2}")
_QUOTES = regex(r"[\ue000-\uf8ff]")
_COLOURED = regex(r"\bcolou?r\b|\bfont\b")
_FIGURE = regex(r"(?=\D*\d)[\d:.,/%$€£-]+")
_FIGURED = regex(
    r"(?i)((?:the|his|her|my|our|its|their) (?:\w+ )?"
    r"(?:number|price|date|year|time|score|figure|digits?|age|temperature) (?:on|in|at) .+?) "
    r"(?:be |say |read |to |into |to be )?((?=\S*\d)[$£€]?[\d:.,/%-]+[$£€%]?)"
)
_CAPITALS = regex(r"[A-Z0-9]\S*(?: [A-Z0-9]\S*)*")
"""Names, days and the like, which are words where they stand on a sign."""
_NUMBERED = regex(r"(?:license|licence|number) plate|number on|display|\bnumber\b(?! of)")


def mentions_words(text: str) -> bool:
    """Whether a noun phrase is about lettering: "the caption", "the date in the corner", "all text"."""
    small = low(text)
    return bool(_WORDS.search(small) or _DATES.match(small))


def removed(reading: Reading, text: str) -> Text | None:
    """The removal of lettering; None where the phrase is about a thing."""
    quoted = reading.quoted(text)
    if quoted is None and not mentions_words(text):
        return None
    if quoted is None and (named := _named(reading, text)):
        return Text(action="remove", old=named)
    small = _LINE_OF.sub("", _EVERY.sub("", low(text)))
    head = re.split(r" (?:on|in|from|of|at|with|below|above|next to|under|over|near) ", small)[0]
    if quoted is None and not (_WORDS.search(head) or _DATES.match(small)):
        return None
    where = re.sub(r"[\ue000-\uf8ff]", "", text).strip()
    bare = (
        re.fullmatch(r"(?i)(?:the )?(?:text|words?|letters?|lettering|writing|caption|title)", where)
        and quoted is not None
    )
    target = read_target(reading.plain(where), reading.vocabulary) if where and not bare else None
    return Text(action="remove", old=quoted, target=target)


def read_replace(reading: Reading) -> Operations | None:
    """New words for old ones; at least one side must be quoted or speak of lettering."""
    old, new = reading["old"], reading["text"]
    if exchanged := _exchanged(reading, old, new) or _refigured(reading, old, new):
        return [exchanged]
    if not new or low(new).startswith(("be ", "look ")) or not (_renames(reading) or _about_words(reading, old, new)):
        return None
    quoted_new = reading.quoted(new)
    if quoted_new is None and (colour_in(new, reading.vocabulary) or _COLOURED.search(low(old))):
        return None
    if quoted_new is not None and not expression("words_before_quote").match(low(new)):
        return None
    behind = new[new.rindex(chr(QUOTE_BASE + quotes_in(new)[-1])) + 1 :] if quotes_in(new) else ""
    sites = (" ".join(_QUOTES.sub("", old).split()), behind.strip(" ,") if _ON_SIGN.match(low(behind)) else "")
    signs = (_sign(reading, _ON.sub("", where)) for where in sites if where)
    target = next((sign for sign in signs if sign), None)
    text, was = quoted_new or _said(reading, new), reading.quoted(old) or _named(reading, old)
    was = reading.plain(reading["was"]) or was
    was = was or (reading.plain(reading["was"]) if reading["was"] else None)
    if was is None and len(quoted := quotes_in(new)) > 1 and _CONTRASTED.search(low(new)):
        was = reading.quotes[quoted[1]]
    return [Text(action="replace", text=text, old=was, target=target)]


def _is_worded(reading: Reading, old: str, new: str) -> bool:
    """Whether what a thing shall say is words or figures, though unquoted: "the cake should say Congrats Mia"."""
    return not reading.is_whole(old) and (new[0].isupper() or _FIGURE.fullmatch(new) is not None)


def _exchanged(reading: Reading, old: str, new: str) -> Text | None:
    """ "Change Tuesday to Friday on the poster": one name for another where things are written."""
    placed, named = _PLACE.search(new), _named(reading, old)
    if not placed or not _CAPITALS.fullmatch(named or old) or not _CAPITALS.fullmatch(new[: placed.start()]):
        return None
    where = re.sub(r"^\S+ ", "", placed.group(1))
    if not (named or _WRITTEN_ON.search(low(where))):
        return None
    return Text(action="replace", text=new[: placed.start()], old=named or old, target=_sign(reading, where))


def _refigured(reading: Reading, old: str, new: str) -> Text | None:
    """ "£4.50 on the chalkboard becomes £4.95": one figure for another where it is written."""
    placed = _PLACE.search(old)
    figure = old[: placed.start()].split(" ")[-1] if placed else ""
    if placed is None or not (_FIGURE.fullmatch(figure) and _FIGURE.fullmatch(new)):
        return None
    return Text(action="replace", text=new, old=figure, target=_sign(reading, re.sub(r"^\S+ ", "", placed.group(1))))


def _renames(reading: Reading) -> bool:
    """ "The name on the cake from Tom to Tim", "the sign from STOP to GO": words told by what they were."""
    if reading["was"].isupper() and reading["text"].isupper():
        return True
    head = re.split(r" (?:on|in|of|at|above|below) ", low(reading["old"]))[0].split(" ")[-1]
    return bool(reading["was"]) and head in _RENAMED


def _about_words(reading: Reading, old: str, new: str) -> bool:
    """Whether the change is one of lettering: something is quoted, said to "say", or named as text."""
    small = low(old)
    quoted_new = reading.quoted(new) is not None
    written = mentions_words(old) or _NUMBERED.search(small) is not None or _renumbered(reading, small, new)
    says = expression("says").search(low(reading.clause).replace(small, "", 1)) is not None
    corrects = reading["was"] and _TO_SAY.search(reading.clause)
    if says and (quoted_new or corrects or _WRITTEN_ON.search(small) or _is_worded(reading, old, new)):
        return True
    return written or (reading.quoted(old) is not None and quoted_new)


def _renumbered(reading: Reading, old: str, new: str) -> bool:
    """ "The price" that becomes "$19.99": what is a figure or capitals is written."""
    head = re.split(r" (?:on|in|at|from) ", _ARTICLES.sub("", old))[0]
    noun = head.split(" ")[-1]
    bears = noun in ("tag", "label", "sticker", "ticket") and _SUM.fullmatch(low(new)) is not None
    return bears or (noun in reading.vocabulary["attributes.lettering"] and _FIGURES.search(new) is not None)


def _said(reading: Reading, text: str) -> str:
    """Unquoted lettering without the words that introduce it."""
    return re.sub(r"(?i)^(?:(?:the )?(?:text|word|words|number|letters?|caption) )", "", reading.plain(text))


def _named(reading: Reading, text: str) -> str | None:
    """ "the text A on the wall" -> "A" where the old words follow unquoted."""
    match = expression("named_words").match(text)
    return reading.plain(match.group(1)) if match and not quotes_in(text) else None


def _sign(reading: Reading, where: str) -> Target | None:
    """Where the old words stand: the sign, the wall."""
    where = _SAYING.sub("", expression("words_of_sign").sub("", _INSTANCES.sub("", where))).strip(" ,")
    return read_target(reading.plain(where), reading.vocabulary) if where else None


_IN_LETTERS = regex(
    r"(?:in|with) (?:(?!the |this |that )[a-z-]+ ){1,4}"
    r"(?:letters|lettering|font|text|type|typeface|caps|capitals|writing|script|handwriting|characters)(?: |$)"
)
_CORNER = expression("corner_of_words")
_INK = expression("ink")
"""Where the colour of letters is said."""
_INK_OF_PLACE = expression("ink_of_place")
_ON_SIGN = regex(r" (?:on|in|at) (?:the|that|this|his|her|its|my) ")
_SAYING = regex(r"(?i) (?:from|reading|saying|that (?:says|reads)|which (?:says|reads)|says|reads|with)$")
_CONTRASTED = regex(r" (?:instead of|rather than|in place of|not) ")
_SIZED_WORDS = regex(
    r"(?:(?:an?|the|big|large|small|huge|bold|tiny|neon|red|white|black|blue|green|yellow|gold|golden)(?: |$))+"
)
_NOUN_OF_WORDS = regex(
    r"^(?:[Tt]he )?(?:[Ww]ords?|[Tt]ext|(?:number|year|date)(?= \d)|(?:name|initials|letters?)(?= [A-Z])) "
)
_NAMED_WORD = regex(
    r"(?:the )?(?:number|words?|name|letters?|initials|year|date|phrase|title|text|slogan) (?!on |in |at |of |to )\S"
)
_ON_BOARD = expression("on_board")
"""Words in capital letters that go on what is made to be written on: "Happy Birthday on the banner"."""
_PLACE_ALONE = regex(r"(?:at|in|on|to) the \w+(?: \w+)?$")


def read_add(reading: Reading) -> Operations | None:
    """Words to write: quoted, or bare behind "write" and behind lettering that is named."""
    text, place = reading["text"], reading["place"]
    quotes = quotes_in(text)
    if quotes:
        if not _introduces(reading, text):
            return None
        written = " ".join(reading.quotes[index] for index in quotes[: _list_length(text)])
        where = reading.spoken(place) or _place_beside(reading, text) or _corner(text)
        return [Text(action="add", text=written, place=_inked(reading, where))]
    text = text.removeprefix(": ")
    named = reading.verb not in _MARKING or _NAMED_WORD.match(low(text)) is not None
    writes = text.startswith("©") or (reading.does("write") and named)
    told = _TOLD_WORDS.search(low(reading.clause)) is not None
    if not (writes or told or _ON_BOARD.fullmatch(text) or (_WORDS.search(low(reading.clause)) and _names_words(text))):
        return None
    words, where = _split_place(reading, text)
    if not words or _PLACE_ALONE.match(low(words)):
        return None
    if where is None and (corner := _CORNER.search(words)) and corner.start() > 0:
        words, where = words[: corner.start()], corner.group(1)
    return [Text(action="add", text=words, place=_inked(reading, reading.spoken(place) or where))]


def read_written(reading: Reading) -> Operations | None:
    """ "'To Sam' written on the envelope": quoted words and where they are to stand."""
    return read_add(reading) if quotes_in(reading["text"]) else None


def _corner(text: str) -> str | None:
    """ "Top right" said without a preposition behind the words."""
    match = _CORNER.search(_QUOTES.sub("", text))
    return match.group(1) if match else None


def _inked(reading: Reading, place: str | None) -> str | None:
    """The place with the colour of the letters behind it: "at the top in red"."""
    small = low(_QUOTES.sub("", reading.clause))
    for match in _INK.finditer(small):
        said = next(filter(None, match.groups())).split(" ")
        named = (colour_in(" ".join(said[-size:]), reading.vocabulary) for size in (3, 2, 1))
        if colour := next(filter(None, named), None):
            where = _INK_OF_PLACE.sub("", place or "").strip(" ,")
            return f"{where} in {low(colour).removeprefix('bold ')}".strip()
    return place


def _introduces(reading: Reading, text: str) -> bool:
    """Whether the quoted string is what is to be written, not the name of a sign: "add a lamp to the 'OPEN' sign"."""
    before = text[: text.index(chr(QUOTE_BASE + quotes_in(text)[0]))].strip()
    behind = low(text[text.index(chr(QUOTE_BASE + quotes_in(text)[0])) + 1 :]).strip()
    alone = not behind or _PLACE.match(behind) is not None
    if not before or reading.does("write") or (alone and _SIZED_WORDS.fullmatch(low(before))):
        return True
    return _HEADED.search(low(reading.clause)) is not None or _LETTERED.search(low(before)) is not None


def _list_length(text: str) -> int:
    """How many quoted strings in a row are to be written: 'A', 'B' and 'C'."""
    match = re.search(r"[\ue000-\uf8ff](?: (?:,|and|, and) (?:number )?[\ue000-\uf8ff])*", text)
    return len(quotes_in(match.group())) if match else 1


def _names_words(text: str) -> bool:
    """ "add the caption Happy Birthday": capitals or digits tell lettering from description."""
    placed = low(text).startswith(("to ", "on ", "in ", "at ", "with ", "of ", "from "))
    return bool(text) and not placed and (text[0].isupper() or text[0].isdigit())


def _split_place(reading: Reading, text: str) -> tuple[str, str | None]:
    """Bare words to write and where: "SOLD on the sign"."""
    match = _PLACE.search(text)
    if not match or match.start() == 0:
        return _ARTICLES.sub("", reading.plain(text)) if low(text).startswith("the words ") else reading.plain(
            text
        ), None
    return _NOUN_OF_WORDS.sub("", reading.plain(text[: match.start()])), reading.spoken(text[match.start(1) :])


def _place_beside(reading: Reading, text: str) -> str | None:
    """Where quoted words go, from what stands before or behind them."""
    after = text[text.rindex(chr(QUOTE_BASE + quotes_in(text)[-1])) + 1 :].strip(" ,") if quotes_in(text) else ""
    after = after[lettered.end() :] if (lettered := _IN_LETTERS.match(low(after))) else after
    match = _PLACE.match(low(after)) if after else None
    if match:
        lettered = _IN_LETTERS.search(low(after), match.start(1))
        return reading.spoken(after[match.start(1) : lettered.start() if lettered else None].strip(" ,"))
    before = text[: text.index(chr(QUOTE_BASE + quotes_in(text)[0]))].strip(" ,:") if quotes_in(text) else ""
    match = _PLACE.search(low(before)) if before else None
    return reading.spoken(before[match.start(1) :]) if match else None


def read_figure(reading: Reading) -> Operations | None:
    """ "Make the number on the jersey 23": other figures in the place of those that are there."""
    match = _FIGURED.fullmatch(reading["old"])
    return [Text(action="replace", text=match[2], target=reading.target(match[1]))] if match else None


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"text_replace": read_replace, "text_add": read_add, "text_written": read_written, "figure": read_figure}


__all__ = ["is_quoted", "mentions_words", "readers", "removed"]

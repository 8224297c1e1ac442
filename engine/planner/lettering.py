"""Reading changes of the words in the picture: written, replaced, removed."""

from __future__ import annotations

import re
from typing import Any

from engine.operations import Target, Text
from engine.planner.colours import colour_in
from engine.planner.normalise import QUOTE_BASE, low, quotes_in
from engine.planner.reading import Operations, Reading, is_quoted
from engine.planner.targets import read_target
from engine.planner.vocabulary import expression

_PLACE = expression("place_of_words")
_WORDS = expression("lettering")
_DATES = re.compile(r"^(?:the )?date(?:s|stamp)?(?: (?:on|in|at|from) .*)?$")
_WRITTEN_ON = expression("written_on")
_LETTERED = expression("lettering_before_quote")
_HEADED = expression("lettering_first")
_MARKING = ("print", "letter", "engrave", "stamp", "label", "title")
_ARTICLES = re.compile(r"^(?:the|a|an|both|this|all) ")


_QUOTES = re.compile(r"[\ue000-\uf8ff]")
_COLOURED = re.compile(r"\bcolou?r\b|\bfont\b")
_NUMBERED = re.compile(r"(?:license|licence|number) plate|number on|display|\bnumber\b(?! of)")


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
    small = low(text)
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
    if not new or low(new).startswith(("be ", "look ")) or not _about_words(reading, old, new):
        return None
    quoted_new = reading.quoted(new)
    if quoted_new is None and (colour_in(new, reading.vocabulary) or _COLOURED.search(low(old))):
        return None
    if quoted_new is not None and not expression("words_before_quote").match(low(new)):
        return None
    behind = new[new.rindex(chr(QUOTE_BASE + quotes_in(new)[-1])) + 1 :] if quotes_in(new) else ""
    where = _QUOTES.sub("", old).strip() or (behind.strip(" ,") if _ON_SIGN.match(low(behind)) else "")
    target = _sign(reading, re.sub(r"(?i)^(?:on|in|at|of) ", "", where))
    text, was = quoted_new or _said(reading, new), reading.quoted(old) or _named(reading, old)
    return [Text(action="replace", text=text, old=was, target=target)]


def _about_words(reading: Reading, old: str, new: str) -> bool:
    """Whether the change is one of lettering: something is quoted, said to "say", or named as text."""
    small = low(old)
    quoted_new = reading.quoted(new) is not None
    written = mentions_words(old) or _NUMBERED.search(small) is not None
    says = expression("says").search(low(reading.clause).replace(small, "", 1)) is not None
    if says and (quoted_new or _WRITTEN_ON.search(small)):
        return True
    return written or (reading.quoted(old) is not None and quoted_new)


def _said(reading: Reading, text: str) -> str:
    """Unquoted lettering without the words that introduce it."""
    return re.sub(r"(?i)^(?:(?:the )?(?:text|word|words|number|letters?|caption) )", "", reading.plain(text))


def _named(reading: Reading, text: str) -> str | None:
    """ "the text A on the wall" -> "A" where the old words follow unquoted."""
    match = expression("named_words").match(text)
    return reading.plain(match.group(1)) if match and not quotes_in(text) else None


def _sign(reading: Reading, where: str) -> Target | None:
    """Where the old words stand: the sign, the wall."""
    where = expression("words_of_sign").sub("", where).strip(" ,")
    return read_target(reading.plain(where), reading.vocabulary) if where else None


_IN_LETTERS = re.compile(
    r"(?:in|with) (?:(?:big|large|small|bold|thin|red|white|black|blue|green|yellow|gold|neon|the same) )+"
    r"(?:letters|lettering|font|text|type|caps|capitals|writing)(?: |$)"
)
_ON_SIGN = re.compile(r" (?:on|in|at) (?:the|that|this|his|her|its|my) ")
_PLACE_ALONE = re.compile(r"(?:at|in|on|to) the \w+(?: \w+)?$")


def read_add(reading: Reading) -> Operations | None:
    """Words to write: quoted, or bare behind "write" and behind lettering that is named."""
    text, place = reading["text"], reading["place"]
    quotes = quotes_in(text)
    if quotes:
        if not _introduces(reading, text):
            return None
        written = " ".join(reading.quotes[index] for index in quotes[: _list_length(text)])
        return [Text(action="add", text=written, place=reading.spoken(place) or _place_beside(reading, text))]
    writes = reading.does("write") and reading.verb not in _MARKING
    if not (writes or (_WORDS.search(low(reading.clause)) and _names_words(text))):
        return None
    words, where = _split_place(reading, text)
    if not words or _PLACE_ALONE.match(low(words)):
        return None
    return [Text(action="add", text=words, place=reading.spoken(place) or where)]


def _introduces(reading: Reading, text: str) -> bool:
    """Whether the quoted string is what is to be written, not the name of a sign: "add a lamp to the 'OPEN' sign"."""
    before = text[: text.index(chr(QUOTE_BASE + quotes_in(text)[0]))].strip()
    if not before or reading.does("write"):
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
    return re.sub(r"(?i)^(?:the )?(?:words?|text) ", "", reading.plain(text[: match.start()])), reading.spoken(
        text[match.start(1) :]
    )


def _place_beside(reading: Reading, text: str) -> str | None:
    """Where quoted words go, from what stands before or behind them."""
    after = text[text.rindex(chr(QUOTE_BASE + quotes_in(text)[-1])) + 1 :].strip(" ,") if quotes_in(text) else ""
    after = after[lettered.end() :] if (lettered := _IN_LETTERS.match(low(after))) else after
    match = _PLACE.match(low(after)) if after else None
    if match:
        return reading.spoken(after[match.start(1) :])
    before = text[: text.index(chr(QUOTE_BASE + quotes_in(text)[0]))].strip(" ,:") if quotes_in(text) else ""
    match = _PLACE.search(low(before)) if before else None
    return reading.spoken(before[match.start(1) :]) if match else None


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"text_replace": read_replace, "text_add": read_add}


__all__ = ["is_quoted", "mentions_words", "readers", "removed"]

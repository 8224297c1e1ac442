"""The words in which an author changes where an edit is made: "a bit bigger", "also the hat, but not the arm"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

Way: TypeAlias = Literal["grow", "shrink", "invert", "soften", "harden", "include", "exclude", "only", "instead"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do to an area."""

    way: Way
    thing: str = ""
    """What is included, left out or meant, in the author's words; "" where it is just "another one"."""
    px: int | None = None
    """By how much, at full resolution, where the author says."""
    share: float = 1.0
    """By how much otherwise: in steps, or in the extent of the area where it was told in percent."""
    percent: bool = False


_OPENERS: Final = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|now|well|please|can you|could you|actually|make (?:sure )?(?:you )?)\b[ ,]*)+"
)
_CLOSERS: Final = re.compile(
    r"(?:[ ,]*\b(?:please|too|as well|also|instead|(?:in|to|from) the (?:mask|selection|area)))+$"
)
_PARTS: Final = re.compile(r"\s*[,;]\s*(?:(?:and|but|then)\s+)?|\s+(?:and|but|then)\s+")
_INSTEAD: Final = re.compile(
    r"^(?:(?:no\W+)?"
    r"(?:wrong (?:one|thing|object|place|area|region|person)|not that(?: one)?|(?:i meant? )?the other one)"
    r"|(?:no\W+)?i meant? (?P<meant>.+)|no\W+(?P<rather>(?:the|that|this) .+))$"
)
_ONLY: Final = re.compile(
    r"^(?:(?:keep |use |take |limit it to |restrict it to )?(?:just|only)|nothing but|limit it to) (.+)$"
)
_EXCLUDE: Final = re.compile(
    r"^(?:not|without|no|leave out|leave off|exclude|excluding|except(?: for)?|skip|spare|keep|leave|minus|ignore"
    r"|(?:don't|do not|dont) (?:include|touch|remove|change|take|cover|edit)) "
    r"(.+?)(?: alone| in place| as (?:it|they) (?:is|are)| out(?: of it)?| untouched)?$"
)
_INCLUDE: Final = re.compile(
    r"^(?:also|include|including|add|plus|with|take|cover|(?:you|it) (?:have )?(?:missed|forgot|left out))"
    r" (?:also )?(.+)$"
)
_NAMING: Final[tuple[tuple[Way, re.Pattern[str]], ...]] = (
    ("only", _ONLY), ("exclude", _EXCLUDE), ("include", _INCLUDE),
)  # fmt: skip
_MEANS: Final[tuple[tuple[Way, str], ...]] = (
    ("invert", r"invert|inverse|inverted|opposite|other way round|everything else"),
    ("harden", r"hard|harder|crisper|crisp|less (?:soft|feather)\w*|sharper edges?"),
    ("soften", r"soft|softer|soften|feather\w*|smoother|blend\w*"),
    (
        "shrink",
        r"smaller|tighter|narrower|shrink|reduce|tighten|contract|erode|decrease|less|too (?:big|large|wide|loose)",
    ),
    (
        "grow",
        r"bigger|larger|wider|looser|grow|expand|enlarge|extend|widen|dilate|increase|more|too (?:small|tight|narrow)",
    ),
)
_MEANT: Final[tuple[tuple[Way, re.Pattern[str]], ...]] = tuple(
    (way, re.compile(rf"\b(?:{words})\b")) for way, words in _MEANS
)
_DETERMINED: Final = re.compile(r"(?:the|his|her|its|their|my|that|this) ")
"""How another thing of a list begins, where the rest of one does not: "the black and white dog and the cat"."""
_PX: Final = re.compile(r"(\d{1,4}) ?(?:px|pixels?)\b")
_PERCENT: Final = re.compile(r"(\d{1,3}) ?(?:%|percent)")
_DEGREES: Final[tuple[tuple[float, str], ...]] = (
    (0.5, r"bit|little|slightly|touch|tad|hair|smidge"),
    (3.0, r"much|lot|lots|way|far|twice|double|considerably|significantly|very"),
)


def changes_in(words: str) -> tuple[Change, ...]:
    """What the words ask for, in order; empty where they ask for no change of an area."""
    plain = " ".join(words.lower().replace("’", "'").split()).strip(" .!")
    if whole := _INSTEAD.match(plain):
        return (Change("instead", whole["meant"] or whole["rather"] or ""),)
    found: list[Change] = []
    for part in _PARTS.split(plain):
        change = _change(part)
        if change is not None:
            found.append(change)
        elif found and found[-1].thing and _DETERMINED.match(part):
            found.append(replace(found[-1], thing=_CLOSERS.sub("", part)))
        elif found and found[-1].thing:
            found[-1] = replace(found[-1], thing=f"{found[-1].thing} and {_CLOSERS.sub('', part)}")
    return tuple(found)


def _change(part: str) -> Change | None:
    text = _CLOSERS.sub("", _OPENERS.sub("", part)).strip()
    for way, pattern in _NAMING:
        if match := pattern.match(text):
            return Change(way, match[1].strip())
    meant = _way(text)
    if meant is None:
        return Change("include", text) if part.endswith((" too", " as well")) else None
    if px := _PX.search(text):
        return Change(meant, px=int(px[1]))
    if percent := _PERCENT.search(text):
        return Change(meant, share=int(percent[1]) / 100, percent=True)
    return Change(meant, share=next((share for share, said in _DEGREES if re.search(rf"\b(?:{said})\b", text)), 1.0))


def _way(text: str) -> Way | None:
    for way, pattern in _MEANT:
        if pattern.search(text):
            return way
    return None


def softness_of(words: tuple[str, ...], extent: float) -> int:
    """How many px softer than usual the border is after all these changes, for an area of that extent (px)."""
    softness = 0
    for change in (change for one in words for change in changes_in(one)):
        if change.way == "harden":
            softness = 0
        elif change.way == "soften":
            softness += change.px if change.px is not None else stride(change, extent)
    return min(softness, max(MOST_SOFT, round(0.1 * extent)))


STEP: Final = 0.06
"""Of an area's extent (the root of its pixels): a step that is seen and does not overshoot."""
LEAST_STEP: Final = 3
MOST_SOFT: Final = 64
"""px: the most that a border may be softened, or a tenth of the extent where that is more."""


def stride(change: Change, extent: float) -> int:
    """How many px to grow or shrink an area of that extent (px) by; at least 1."""
    if change.px is not None:
        return max(1, change.px)
    if change.percent:
        return max(1, round(change.share * extent / 2))
    return max(LEAST_STEP, round(change.share * STEP * extent))

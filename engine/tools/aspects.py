"""What people call the shapes of pictures: words and ratios to width / height."""

from __future__ import annotations

import re
from typing import Final

from engine.errors import BadOption

MOST_EXTREME: Final = 50.0
"""The largest ratio between two sides that is still taken for a shape rather than a slip of the pen."""

_SHAPES: Final = """
1:1         square, profile, avatar, icon, album, album cover, cd cover, instagram, insta, polaroid
4:5         portrait, feed, instagram feed, instagram portrait
3:4         ipad, tablet
2:3         pinterest, pin, poster, movie poster
5:8         book, book cover, ebook, kindle
9:16        vertical, tall, story, stories, reel, reels, short, shorts, tiktok, snapchat, status, instagram story,
9:16        instagram reel, facebook story, youtube short, phone, phone screen, phone wallpaper, lock screen, mobile
35:45       passport, id, visa
1:1.41421   a0, a1, a2, a3, a4, a5, a6, din a4, din a5
8.5:11      letter, us letter
8.5:14      legal, us legal
11:17       tabloid, ledger
4:3         classic, standard, tv, old tv, classic tv, television, traditional, slide
3:2         landscape, horizontal, 35mm, film, full frame, dslr, postcard
85:55       business card, credit card
1.61803:1   golden, golden section, phi
16:10       laptop, macbook
1200:630    facebook link, link preview, open graph, og
16:9        widescreen, wide, wide screen, wallpaper, desktop, desktop wallpaper, desktop background, monitor, hd,
16:9        full hd, hdtv, uhd, 4k, 8k, 720p, 1080p, 1440p, youtube, youtube thumbnail, thumbnail, video, presentation
1.43:1      imax
1.85:1      flat, academy flat, movie, theatrical
2:1         univisium
21:9        ultrawide, ultra wide
2.39:1      cinema, cinematic, cinemascope, scope, anamorphic, letterbox
820:312     facebook cover, facebook banner
65:24       xpan, panoramic
3:1         banner, header, twitter, twitter header, twitter banner, x header, panorama, pano
4:1         linkedin, linkedin banner, linkedin cover
728:90      leaderboard
"""
_FILLERS: Final = frozenset(
    re.findall(
        r"\w+",
        """
        a an the to for of in as by aspect ratio ratios format size sized crop shape shaped post posts photo photos
        picture pictures image paper page mode orientation style dimensions proportions inch inches cm mm px pixels
        """,
    )
)
_UPRIGHT: Final = frozenset({"portrait", "vertical", "upright", "tall"})
_LYING: Final = frozenset({"landscape", "horizontal", "sideways"})
_PAIR: Final = re.compile(r"(\d+(?:\.\d+)?)\s*[:/x×\s]\s*(\d+(?:\.\d+)?)")
_DECIMAL: Final = re.compile(r"\d*\.\d+|\d+")


def aspect_ratio(words: str) -> float:
    """Width / height of what the words name: "16:9", "4x5", "1.85", "square", "instagram story", "a4 landscape".

    An orientation word beside another shape turns it: "portrait 16:9" is 9:16. Paper is upright unless said otherwise.

    Raises:
        BadOption: no such shape, or sides more than 50 times each other.
    """
    plain = " ".join(word for word in re.split(r"[\s,_-]+", words.strip().lower()) if word not in _FILLERS)
    ratio = _ratio(plain)
    if ratio is None or not 1 / MOST_EXTREME <= ratio <= MOST_EXTREME:
        raise BadOption("aspect", words, "a ratio such as 16:9, or a shape such as square, portrait, widescreen or a4")
    return ratio


def _ratio(plain: str) -> float | None:
    """The ratio of the words as they are, else of all but the orientation, turned."""
    ratio = _named(plain)
    words = plain.split()
    rest = " ".join(word for word in words if word not in _UPRIGHT | _LYING)
    if ratio is not None or not rest or rest == plain:
        return ratio
    ratio = _named(rest)
    if not ratio:
        return None
    lying = any(word in _LYING for word in words)
    return max(ratio, 1 / ratio) if lying else min(ratio, 1 / ratio)


def _named(plain: str) -> float | None:
    """The ratio of a name, a pair of numbers or one number; None for anything else."""
    return _RATIOS[plain] if plain in _RATIOS else _counted(plain)


def _counted(plain: str) -> float | None:
    if pair := _PAIR.fullmatch(plain):
        width, height = float(pair[1]), float(pair[2])
        return width / height if height else None
    return float(plain) if _DECIMAL.fullmatch(plain) else None


def _read(table: str) -> dict[str, float]:
    """Lines of a ratio and the names it has."""
    lines = (line.split(maxsplit=1) for line in table.strip().splitlines())
    return {name.strip(): _counted(pair) or 1.0 for pair, names in lines for name in names.split(",") if name.strip()}


_RATIOS: Final = _read(_SHAPES)

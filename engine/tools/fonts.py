"""Which font draws a text: the best face on this machine that has every glyph, else Pillow's built-in one.

Pillow carries Aileron Regular, which knows little beyond ASCII; anything else must come from the font folders of the
system. The choice depends only on the text and on the fonts installed.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from engine.errors import BadOption

_PREFERRED: Final = (
    "inter",
    "helvetica neue",
    "helvetica",
    "segoe ui",
    "roboto",
    "noto sans",
    "open sans",
    "arial",
    "liberation sans",
    "aileron",
    "nimbus sans",
    "cantarell",
    "ubuntu",
    "dejavu sans",
    "georgia",
    "noto serif",
    "times new roman",
    "liberation serif",
    "nimbus roman",
    "dejavu serif",
)
"""Families in the order in which they please; any other comes after them, by name."""
_UNSUITABLE: Final = (
    "thin",
    "light",
    "narrow",
    "mono",
    "typewriter",
    "math",
    "symbol",
    "wingdings",
    "webdings",
    "caption",
)
_BOLD: Final = ("bold", "semibold", "demi")
_ITALIC: Final = ("italic", "oblique")
_SERIF: Final = (
    "serif",
    "times",
    "georgia",
    "roman",
    "garamond",
    "cambria",
    "palatino",
    "bodoni",
    "didot",
    "baskerville",
    "slab",
    "mincho",
    "song",
)
_NOT_A_CHARACTER: Final = "\uffff"
"""No font maps it, so that it draws what the font shows for a glyph it lacks."""
_UNDRAWN: Final = {"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"}
"""Unicode categories of characters with no ink of their own: spaces, joiners, combining marks, variation selectors."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font; `path` None is Pillow's built-in one."""

    family: str
    path: str | None = None
    index: int = 0
    bold: bool = False
    italic: bool = False
    serif: bool = False
    suitable: bool = True
    """A normal width and weight, made for words: fit to be chosen by looks, not only for a glyph that no other has."""

    def at(self, height: float) -> ImageFont.FreeTypeFont:
        """The face at an em height in px."""
        return _loaded(self, max(float(height), 1.0))

    def covers(self, text: str) -> bool:
        """Whether every visible character of the text has a glyph."""
        return all(_has_glyph(self, character) for character in set(text))


BUILT_IN: Final = Face("Aileron")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that one face draws."""

    text: str
    face: Face


def choose(text: str, *, bold: bool = False, italic: bool = False, serif: bool = False) -> Face:
    """The face closest to the wish that draws all of the text, else the one that draws most of it.

    Emoji and punctuation have no say unless there is nothing else: `runs` finds them a face of their own.
    """
    letters = {letter for letter in text if unicodedata.category(letter)[0] in "LNM"} or set(text)

    def rank(face: Face) -> tuple[int, bool, int, int, str]:
        missing = sum(not _has_glyph(face, letter) for letter in letters)
        mismatch = 4 * (face.serif != serif) + 2 * (face.italic != italic) + (face.bold != bold)
        return missing, not face.suitable, mismatch, _preference(face), face.path or ""

    return min(faces(), key=rank)


def runs(text: str, face: Face, *, strict: bool = True) -> tuple[Run, ...]:
    """The text cut into stretches that each have a face, `face` wherever it has the glyph.

    Raises: BadOption when no font has a character; with `strict` off it becomes a question mark.
    """
    parts: list[Run] = []
    for character in _drawable(text, face):
        fitting = face if _has_glyph(face, character) else _stand_in(character, face)
        if fitting is None and strict:
            raise BadOption("text", character, "characters that a font on this machine can draw")
        drawn = character if fitting else "?"
        if parts and parts[-1].face == (fitting or face):
            parts[-1] = Run(parts[-1].text + drawn, parts[-1].face)
        else:
            parts.append(Run(drawn, fitting or face))
    return tuple(parts)


def _drawable(text: str, face: Face) -> str:
    """The text with plain spaces for others, and no joiners or marks, where the face would draw its box for them."""
    kept: list[str] = []
    for character in text:
        kind = unicodedata.category(character)
        boxed = kind in _UNDRAWN and _drawing(face, character) == _drawing(face, _NOT_A_CHARACTER)
        kept.append(character if not boxed else " " if kind.startswith("Z") else "")
    return "".join(kept)


@lru_cache(maxsize=1)
def faces() -> tuple[Face, ...]:
    """Every face that can be used here, the built-in one first; found once a process."""
    found = [face for folder in _folders() for path in _font_files(folder) for face in _read(path)]
    return (BUILT_IN, *dict.fromkeys(found))


def _folders() -> tuple[Path, ...]:
    home = Path.home()
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local"))
        return (Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", local / "Microsoft/Windows/Fonts")
    if sys.platform == "darwin":
        return (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    return (*(Path(folder) / "fonts" for folder in shared.split(":") if folder), own / "fonts", home / ".fonts")


def _font_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".ttf", ".otf", ".ttc"})


def _read(path: Path) -> Iterator[Face]:
    """The faces of one file; a file that FreeType cannot scale, such as a bitmap font of colour emoji, has none."""
    for index in range(16 if path.suffix.lower() == ".ttc" else 1):
        try:
            family, style = ImageFont.truetype(str(path), 32, index).getname()
        except OSError:
            return
        yield _described(str(path), index, family or path.stem, (style or "").lower())


def _described(path: str, index: int, family: str, style: str) -> Face:
    name = f"{family} {style}".lower()
    plain = not any(word in name for word in _UNSUITABLE) and "condensed" not in name and "black" not in style
    return Face(
        family,
        path,
        index,
        bold=any(word in style for word in _BOLD),
        italic=any(word in style for word in _ITALIC),
        serif=any(word in name.replace("sans serif", "") for word in _SERIF),
        suitable=plain,
    )


def _preference(face: Face) -> int:
    family = face.family.lower()
    return _PREFERRED.index(family) if family in _PREFERRED else len(_PREFERRED)


@lru_cache(maxsize=256)
def _loaded(face: Face, height: float) -> ImageFont.FreeTypeFont:
    if face.path is None:
        font = ImageFont.load_default(height)
        assert isinstance(font, ImageFont.FreeTypeFont)  # a size was given
        return font
    return ImageFont.truetype(face.path, height, face.index)


@lru_cache(maxsize=16384)
def _has_glyph(face: Face, character: str) -> bool:
    if unicodedata.category(character) in _UNDRAWN:
        return True
    return _drawing(face, character) not in (None, _drawing(face, _NOT_A_CHARACTER))


@lru_cache(maxsize=4096)
def _drawing(face: Face, character: str) -> bytes | None:
    """What the face draws, as bytes to compare; None for no ink at all."""
    font = face.at(32)
    box = font.getbbox(character, anchor="ls")
    if box[0] >= box[2] or box[1] >= box[3]:
        return None
    canvas = Pillow.new("L", (96, 96))
    ImageDraw.Draw(canvas).text((32, 64), character, 255, font, anchor="ls")
    return canvas.tobytes() if canvas.getbbox() else None


@lru_cache(maxsize=4096)
def _stand_in(character: str, face: Face) -> Face | None:
    """Another face with that glyph, as like `face` as there is."""
    best = choose(character, bold=face.bold, italic=face.italic, serif=face.serif)
    return best if _has_glyph(best, character) else None

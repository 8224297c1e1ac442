"""Sheets of many pictures: the cells of a conversation, and the tree of its revisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.drawing import (
    ACCENT,
    BACKDROP,
    CARD,
    LEADING,
    LINE,
    PALETTE,
    SUBTLE,
    TEXT,
    badge,
    canvas,
    curve,
    folded,
    lay,
    rounded,
    shown,
    write,
)  # fmt: skip
from engine.data import Image, Picture

WIDEST: Final = 4096
"""Widest sheet, px: what chats still show."""
GRID_HEIGHT, GRID_WIDTH = 1400, 2000
"""Largest grid of variations, px: about the shape that a chat has room for."""
_GRID_GAP: Final = 12
_ENLARGED: Final = 320
"""Longest side, px, up to which small variations are enlarged in a grid."""
_MARGIN: Final = 40
_GAP: Final = 24
_PAD: Final = 14
"""Between the border of a card and what is in it."""
_TITLE: Final = 20.0
_CAPTION: Final = 16.0
"""Em heights, px."""


@dataclass(frozen=True, eq=False, slots=True)
class Cell:
    """One picture of a contact sheet."""

    picture: Picture
    title: str = ""
    caption: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One revision of a tree sheet."""

    id: str
    parent: str | None
    title: str
    picture: Picture
    current: bool = False


def contact_sheet(cells: Sequence[Cell], columns: int | None = None) -> Picture:
    """The pictures in rows, each on a card over its title and up to three lines of caption; at most 4096 px wide.

    Raises: ValueError without cells.
    """
    if not cells:
        raise ValueError("a contact sheet needs a cell")
    columns = max(min(columns or _columns_for(len(cells)), len(cells)), 1)
    width = int(min(420, (WIDEST - 2 * _MARGIN + _GAP) // columns - _GAP))
    cards = [_Card(cell, width) for cell in cells]
    rows = [cards[start : start + columns] for start in range(0, len(cards), columns)]
    heights = [_row_height(row) for row in rows]
    sheet = canvas(
        2 * _MARGIN + sum(heights) + _GAP * (len(rows) - 1), 2 * _MARGIN + columns * (width + _GAP) - _GAP, BACKDROP
    )
    y = _MARGIN
    for row, height in zip(rows, heights, strict=True):
        picture_height = max(card.picture_height for card in row)
        for i, card in enumerate(row):
            card.place(sheet, _MARGIN + i * (width + _GAP), y, picture_height, height)
        y += height + _GAP
    return Picture(sheet)


def tree_sheet(nodes: Sequence[Node]) -> Picture:
    """The revisions as a tree: each step to the right of its parent, branches below each other, the current one lit.

    Parents come before their children in `nodes`; a node whose parent is not among them starts a tree of its own.
    Raises: ValueError without nodes.
    """
    if not nodes:
        raise ValueError("a tree sheet needs a node")
    spots = _spots(nodes)
    depth = 1 + max(column for column, _ in spots.values())
    width = int(np.clip(0.82 * (WIDEST - 2 * _MARGIN) / depth, 72, 280))
    gap = round(0.2 * width)
    cards = {node.id: _Card(Cell(node.picture, node.title), width, accent=node.current) for node in nodes}
    height, picture_height = _row_height(cards.values()), max(card.picture_height for card in cards.values())
    rows = 1 + max(row for _, row in spots.values())
    sheet = canvas(2 * _MARGIN + rows * (height + _GAP) - _GAP, 2 * _MARGIN + depth * (width + gap) - gap, BACKDROP)
    corners = {
        name: (_MARGIN + column * (width + gap), _MARGIN + row * (height + _GAP))
        for name, (column, row) in spots.items()
    }
    lit = _way_to_current(nodes)
    middle = _PAD + picture_height / 2
    for node in sorted(nodes, key=lambda node: node.id in lit):
        if node.parent in corners:
            (x0, y0), (x1, y1) = corners[node.parent], corners[node.id]
            curve(sheet, (x0 + width, y0 + middle), (x1, y1 + middle), ACCENT if node.id in lit else LINE, 3)
    for name, card in cards.items():
        card.place(sheet, *corners[name], picture_height, height)
    return Picture(sheet)


def numbered_grid(pictures: Sequence[Picture]) -> Picture:
    """The variations in rows, each numbered from 1 in its top left corner, as large as fit into 2000 x 1400 px.

    All have the room of the first: pictures of another shape stand in its middle, and so do few of a last row.
    Raises: ValueError without pictures.
    """
    if not pictures:
        raise ValueError("a grid needs a picture")
    height, width, columns = _grid(pictures[0], len(pictures))
    rows = -(-len(pictures) // columns)
    sheet = canvas(rows * (height + _GRID_GAP) + _GRID_GAP, columns * (width + _GRID_GAP) + _GRID_GAP)
    radius = float(np.clip(0.06 * max(height, width), 18, 40))
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        missing = max((row + 1) * columns - len(pictures), 0)
        x = _GRID_GAP + round((column + missing / 2) * (width + _GRID_GAP))
        y = _GRID_GAP + row * (height + _GRID_GAP)
        scale = min(height / picture.height, width / picture.width)
        tile = shown(picture, max(round(picture.height * scale), 1), max(round(picture.width * scale), 1))
        left, top = x + (width - tile.shape[1]) // 2, y + (height - tile.shape[0]) // 2
        lay(sheet, tile, rounded(tile.shape[0], tile.shape[1], 10), left, top)
        badge(sheet, str(index + 1), x + 1.4 * radius, y + 1.4 * radius, radius, PALETTE[index % len(PALETTE)])
    return Picture(sheet)


def _grid(picture: Picture, count: int) -> tuple[int, int, int]:
    """(height, width, columns) of the tiles that show such a picture largest, and no larger than it is."""
    scales = {
        columns: min(
            ((GRID_WIDTH - _GRID_GAP) / columns - _GRID_GAP) / picture.width,
            ((GRID_HEIGHT - _GRID_GAP) / -(-count // columns) - _GRID_GAP) / picture.height,
        )
        for columns in range(1, count + 1)
    }
    columns = max(scales, key=lambda columns: scales[columns])
    scale = min(scales[columns], max(1.0, _ENLARGED / max(picture.height, picture.width)))
    return max(int(scale * picture.height), 1), max(int(scale * picture.width), 1), columns


def _columns_for(count: int) -> int:
    return int(np.clip(np.ceil(np.sqrt(1.4 * count)), 1, 6)) if count > 3 else count


def _spots(nodes: Sequence[Node]) -> dict[str, tuple[int, int]]:
    """(column, row) of every node: a first child goes on in its parent's row, each other one opens a row below."""
    known = {node.id for node in nodes}
    children: dict[str | None, list[str]] = {}
    for node in nodes:
        children.setdefault(node.parent if node.parent in known else None, []).append(node.id)
    spots: dict[str, tuple[int, int]] = {}
    row = -1
    # Depth first with the first child last on the stack: its row is the one just opened.
    stack = [(root, 0, True) for root in reversed(children.get(None, []))]
    while stack:
        name, column, opens = stack.pop()
        row += opens
        spots[name] = (column, row)
        stack += [(child, column + 1, i > 0) for i, child in reversed(list(enumerate(children.get(name, []))))]
    return spots


def _way_to_current(nodes: Sequence[Node]) -> set[str]:
    """The current node and all it came from."""
    parents = {node.id: node.parent for node in nodes}
    way: set[str] = set()
    at = next((node.id for node in nodes if node.current), None)
    while at is not None and at in parents and at not in way:
        way.add(at)
        at = parents[at]
    return way


def _row_height(cards: Iterable[_Card]) -> int:
    """The height at which every card of a row holds its text under the tallest picture."""
    cards = list(cards)
    return max(card.picture_height for card in cards) + max(card.text_height for card in cards) + 2 * _PAD


class _Card:
    """A cell laid out at a width, before the height of its row is known."""

    def __init__(self, cell: Cell, width: int, *, accent: bool = False) -> None:
        self._accent = accent
        self._width = width
        inner = width - 2 * _PAD
        self._image = _thumbnail(cell.picture, inner)
        size = min(1.0, inner / 160)
        self._title_em, self._caption_em = max(_TITLE * size, 11.0), max(_CAPTION * size, 10.0)
        self._title = folded(cell.title, self._title_em, inner, 2)
        self._caption = folded(cell.caption, self._caption_em, inner, 3)

    @property
    def picture_height(self) -> int:
        """Rows of the picture."""
        return self._image.shape[0]

    @property
    def text_height(self) -> int:
        """Rows that title and caption take, the space above them included."""
        lines = LEADING * (len(self._title) * self._title_em + len(self._caption) * self._caption_em)
        return round(lines + 12 * bool(lines) + 4 * bool(self._title and self._caption))

    def place(self, sheet: Image, x: int, y: int, picture_height: int, height: int) -> None:
        """Draws the card, its picture in the middle of the room that its row has for pictures."""
        if self._accent:
            lay(sheet, ACCENT, rounded(height + 6, self._width + 6, 19), x - 3, y - 3)
        lay(sheet, CARD, rounded(height, self._width, 16), x, y)
        rows, columns = self._image.shape[:2]
        left, top = x + (self._width - columns) // 2, y + _PAD + (picture_height - rows) // 2
        lay(sheet, self._image, rounded(rows, columns, 8), left, top)
        baseline = y + _PAD + picture_height + 6.0
        for line in self._title:
            baseline += LEADING * self._title_em
            write(sheet, line, x + _PAD, baseline, self._title_em, TEXT, bold=True)
        baseline += 4
        for line in self._caption:
            baseline += LEADING * self._caption_em
            write(sheet, line, x + _PAD, baseline, self._caption_em, SUBTLE)


def _thumbnail(picture: Picture, width: int) -> Image:
    """The picture as wide as given, or, where it is tall, as high as 1.25 times that."""
    scale = min(width / picture.width, 1.25 * width / picture.height)
    return shown(picture, max(round(picture.height * scale), 1), max(round(picture.width * scale), 1))

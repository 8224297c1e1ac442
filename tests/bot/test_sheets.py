from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drawing import ACCENT, BACKDROP, PALETTE, folded, line_of
from bot.sheets import GRID_HEIGHT, GRID_WIDTH, WIDEST, Cell, Node, contact_sheet, numbered_grid, tree_sheet
from engine.data import Picture


def plain(height: int, width: int, level: int = 200) -> Picture:
    return Picture(np.full((height, width, 3), level, np.uint8))


@settings(deadline=None, max_examples=8)
@given(st.integers(1, 40), st.one_of(st.none(), st.integers(1, 50)))
def test_a_sheet_holds_any_number_of_cells(count: int, columns: int | None) -> None:
    cells = [Cell(plain(40 + 9 * (i % 5), 60), f"step {i}", "caption" * (i % 3)) for i in range(count)]
    sheet = contact_sheet(cells, columns)
    assert sheet.width <= WIDEST
    assert tuple(sheet.rgb[0, 0]) == BACKDROP
    assert (sheet.rgb == 200).all(axis=2).sum() > count * 500


def test_more_columns_make_a_wider_and_lower_sheet() -> None:
    cells = [Cell(plain(60, 80), "title")] * 6
    wide, high = contact_sheet(cells, 6), contact_sheet(cells, 1)
    assert wide.width > 4 * high.width
    assert high.height > 4 * wide.height


def test_captions_are_wrapped_and_cut_at_three_lines() -> None:
    lines = folded("many words that go on and on " * 20, 16, 200, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(line_of(line, 16)[0].shape[1] <= 200 for line in lines)


def test_a_word_without_end_is_cut() -> None:
    (line,) = folded("x" * 400, 16, 150, 3)
    assert line.endswith("…")
    assert line_of(line, 16)[0].shape[1] <= 150


@pytest.mark.parametrize(
    "title", ["", "\u4f60\u597d", "\U0001f382 party", "\u0378", "\u0645\u0631\u062d\u0628\u0627", "a\nb"]
)
def test_no_title_breaks_a_sheet(title: str) -> None:
    assert contact_sheet([Cell(plain(50, 50), title, title)]).height > 100


def test_a_tree_has_a_row_a_branch_and_a_column_a_step() -> None:
    picture = plain(50, 70)
    chain = [Node(str(i), str(i - 1) if i else None, "step", picture) for i in range(3)]
    branched = [*chain, Node("b", "0", "branch", picture)]
    assert tree_sheet(branched).width == tree_sheet(chain).width
    assert tree_sheet(branched).height > 1.6 * tree_sheet(chain).height


def test_the_current_revision_and_its_way_are_lit() -> None:
    picture = plain(50, 70)
    nodes = [Node("a", None, "a", picture), Node("b", "a", "b", picture), Node("c", "a", "c", picture)]
    dark = tree_sheet(nodes).rgb
    nodes[2] = Node("c", "a", "c", picture, current=True)
    assert not (dark == ACCENT).all(axis=2).any()
    assert (tree_sheet(nodes).rgb == ACCENT).all(axis=2).sum() > 1000


def test_a_long_history_stays_within_the_widest_sheet() -> None:
    nodes = [Node(str(i), str(i - 1) if i else None, f"step {i}", plain(40, 60)) for i in range(40)]
    assert tree_sheet(nodes).width <= WIDEST


def test_a_node_without_its_parent_starts_a_tree() -> None:
    assert tree_sheet([Node("x", "gone", "x", plain(40, 40))]).height > 100


def test_an_empty_sheet_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="cell"):
        contact_sheet([])
    with pytest.raises(ValueError, match="node"):
        tree_sheet([])


@pytest.mark.parametrize(("height", "width"), [(600, 800), (900, 500), (300, 2400), (64, 80), (1200, 1600)])
@pytest.mark.parametrize("count", range(2, 11))
def test_a_grid_shows_every_variation_large_and_none_too_wide(count: int, height: int, width: int) -> None:
    levels = [40 + 20 * i for i in range(count)]
    sheet = numbered_grid([plain(height, width, level) for level in levels])
    assert sheet.height <= GRID_HEIGHT
    assert sheet.width <= GRID_WIDTH
    grey = np.ptp(sheet.rgb.astype(np.int16), axis=2) == 0
    areas = [int((grey & (sheet.rgb[..., 0] == level)).sum()) for level in levels]
    assert min(areas) > 0.9 * max(areas)
    assert sum(areas) > 0.45 * sheet.height * sheet.width


def test_a_grid_numbers_each_variation_in_its_corner() -> None:
    sheet = numbered_grid([plain(480, 640)] * 4).rgb
    half_height, half_width = sheet.shape[0] // 2, sheet.shape[1] // 2
    for index, (top, left) in enumerate(((0, 0), (0, half_width), (half_height, 0), (half_height, half_width))):
        tile = sheet[top : top + half_height, left : left + half_width]
        rows, columns = np.nonzero((tile == PALETTE[index]).all(axis=2))
        assert len(rows) > 500
        assert rows.max() < 0.3 * half_height
        assert columns.max() < 0.3 * half_width


def test_few_variations_of_a_last_row_stand_in_its_middle() -> None:
    sheet = numbered_grid([plain(480, 640, 200)] * 5).rgb
    last = (sheet[-40] == 200).all(axis=1)
    assert last[sheet.shape[1] // 2 - 200]
    assert not last[:100].any()
    assert not last[-100:].any()


def test_a_variation_of_another_shape_stays_whole() -> None:
    sheet = numbered_grid([plain(300, 400, 90), plain(400, 300, 160)]).rgb
    rows, columns = np.nonzero((sheet == 160).all(axis=2))
    assert (np.ptp(columns) + 1) / (np.ptp(rows) + 1) == pytest.approx(0.75, abs=0.03)


def test_an_empty_grid_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="picture"):
        numbered_grid([])

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drawing import ACCENT, BACKDROP, folded, line_of
from bot.sheets import WIDEST, Cell, Node, contact_sheet, tree_sheet
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

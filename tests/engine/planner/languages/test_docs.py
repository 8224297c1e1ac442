"""docs/languages.md is true: its examples are read as it says, and its additions work."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.planner.languages import dictionary, files, glossing, translated, translation

DOCS = Path(__file__).parents[4] / "docs" / "languages.md"
ROW = re.compile(r"^\| (?!you say|table|---)([^`|]+) \| ([^|]+) \|$", re.MULTILINE)
KEYED = ("counting", "reasons", "statements", "relatives", "remarks")
"""Tables of a grammar whose keys are the same in every language."""
BLOCK = re.compile(r"```toml\n(.*?)```", re.DOTALL)


def forget() -> None:
    files.load.cache_clear()
    glossing.phrases.cache_clear()
    translation.sayings.cache_clear()


@pytest.fixture
def extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """German with the additions of the documentation, each in its table."""
    folder = tmp_path / "languages"
    shutil.copytree(files.FOLDER, folder)
    file = folder / "de.toml"
    text = file.read_text("utf-8")
    known = tomllib.loads(text)
    for table, entries in (
        pair for block in BLOCK.findall(DOCS.read_text("utf-8")) for pair in tomllib.loads(block).items()
    ):
        for name, value in entries.items():
            quoted = f'"{value}"' if isinstance(value, str) else str(value).replace("'", '"')
            line = re.compile(rf'^"?{re.escape(name)}"? = .*$', re.MULTILINE)
            added = f'"{name}" = {quoted}'
            if name in known[table]:
                head, mark, rest = text.partition(f"[{table}]\n")
                text = head + mark + line.sub(lambda _, added=added: added, rest, count=1)
            else:
                text = text.replace(f"[{table}]\n", f"[{table}]\n{added}\n", 1)
    file.write_text(text, "utf-8")
    monkeypatch.setattr(files, "FOLDER", folder)
    forget()
    yield
    forget()


def english(said: str) -> str:
    found = translated(said)
    assert found is not None
    return found.english


def test_the_examples_are_read_as_the_documentation_says() -> None:
    rows = ROW.findall(DOCS.read_text("utf-8"))
    assert len(rows) == 7
    for said, read in rows:
        assert english(said) == read


def test_the_additions_work(extended: None) -> None:
    assert english("schmeiß raus das Eichkatzerl und die Mäuse") == "remove the squirrel and the mice"
    assert english("mach das Auto lachsfarben") == "make the car salmon"
    assert english("statt der Katze lieber einen Igel") == "replace the cat with a hedgehog"


def test_every_table_is_told_of() -> None:
    text = DOCS.read_text("utf-8")
    assert not [table for table in dictionary.TAGS if f"`{table}`" not in text and table != "marks"]


def test_every_key_of_a_grammar_is_told_of() -> None:
    text = DOCS.read_text("utf-8")
    told = text[text.index("## How words change") : text.index("## Adding ways")]
    keys: set[str] = set()
    for file in dictionary.FOLDER.glob("??.toml"):
        grammar = tomllib.loads(file.read_text("utf-8"))["grammar"]
        keys |= grammar.keys() | {key for name in KEYED for key in grammar.get(name, {})}
    assert not [key for key in keys if f"`{key}`" not in told and f"`{key} = " not in told and key not in KEYED]
    assert not [name for name in KEYED if f"`[grammar.{name}]`" not in told]

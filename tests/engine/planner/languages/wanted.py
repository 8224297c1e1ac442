"""Operations as the tables of sentences write them: flat JSON, by short names."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.engine.planner.reading import IT, thing

Flat = dict[str, Any]


class Row(NamedTuple):
    """What somebody says, the operations it asks for, and what was said before, in English."""

    said: str
    operations: list[Flat]
    before: str = ""
    candidates: tuple[str, ...] = ()


def row(said: str, *operations: Flat, before: str = "", candidates: tuple[str, ...] = ()) -> Row:
    return Row(said, list(operations), before, candidates)


def kind(name: str, **fields: Any) -> Flat:
    return {"kind": name, **fields}


def remove(phrase: str, **which: str) -> Flat:
    return kind("remove", target=thing(phrase, **which))


def recolor(phrase: str, to: str, **which: str) -> Flat:
    return kind("recolor", target=thing(phrase, **which), colour=to)


def adjust(name: str, amount: float, phrase: str | None = None, **which: str) -> Flat:
    return kind("adjust", property=name, amount=amount, **({"target": thing(phrase, **which)} if phrase else {}))


def replace(phrase: str, prompt: str, **which: str) -> Flat:
    return kind("replace", target=thing(phrase, **which), prompt=prompt)


def add(prompt: str, place: str | None = None) -> Flat:
    return kind("add", prompt=prompt, **({"place": place} if place else {}))


def alter(prompt: str, phrase: str | None = None, **which: str) -> Flat:
    return kind("alter", prompt=prompt, **({"target": thing(phrase, **which)} if phrase else {}))


def background(action: str, **fields: str) -> Flat:
    return kind("background", action=action, **fields)


def blur(phrase: str, mode: str = "gaussian", **which: str) -> Flat:
    return kind("blur", target=thing(phrase, **which), mode=mode)


def extract(phrase: str, **which: str) -> Flat:
    return kind("extract", target=thing(phrase, **which))


def it(name: str, **fields: Any) -> Flat:
    return kind(name, target=IT, **fields)


def write(text: str, place: str | None = None, **fields: Any) -> Flat:
    return kind("text", action="add", text=text, **({"place": place} if place else {}), **fields)


UNDO = kind("undo", count=1)
REDO = kind("redo", count=1)
RESTART = kind("restart")
COMPARE = kind("compare")
RETRY = kind("retry")
MIRROR = kind("flip", axis="horizontal")
SQUARE = kind("crop", aspect="1:1")
SEPIA = kind("style", prompt="sepia")
GREY = kind("style", prompt="black and white")


def turn(degrees: float) -> Flat:
    return kind("rotate", degrees=degrees)


def choose(candidate: str) -> Flat:
    return kind("choose", candidate=candidate)


PEOPLE = ("man", "woman")

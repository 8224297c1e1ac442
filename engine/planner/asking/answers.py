"""From what a model wrote to operations: the JSON in it found, and read as strictly as any other input."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic import ValidationError

from engine.expressions import regex
from engine.operations import OPERATION, EditOperation, HistoryOperation
from engine.planner.asking.schema import SAID

MAX_ANSWER: Final = 40_000
"""Characters that are looked through: 24 operations take a tenth of that."""
MAX_OPERATIONS: Final = 24
MAX_TRIES: Final = 40
"""Braces at which the object may begin, in an answer that has more around it."""
MAX_QUESTION: Final = 200
_DECODER: Final = json.JSONDecoder()
_THOUGHT: Final = regex(r"^.*</think(?:ing)?>", re.DOTALL)
_UNSPEAKABLE: Final = regex(r"://|www\.|[@<>`\[\]\n\r]")
"""What turns text into a link, a mention or markup on some surface."""


class Unreadable(Exception):
    """An answer that is no plan; it says why, in words for the model that wrote it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation, and the words of the instruction that are said to ask for it."""

    said: str
    operation: EditOperation | HistoryOperation


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model makes of an instruction; nothing in it was checked against the instruction."""

    steps: tuple[Step, ...]
    question: str | None = None
    """One line without links and mentions."""


def read_answer(text: str) -> Answer:
    """The answer in a text. Raises: Unreadable."""
    body = _object_in(text)
    operations = body.get("operations")
    if not isinstance(operations, list):
        raise Unreadable('"operations" is missing or no list')
    listed = cast("list[Any]", operations)
    if len(listed) > MAX_OPERATIONS:
        raise Unreadable(f"more than {MAX_OPERATIONS} operations")
    steps = tuple(_step(index, one) for index, one in enumerate(listed))
    return Answer(steps, _question(body.get("question")))


def _object_in(text: str) -> dict[str, Any]:
    """The first JSON object with operations; with several, thoughts and code fences around it, too."""
    found = list(_objects(_THOUGHT.sub("", text[:MAX_ANSWER])))
    for body in found:
        if "operations" in body:
            return body
    raise Unreadable('there is no "operations" in it' if found else "there is no JSON object in it")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    start = -1
    for _ in range(MAX_TRIES):
        start = text.find("{", start + 1)
        if start < 0:
            return
        try:
            body, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        yield body
        start = end - 1


def _step(index: int, body: Any) -> Step:
    """One operation of the answer. Raises: Unreadable."""
    plain = _without_nulls(body)
    if not isinstance(plain, dict):
        raise Unreadable(f"operation {index + 1} is no object")
    fields = cast("dict[str, Any]", plain)
    said = fields.pop(SAID, None)
    if not isinstance(said, str) or not said.strip():
        raise Unreadable(f'operation {index + 1} lacks "{SAID}"')
    if _is_empty(fields.get("target")):
        del fields["target"]
    try:
        operation = OPERATION.validate_python(fields)
    except ValidationError as exc:
        raise Unreadable(f"operation {index + 1}: {_told(exc)}") from exc
    if not all(math.isfinite(number) for number in _floats(fields)):
        raise Unreadable(f"operation {index + 1} has a number that is none")
    return Step(said, operation)


def _without_nulls(value: Any) -> Any:
    """The value without what is null in its objects: strict schemas want every field told."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _without_nulls(one) for name, one in fields.items() if one is not None}
    return value


def _is_empty(target: Any) -> bool:
    """Whether a target names nothing, which is how some models say that there is none."""
    return isinstance(target, dict) and not any(cast("dict[str, Any]", target).values())


def _floats(fields: dict[str, Any]) -> Iterator[float]:
    return (value for value in fields.values() if isinstance(value, float))


def _told(error: ValidationError) -> str:
    """The first fault, by its place; never the values, which may be anything."""
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _question(value: Any) -> str | None:
    """The question, where it is one that can be put before a person."""
    text = value.strip() if isinstance(value, str) else ""
    return text if text and len(text) <= MAX_QUESTION and not _UNSPEAKABLE.search(text) else None

"""Which earlier edit the words of an undo mean: "the hat", "the crop", "the last colour change"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from engine.expressions import regex
from engine.operations import Add, Context, HistoryOperation, Operation, Replace, Restart, Target, Undo
from engine.planner.normalise import low
from engine.planner.tone import tone_of
from engine.planner.vocabulary import expression, load

_ORDER = regex(r"^(?P<order>first|second|third|fourth|fifth|last|1st|2nd|3rd) (?P<rest>.+)$")
_ORDERS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "fifth": 4, "last": -1}
_STEP = ("edit", "change", "step", "one", "thing", "operation")
_SMALL = frozenset(("a", "an", "the", "of", "to", "on", "in", "at", "with", "and", "some", "one"))
_ONE = regex(r"(?i)(?:(?P<which>\S{2,20}(?: \S{2,20})?) )?ones?")
_OTHERS = regex(r"(?i)(?:(?:all|every) )?(?:the )?others?(?: ones?)?")
_ANOTHER = expression("another")
_NTH = regex(r"(?i)(?:second|third|fourth|fifth|other|new|further|last)")
_SINCE = expression("since_then")
"""A point in the conversation: "everything since the crop", "before you cropped"."""
_BECOME = regex(r" (?:was|were|had|has|have|got|is|went|came|disappeared|vanished)\b.*$")
"""What became of a thing: "the haze was gone"."""
_DETERMINER = regex(r"(?i)^(?:an?|the|some|two|three|another) ")
_WORDS = regex(r"[^\W_]+")


def about(what: str, history: Sequence[Operation]) -> tuple[int, ...]:
    """The indices of the edits meant; none where none fits.

    what: a thing that an edit brought in or was about, what an edit did, or one by its order ("second edit"). With what
    brought a thing in goes what was done to it since; otherwise it is the latest edit that fits.
    Or all that were made since one of them ("since the crop": that stays; "before the crop": that goes too).
    """
    words = expression("undone_lead").sub("", low(what)).strip(" .,!")
    since = _SINCE.fullmatch(words)
    if since is None:
        return _meant(words, history)
    first = next((found[0] for said in _events(since["what"]) if (found := _meant(said, history))), len(history))
    return tuple(range(first + (since["from"] in ("since", "after")), len(history)))


def _events(words: str) -> Iterator[str]:
    """The names that what happened may have: "touched the colour", "the colour"; "cropped", "crop"."""
    first, _, rest = words.partition(" ")
    for said in (words, rest, load().participles.get(first, ""), _BECOME.sub("", words)):
        yield expression("undone_lead").sub("", said).strip(" .,!")


def _meant(words: str, history: Sequence[Operation]) -> tuple[int, ...]:
    """The indices of one edit and of what followed from it."""
    place = -1
    if ordered := _ORDER.match(words):
        place, words = _ORDERS[ordered["order"]], ordered["rest"]
    if words in _STEP:
        fitting = list(range(len(history)))
    else:
        plain = expression("undone_tail").sub("", words)
        fitting = _did(plain, words, history) or _spoke_of(plain, history)
    if not -len(fitting) <= place < len(fitting):
        return ()
    return _with_what_followed(fitting[place], history)


def _did(plain: str, words: str, history: Sequence[Operation]) -> list[int]:
    """The edits that did what the words name."""
    named: dict[str, list[str]] = load().tables["dialogue"]["undone"]
    kinds = named.get(plain) or named.get(words) or []
    if not kinds and (tone := tone_of(plain)):
        kinds = [f"adjust {tone.property}"]
    return [index for index, one in enumerate(history) if not kinds_of(one).isdisjoint(kinds)]


def _spoke_of(plain: str, history: Sequence[Operation]) -> list[int]:
    """The edits that brought the thing in, else those that were about it."""
    wanted = stems(plain)
    spoke = [index for index, one in enumerate(history) if wanted and wanted <= stems(_text(one))]
    return [index for index in spoke if wanted <= stems(_brought(history[index]))] or spoke


def _with_what_followed(index: int, history: Sequence[Operation]) -> tuple[int, ...]:
    """The edit, and where it brought a thing in what was done to that thing before another was spoken of."""
    found, thing, it = [index], stems(_brought(history[index])), True
    for later in range(index + 1, len(history)) if thing else ():
        target = getattr(history[later], "target", None)
        if target is None:
            it = it and not isinstance(history[later], Add)
            continue
        it = it if target.previous else bool(stems(target.phrase or "") & thing)
        if it:
            found.append(later)
    return tuple(found)


def _brought(operation: Any) -> str:
    """The noun phrase of a thing that an edit put into the picture."""
    return operation.prompt if isinstance(operation, Add | Replace) else ""


def kinds_of(operation: Operation) -> set[str]:
    """Names of what the operation did: its kind, and which of its kind."""
    which = (getattr(operation, name, None) for name in ("property", "defect"))
    return {operation.kind, *(f"{operation.kind} {one}" for one in which if one)}


def _text(operation: Operation) -> str:
    """The words of an operation, and of what it changed."""
    fields = operation.flat()
    target: dict[str, Any] = fields.pop("target", None) or {}
    return " ".join(str(value) for value in (*fields.values(), *target.values()))


def stems(text: str) -> set[str]:
    """The words of a text that say something, singular."""
    return {_stem(word) for word in _WORDS.findall(text.lower())} - _SMALL


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def continued(context: Context, operations: Sequence[Operation]) -> Context:
    """What words may refer to once these operations of the same message are carried out."""
    history, last = list(context.history), context.last
    for operation in operations:
        if isinstance(operation, Undo | Restart):
            count = (
                len(history) if isinstance(operation, Restart) else last if operation.count == 1 else operation.count
            )
            history = history[: max(0, len(history) - count)]
        elif not isinstance(operation, get_args(HistoryOperation)):
            history.append(operation)
        last = 1
    return context.model_copy(update={"history": tuple(history), "last": last})


def one_of(target: Target, history: Sequence[Operation]) -> Target:
    """The target with "one" told by its name: after "make the car red", "the left one" is a car."""
    phrase = target.phrase or ""
    if _OTHERS.fullmatch(phrase):
        target, phrase = target.model_copy(update={"phrase": None, "previous": True, "ordinal": "other"}), ""
    match = _ONE.fullmatch(phrase)
    which = target.model_dump(exclude={"phrase", "previous"}, exclude_none=True)
    if not match and not (target.previous and which):
        return target
    name = next((name for one in reversed(history) if (name := _name(one))), None)
    if name is None:
        return target
    said = match["which"] if match else None
    return target.model_copy(update={"phrase": f"{said} {name}" if said else name, "previous": False})


def another(prompt: str, history: Sequence[Operation]) -> str:
    """What is added, "one" told by its name: after "add a bird", "another one" is a bird, "a blue one" a blue bird."""
    match = _ANOTHER.fullmatch(low(prompt))
    name = next((name for one in reversed(history) if (name := _name(one))), None) if match else None
    if match is None or name is None:
        return prompt
    article = low(match["article"] or "a")
    article = "a" if article in ("another", "one more") else article.removesuffix(" more")
    which = f"{match['which']} " if match["which"] and not _NTH.fullmatch(match["which"]) else ""
    return f"{article} {which}{name}"


def _name(operation: Any) -> str | None:
    """What the thing of an edit is called."""
    target = getattr(operation, "target", None)
    if isinstance(operation, Add | Replace):
        return _DETERMINER.sub("", operation.prompt)
    return target.phrase if target is not None else None

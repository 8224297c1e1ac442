"""One plain sentence of what was understood and done: the line under each answer."""

from __future__ import annotations

from typing import Final, TypeAlias, assert_never

from bot.replies import Voice
from bot.words import ENGLISH
from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Blur,
    Choose,
    Compare,
    Crop,
    Duplicate,
    EditOperation,
    Expand,
    Extract,
    Flip,
    Generate,
    Goto,
    HistoryOperation,
    Move,
    Plan,
    Recolor,
    Redo,
    Refine,
    Remove,
    Replace,
    Replay,
    Resize,
    Restart,
    Restore,
    Retry,
    Rotate,
    Style,
    Target,
    Text,
    Undo,
    Upscale,
    Vary,
)
from engine.planner.languages.own_words import retold

MOST_STEPS: Final = 6
"""Steps that are told one by one."""
LONGEST: Final = 100
"""Characters of any one thing that the author wrote."""
DEGREES: Final = {
    "brightness": ("brighter", "darker"),
    "warmth": ("warmer", "cooler"),
    "sharpness": ("sharper", "softer"),
}
"""Properties that have words of their own for more and for less of them."""
EVERY: Final = {"all", "both", "everything", "all of them", "both of them"}
"""Answers to a question that take every candidate."""
SIDES: Final = ("left", "right", "top", "bottom")
PLACES: Final = {
    "left", "right", "top", "bottom", "top left", "top right", "bottom left", "bottom right", "upper left",
    "upper right", "lower left", "lower right", "middle", "center", "centre", "foreground", "background",
}  # fmt: skip
"""Places that every language has words for; others are said as they were written."""
Frame: TypeAlias = Expand | Crop | Rotate | Flip | Resize | Upscale
"""Operations on the picture as a whole, none of which has a prompt and a target."""


def understood(plan: Plan, language: str = ENGLISH) -> str:
    """What was done, in the order it was done and in the past tense; the plan's question where it does nothing.

    The author's own words stay as they were written, but shortened; they are not escaped for any surface.
    """
    voice = Voice(language)
    if not plan.operations:
        return voice.quoted(plan.question) if plan.question else voice("understood.nothing")
    plan = retold(plan) if plan.language == language else plan
    teller = _Teller(voice)
    steps = voice("understood.then").join(teller.step(operation) for operation in plan.operations[:MOST_STEPS])
    if len(plan.operations) > MOST_STEPS:
        steps = voice("understood.more", steps=steps, count=len(plan.operations) - MOST_STEPS)
    said = voice("understood.sentence", steps=steps)
    return said[:1].upper() + said[1:]


def _short(words: str | None) -> str:
    """What the author wrote, on one line and not too long."""
    line = " ".join((words or "").split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


class _Teller:
    """Puts operations into the words of one language, each as a part of a sentence."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def step(self, operation: EditOperation | HistoryOperation) -> str:
        """One operation, without capital and full stop."""
        if isinstance(operation, HistoryOperation):
            return self._steered(operation)
        if isinstance(operation, Frame):
            return self._framed(operation)
        return self._edited(operation)

    def _say(self, key: str, **facts: object) -> str:
        return self._voice(f"understood.{key}", **facts)

    def _edited(
        self,
        operation: Remove
        | Replace
        | Add
        | Alter
        | Recolor
        | Adjust
        | Background
        | Extract
        | Style
        | Text
        | Blur
        | Restore
        | Move
        | Duplicate
        | Generate,
    ) -> str:
        match operation:
            case Remove() | Extract():
                return self._say(operation.kind, thing=self._thing(operation.target))
            case Replace() | Style():
                return self._say(operation.kind, thing=self._thing(operation.target), prompt=_short(operation.prompt))
            case Add():
                return self._placed("add", operation.place, prompt=_short(operation.prompt))
            case Alter():
                key = "alter" if operation.prompt else "vary_picture"
                return self._say(key, thing=self._thing(operation.target), prompt=_short(operation.prompt))
            case Recolor():
                return self._say("recolor", thing=self._thing(operation.target), colour=_short(operation.colour))
            case Adjust():
                return self._adjusted(operation)
            case Background():
                key = f"background_{operation.action}"
                return self._say(key, prompt=_short(operation.prompt), colour=_short(operation.colour))
            case Text():
                return self._lettered(operation)
            case Blur():
                key = "pixelate" if operation.mode == "pixelate" else "blur"
                return self._say(key, thing=self._thing(operation.target))
            case Restore():
                return self._restored(operation)
            case Move():
                return self._say("move", thing=self._thing(operation.target), place=self._place(operation.place))
            case Duplicate():
                return self._say("duplicate", thing=self._thing(operation.target), count=operation.count)
            case Generate():
                return self._say("generate", prompt=_short(operation.prompt))
            case _:
                assert_never(operation)

    def _framed(self, operation: Frame) -> str:
        match operation:
            case Expand():
                return self._expanded(operation)
            case Crop():
                return self._cropped(operation)
            case Rotate(level=True):
                return self._say("rotate_level")
            case Rotate():
                way = "right" if operation.degrees >= 0 else "left"
                return self._say(f"rotate_{way}", degrees=f"{abs(operation.degrees):g}")
            case Flip():
                return self._say(f"flip_{operation.axis}")
            case Resize():
                return self._resized(operation)
            case Upscale():
                return self._say("upscale_detail" if operation.detail else "upscale", scale=f"{operation.scale:g}")
            case _:
                assert_never(operation)

    def _steered(self, operation: HistoryOperation) -> str:
        match operation:
            case Undo(what=str(what)):
                return self._say("undo_what", what=_short(what))
            case Undo() | Redo():
                return self._say(operation.kind, count=operation.count)
            case Goto():
                return self._say("goto", revision=_short(operation.revision))
            case Restart() | Retry() | Compare() | Replay():
                return self._say(operation.kind)
            case Vary():
                return self._varied(operation)
            case Refine():
                return self._say("refine", change=_short(operation.change))
            case Choose():
                key = "choose_all" if operation.candidate.strip().lower() in EVERY else "choose"
                return self._say(key, candidate=_short(operation.candidate))
            case _:
                assert_never(operation)

    def _thing(self, target: Target | None) -> str:
        """What an operation is about: "the second small dog on the left"."""
        if target is None:
            return self._say("picture")
        if target.previous:
            return self._say("it")
        thing = self._named(target)
        if target.part_of:
            thing = self._say("part", thing=thing, whole=_short(target.part_of))
        if target.position:
            thing = self._say("at", thing=thing, place=self._place(target.position))
        return self._say("related", thing=thing, relation=_short(target.relation)) if target.relation else thing

    def _named(self, target: Target) -> str:
        phrase = target.phrase or "thing"
        words = [
            target.ordinal,
            *(word for word in (target.size, target.colour) if word and word not in phrase),
            phrase,
        ]
        name = _short(" ".join(word for word in words if word))
        if phrase.lower() in ("everything", "everyone"):
            return self._say("as_written", words=name)
        single = "one_of" if name.endswith("s") else "one"
        key = {None: "thing", "one": single, "all": "every"}.get(target.quantity, "some")
        return self._say(key, words=name, count=_short(target.quantity))

    def _place(self, place: str) -> str:
        """Where something is or went; the words of the author where they are not among the known ones."""
        return self._say(f"place.{place.lower().replace(' ', '_')}") if place.lower() in PLACES else _short(place)

    def _placed(self, key: str, place: str | None, **facts: object) -> str:
        """A step with or without a place."""
        return self._say(f"{key}_at", place=self._place(place), **facts) if place else self._say(key, **facts)

    def _adjusted(self, operation: Adjust) -> str:
        facts = {"amount": f"{abs(operation.amount):g}", "thing": self._thing(operation.target)}
        less = operation.amount < 0
        if operation.property in DEGREES:
            return self._say(DEGREES[operation.property][less], **facts)
        key = ("lowered" if less else "raised") + ("_of" if operation.target else "")
        return self._say(key, property=self._say(f"property.{operation.property}"), **facts)

    def _lettered(self, operation: Text) -> str:
        text = _short(operation.text)
        if operation.action == "add":
            return self._placed("write", operation.place, text=text)
        key = "unwrite" if operation.action == "remove" else "rewrite"
        if operation.old:
            return self._say(f"{key}_words", old=_short(operation.old), text=text)
        if operation.target:
            return self._say(f"{key}_of", thing=self._thing(operation.target), text=text)
        return self._say(key, text=text)

    def _restored(self, operation: Restore) -> str:
        step = self._say(f"restore.{operation.defect}")
        return self._say("restore_of", step=step, thing=self._thing(operation.target)) if operation.target else step

    def _expanded(self, operation: Expand) -> str:
        if operation.aspect:
            step = self._say("expand_aspect", aspect=_short(operation.aspect))
        else:
            step = self._by(operation.amount, self._sided("expand", operation.sides))
        return self._say("showing", step=step, prompt=_short(operation.prompt)) if operation.prompt else step

    def _cropped(self, operation: Crop) -> str:
        if operation.target:
            return self._say("crop_thing", thing=self._thing(operation.target))
        if operation.box:
            x0, y0, x1, y1 = operation.box
            return self._say("crop_box", width=x1 - x0, height=y1 - y0)
        if operation.trim:
            return self._say("crop_border")
        if operation.aspect:
            key = "crop_square" if operation.aspect == "1:1" else "crop_aspect"
            return self._say(key, aspect=_short(operation.aspect))
        return self._by(operation.amount, self._sided("crop", operation.sides))

    def _sided(self, key: str, sides: tuple[str, ...] | None) -> str:
        """A step on some sides of the picture, on all of them, or on none that was named."""
        if not sides:
            return self._say(key)
        if sides == ("all",) or set(SIDES) <= set(sides):
            return self._say(f"{key}_all")
        named = (self._say(f"side.{side}") if side in SIDES else _short(side) for side in sides)
        return self._say(f"{key}_sides", sides=self._say("side.and").join(named))

    def _by(self, amount: float | None, step: str) -> str:
        return step if amount is None else self._say("by", step=step, amount=f"{amount:g}")

    def _resized(self, operation: Resize) -> str:
        if operation.scale is not None:
            return self._say("resize_scale", percent=f"{100 * operation.scale:g}")
        if operation.width and operation.height:
            return self._say("resize_both", width=operation.width, height=operation.height)
        key = "resize_width" if operation.width else "resize_height"
        return self._say(key, width=operation.width, height=operation.height)

    def _varied(self, operation: Vary) -> str:
        key = "vary" if operation.like is None else "vary_this" if operation.like == "this" else "vary_like"
        step = self._say(key, count=operation.n, like=operation.like)
        return self._say("with_change", step=step, change=_short(operation.change)) if operation.change else step

"""What an instruction asks for: targets, operations and plans, flat in JSON and portable as recipes."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Record(BaseModel):
    """A frozen record that crosses a process, a file or the network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def flat(self) -> dict[str, Any]:
        """The record as JSON values, absent where it does not apply."""
        return self.model_dump(mode="json", exclude_none=True)


class Target(Record):
    """What an operation is about, in the user's plain words; position and order are resolved geometrically later."""

    phrase: str | None = None
    """The thing, without its position, order and size words: "red ball"."""
    ordinal: str | None = None
    position: str | None = None
    size: str | None = None
    colour: str | None = None
    quantity: str | None = None
    """"one", "all", "2"."""
    relation: str | None = None
    """"next to the dog"; "except the dog" for everything but it."""
    part_of: str | None = None
    previous: bool = False
    """It, that, the same one."""


class Remove(Record):
    """Take something away and fill what was behind it."""

    kind: Literal["remove"] = "remove"
    target: Target


class Replace(Record):
    """Turn one thing into another."""

    kind: Literal["replace"] = "replace"
    target: Target
    prompt: str


class Add(Record):
    """Put something new in."""

    kind: Literal["add"] = "add"
    prompt: str
    place: str | None = None


class Alter(Record):
    """Change a thing's material, pose or state, or (no target) the scene's weather, season or time of day."""

    kind: Literal["alter"] = "alter"
    target: Target | None = None
    prompt: str
    """Empty: another take of what is there, nothing said about it."""


class Recolor(Record):
    """Change the colour of a thing, its shading kept; of the whole picture: lay the colour over it."""

    kind: Literal["recolor"] = "recolor"
    target: Target
    colour: str
    """A colour, or words that point at one: "the colour of the sky"."""
    amount: float | None = None
    """Percent of the way to the colour; None: all of it for a thing, as much as a filter for the whole picture."""


Property: TypeAlias = Literal[
    "brightness",
    "contrast",
    "exposure",
    "saturation",
    "vibrance",
    "warmth",
    "tint",
    "hue",
    "sharpness",
    "clarity",
    "shadows",
    "highlights",
    "whites",
    "blacks",
    "gamma",
    "fade",
    "vignette",
    "grain",
]


class Adjust(Record):
    """Shift a tonal property by a signed percent, of the target or of the whole picture."""

    kind: Literal["adjust"] = "adjust"
    target: Target | None = None
    property: Property
    amount: float
    """Signed percent, -100 to 100; hue: signed degrees / 1.8 (100 = half a turn)."""


class Background(Record):
    """Everything behind the main subject."""

    kind: Literal["background"] = "background"
    action: Literal["replace", "remove", "blur", "colour"]
    prompt: str | None = None
    colour: str | None = None


class Extract(Record):
    """Keep only the target, on transparency."""

    kind: Literal["extract"] = "extract"
    target: Target


class Style(Record):
    """A named look."""

    kind: Literal["style"] = "style"
    prompt: str
    target: Target | None = None


class Text(Record):
    """Lettering in the picture."""

    kind: Literal["text"] = "text"
    action: Literal["add", "remove", "replace"]
    text: str | None = None
    old: str | None = None
    target: Target | None = None
    place: str | None = None


class Expand(Record):
    """More canvas: on `sides` ("left", "top", ..., "all") or to reach `aspect` ("16:9")."""

    kind: Literal["expand"] = "expand"
    sides: tuple[str, ...] | None = None
    aspect: str | None = None
    amount: float | None = None
    """Percent of the picture's own side, per named side."""
    pixels: int | None = None
    """Px instead of percents."""
    prompt: str | None = None
    """What is to be seen there."""


class Crop(Record):
    """Less canvas: to an aspect ("1:1"), a box in px (x0, y0, x1, y1), a target, or with so much cut off sides."""

    kind: Literal["crop"] = "crop"
    aspect: str | None = None
    box: tuple[int, int, int, int] | None = None
    target: Target | None = None
    sides: tuple[str, ...] | None = None
    """Sides to cut from, with `amount` or `pixels`."""
    amount: float | None = None
    """Percent of the picture's own side cut off each of `sides`."""
    pixels: int | None = None
    """Px instead of percents."""
    trim: bool | None = None
    """Whether a plain border is cut off, as far as it is plain."""


class Rotate(Record):
    """Turn the picture; clockwise is positive."""

    kind: Literal["rotate"] = "rotate"
    degrees: float
    level: bool | None = None
    """Whether what is crooked is made level, however far that is; `degrees` is 0 then."""


class Flip(Record):
    """Mirror the picture; horizontal swaps left and right."""

    kind: Literal["flip"] = "flip"
    axis: Literal["horizontal", "vertical"]


class Resize(Record):
    """Resample the picture to px, or by a factor; one side given keeps the aspect."""

    kind: Literal["resize"] = "resize"
    width: int | None = None
    height: int | None = None
    scale: float | None = None


class Upscale(Record):
    """More pixels, and finer detail where that is asked for or a model for it is there."""

    kind: Literal["upscale"] = "upscale"
    scale: float = 2.0
    detail: bool | None = None
    """Whether a generative model adds detail that the picture never had; None: no."""


class Blur(Record):
    """Make a target unreadable or soft."""

    kind: Literal["blur"] = "blur"
    target: Target | None = None
    mode: Literal["gaussian", "pixelate"] = "gaussian"
    amount: float | None = None


Defect: TypeAlias = Literal[
    "noise", "blur", "haze", "rain", "snow", "scratches", "lowlight", "jpeg", "faded", "colour", "blemishes"
]


class Restore(Record):
    """Undo a defect of the photo."""

    kind: Literal["restore"] = "restore"
    defect: Defect
    target: Target | None = None


class Move(Record):
    """Put the target somewhere else."""

    kind: Literal["move"] = "move"
    target: Target
    place: str


class Duplicate(Record):
    """Have `count` of the target in all."""

    kind: Literal["duplicate"] = "duplicate"
    target: Target
    count: int = 2
    place: str | None = None


class Generate(Record):
    """A new picture from words alone."""

    kind: Literal["generate"] = "generate"
    prompt: str
    aspect: str | None = None
    """Its shape, in words or as a ratio: "square", "16:9"."""
    width: int | None = None
    height: int | None = None
    """Px; one side given, the aspect tells the other."""


class Undo(Record):
    """Back to the parent, `count` times; or one edit taken out of the middle, and the later ones made again."""

    kind: Literal["undo"] = "undo"
    count: int = 1
    what: str | None = None
    """The edit that is taken out, by what it was about ("hat") or did ("crop"), in the author's words."""


class Redo(Record):
    """Forward again, `count` times."""

    kind: Literal["redo"] = "redo"
    count: int = 1


class Goto(Record):
    """To a revision: its id, or its number in the branch ("2" is the second picture after the original)."""

    kind: Literal["goto"] = "goto"
    revision: str


class Restart(Record):
    """Back to the original."""

    kind: Literal["restart"] = "restart"


class Retry(Record):
    """The last edit again with another seed."""

    kind: Literal["retry"] = "retry"


class Vary(Record):
    """The last edit `n` times, each with its own seed; of a picture that was never edited, the picture itself."""

    kind: Literal["vary"] = "vary"
    n: int = 4
    like: str | None = None
    """The answer to go on from, not from nothing: "2" is the second of the last ones, "this" the one replied to."""
    change: str | None = None
    """How they should differ from that one, in the author's words."""


class Compare(Record):
    """Before and after, side by side."""

    kind: Literal["compare"] = "compare"


class Refine(Record):
    """A change to the last edit itself: "bigger mask", "not the arm"."""

    kind: Literal["refine"] = "refine"
    change: str


class Choose(Record):
    """An answer to a question: "2", "left", "all"."""

    kind: Literal["choose"] = "choose"
    candidate: str


class Replay(Record):
    """The edits of another branch on this picture."""

    kind: Literal["replay"] = "replay"
    recipe: str


EditOperation: TypeAlias = (
    Remove
    | Replace
    | Add
    | Alter
    | Recolor
    | Adjust
    | Background
    | Extract
    | Style
    | Text
    | Expand
    | Crop
    | Rotate
    | Flip
    | Resize
    | Upscale
    | Blur
    | Restore
    | Move
    | Duplicate
    | Generate
)
"""What changes pixels: the engine's work."""
HistoryOperation: TypeAlias = Undo | Redo | Goto | Restart | Retry | Vary | Compare | Refine | Choose | Replay
"""What steers the conversation: answered from the history."""
Operation: TypeAlias = Annotated[EditOperation | HistoryOperation, Field(discriminator="kind")]

OPERATION: TypeAdapter[EditOperation | HistoryOperation] = TypeAdapter(Operation)
"""Reads one operation from its flat JSON."""


class Plan(Record):
    """What was understood: operations in order, or none and a question."""

    instruction: str
    operations: tuple[Operation, ...] = ()
    confidence: float = 0.0
    question: str | None = None
    language: str | None = None
    """"de", "ja", ...: what the instruction is in; None: English."""


class Context(Record):
    """What came before an instruction, as far as understanding needs it."""

    history: tuple[Operation, ...] = ()
    """Edit operations of the branch so far, oldest first."""
    last: int = 1
    """How many of them, at the end, the last revision was made by: "more" is more of all of these."""
    said: str = ""
    """The message that asked for these: an amount given there in figures is the step of "a little more"."""
    candidates: tuple[str, ...] = ()
    """Labels of the candidates just offered, in order; empty: no question is open."""
    takes: tuple[str, ...] = ()
    """Numbers of the revisions that the last message made side by side, in order; empty: it made one."""
    undone: bool = False
    """Whether something was undone and can be brought back."""
    unanswered: str = ""
    """The instruction before, where nothing but a question came of it; what follows may answer that."""
    mask: bool = False
    """An explicit mask came with the instruction: "this" means it."""

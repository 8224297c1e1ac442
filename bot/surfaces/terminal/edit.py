"""`retouch edit`: a conversation of one or more instructions about one photo."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.chat import Message, Reply
from bot.config import Settings, load_settings
from bot.engine_client import LocalEngine
from bot.house import House, open_history
from bot.pictures import overlay
from bot.recipes import Recipe
from bot.surfaces.terminal.outcome import conversation_json, print_reply, write_replies
from bot.surfaces.terminal.printing import complain, print_json, progress, say
from bot.turn import turn
from engine.clock import Clock
from engine.data import Picture
from engine.editor import check_backend
from engine.errors import Ambiguous, BadOption, EditError, PictureUnreadable
from engine.imageio import Decoded, Limits, encode, format_for, read_picture, turned_with, write_atomically
from engine.operations import Context, Plan
from engine.planner import RulesPlanner, explain
from engine.planner.asking import adviser_for
from engine.selection.marks import Marks, read_marks
from engine.weights import ModelStore

AUTHOR = "you"
SURFACE = "terminal"
NAMELESS = "picture.png"
"""What a picture is called that began without a photo."""
EXPORTS_KEPT_S = 7 * 24 * 3600.0


@dataclass(frozen=True)
class EditOptions:
    """What `retouch edit` was asked for."""

    photo: Path | None
    """None: go on from the latest revision, or from `revision`."""
    start: Picture | None = None
    """What to begin with where there is no photo."""
    instructions: tuple[str, ...] = ()
    recipe: Recipe | None = None
    """Steps to repeat instead of instructions."""
    out: Path | None = None
    mask: str | None = None
    """The path of a picture or of a JSON file, or JSON itself."""
    reference: Path | None = None
    revision: str | None = None
    backend: str | None = None
    model: str | None = None
    seed: int | None = None
    count: int = 1
    as_json: bool = False


def split_words(words: list[str], *, go_on: bool) -> tuple[Path | None, tuple[str, ...]]:
    """The photo and the instructions of the command's words. Raises: BadOption when either is missing."""
    photo = None if go_on or not words else Path(words[0])
    instructions = tuple(words if photo is None else words[1:])
    if photo is None and not go_on:
        raise BadOption("PHOTO", "", "the path of a picture")
    if not instructions:
        raise BadOption("INSTRUCTION", "", "what should change, in quotes")
    return photo, _as_meant(instructions)


def _as_meant(instructions: tuple[str, ...]) -> tuple[str, ...]:
    """One instruction where somebody forgot the quotes: single words that do not each say something."""
    if len(instructions) < 2 or any(" " in instruction.strip() for instruction in instructions):
        return instructions
    planner = RulesPlanner()
    each_says_something = all(planner.plan(word, Context()).operations for word in instructions)
    return instructions if each_says_something else (" ".join(instructions),)


def _check_destination(out: Path, *inputs: Path | None) -> None:
    """Raises: BadOption before any work is done for a file that could not be written, or that is one of the inputs."""
    format_for(out)
    try:
        usable = out.absolute().parent.is_dir() and not out.is_dir()
    except OSError:
        usable = False
    if not usable:
        raise BadOption("output", str(out), "the name of a file, in a folder that is there")
    for given in inputs:
        if given is not None and out.exists() and given.exists() and out.samefile(given):
            raise BadOption("output", str(out), "another file than the ones it is made from")


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncGenerator[House]:
    """The bot in this process, over the history in `settings.home`."""
    async with await open_history(settings) as history:
        exports = settings.home / "exports"
        exports.mkdir(exist_ok=True)
        _prune(exports)
        models = ModelStore(settings.home / "models")
        engine = LocalEngine(models, settings.models, settings.generation, settings.safety)
        planner = RulesPlanner()
        async with adviser_for(settings.planner, planner) as adviser:
            yield House(history, planner, engine.edit, exports, adviser)


def _prune(exports: Path) -> None:
    """Forget pictures that were only put down for a program to read; the history has them all."""
    for path in exports.iterdir():
        if time.time() - path.stat().st_mtime > EXPORTS_KEPT_S:
            path.unlink(missing_ok=True)


async def edit(options: EditOptions, clock: Clock, started: float) -> None:
    """Hold the conversation and write the last picture; nothing is written unless every instruction worked.

    `clock` goes on from the loading; `started` is `time.perf_counter()` at start-up. Raises: any leaf of EditError.
    """
    settings = load_settings()
    check_backend(options.backend)
    if options.out is not None:
        _check_destination(options.out, options.photo, _file_of(options.mask), options.reference)
    with clock("decode"):
        first = _first_message(options, settings)
    async with open_house(settings) as house:
        replies = await _converse(first, options, house, clock)
        with clock("encode"):
            steps = write_replies(replies, await _destination(options, replies[-1], house), house, settings)
    seconds = time.perf_counter() - started
    clock.add("total", 1000 * seconds)
    if options.as_json:
        print_json(conversation_json(steps, clock))
    else:
        for step in steps[:-1]:
            say(explain(step.reply.plan))
        print_reply(steps[-1], seconds)


def _first_message(options: EditOptions, settings: Settings) -> Message:
    limits = settings.limits.of_pictures()
    photo = read_picture(options.photo, limits) if options.photo else None
    reference = read_picture(options.reference, limits) if options.reference else None
    return Message(
        instruction="",
        author=AUTHOR,
        surface=SURFACE,
        picture=photo.picture if photo else options.start,
        name=options.photo.name if options.photo else NAMELESS,
        mask=_read_mask(options.mask, photo, limits) if options.mask else None,
        reference=reference.picture if reference else None,
        reply_to=options.revision,
        backend=options.backend,
        model=options.model,
        seed=options.seed,
        count=options.count,
        notices=photo.notices if photo else (),
    )


def _file_of(mask: str | None) -> Path | None:
    """The file that --mask names; None where it is JSON, or absent."""
    return None if not mask or mask.lstrip().startswith(("{", "[")) else Path(mask)


def _read_mask(mask: str, photo: Decoded | None, limits: Limits) -> Picture | Marks:
    """What --mask says. Raises: BadInput."""
    path = _file_of(mask)
    if path is None:
        return read_marks(mask)
    if path.suffix.lower() != ".json":
        read = read_picture(path, limits)
        return turned_with(read, photo) if photo else read.picture
    try:
        return read_marks(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise PictureUnreadable(path.name) from exc


async def _converse(first: Message, options: EditOptions, house: House, clock: Clock) -> list[Reply]:
    """Each instruction a turn on the one before; the photo and the mask come with the first."""
    replies: list[Reply] = []
    with progress(options.as_json) as report:
        for message in _messages(first, options):
            on = message if not replies else _following(message, replies[-1])
            try:
                reply = await turn(on, house, report)
            except EditError as error:
                if isinstance(error, Ambiguous):
                    await _show_candidates(error, house, options)
                if replies and not options.as_json:
                    done = len(replies)
                    complain(f"The first {done} of {len(options.instructions)} instructions are in the history.")
                raise
            for stage, milliseconds in reply.timings_ms.items():
                clock.add(stage, milliseconds)
            replies.append(reply)
    return replies


def _messages(first: Message, options: EditOptions) -> list[Message]:
    """One message an instruction, variations of the last; or one a step of the recipe."""
    if options.recipe is not None:
        if not options.recipe.steps:
            raise BadOption("recipe", "one without steps", "a recipe with at least one edit")
        return [
            replace(
                first,
                instruction=step.instruction,
                plan=Plan(instruction=step.instruction, operations=step.operations, confidence=1),
                seed=step.seed,
            )
            for step in options.recipe.steps
        ]
    messages = [replace(first, instruction=instruction, count=1) for instruction in options.instructions]
    return [*messages[:-1], replace(messages[-1], count=options.count)]


def _following(message: Message, reply: Reply) -> Message:
    """The message as a reply to the picture just made."""
    return replace(message, picture=None, mask=None, notices=(), reply_to=reply.answers[-1].revision.id)


async def _show_candidates(ambiguous: Ambiguous, house: House, options: EditOptions) -> None:
    if options.as_json:
        return
    head = await house.history.latest(author=AUTHOR, surface=SURFACE)
    if head is None:
        return
    picture = overlay(await house.history.picture(head.id), ambiguous.candidates)
    path = house.exports / f"{head.id}-candidates.png"
    write_atomically(path, encode(picture, "png"))
    number = min(2, len(ambiguous.candidates))
    say(f"The candidates are numbered in {path}; answer with `retouch edit --continue {number}`.")


async def _destination(options: EditOptions, reply: Reply, house: House) -> Path:
    """-o, or the photo's name with `-edited`; as PNG where a JPEG would lose the transparency just made."""
    if options.out is not None:
        return options.out
    source = options.photo or Path(await house.history.name(reply.answer.revision.conversation))
    suffix = source.suffix.lower()
    transparent = reply.answer.picture.opacity is not None
    writable = suffix in {".png", ".webp"} or (suffix in {".jpg", ".jpeg"} and not transparent)
    return source.with_name(f"{source.stem}-edited{source.suffix if writable else '.png'}")

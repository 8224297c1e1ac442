"""`retouch demo`: a five-turn conversation whose pictures stay in a folder."""

from __future__ import annotations

import re
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bot.chat import Message, Reply
from bot.config import load_settings
from bot.house import House
from bot.replies import notice, receipt, sentence
from bot.sample import draw_sample
from bot.sheets import Cell, contact_sheet
from bot.surfaces.terminal.edit import open_house
from bot.surfaces.terminal.printing import say
from bot.turn import turn
from engine.errors import EditError
from engine.imageio import encode, read_picture, write_atomically
from engine.planner import explain

ON_THE_SAMPLE = (
    "make the red balloon on the right purple",
    "remove the white sailboat",
    "make the sky a bit warmer",
    "undo",
    'write "Hello from Retouch" at the bottom',
)
ON_A_PHOTO = (
    "make it a bit warmer",
    "increase the contrast by 15%",
    "blur the background",
    "undo",
    "crop to square",
)


async def demo(photo: Path | None, folder: Path) -> None:
    """Hold the conversation, print each turn, and leave the pictures and a contact sheet in `folder`.

    Its history lives in a temporary home. Raises: BadInput for a photo that cannot be read.
    """
    limits = load_settings().limits.of_pictures()
    picture = draw_sample() if photo is None else read_picture(photo, limits).picture
    instructions = ON_THE_SAMPLE if photo is None else ON_A_PHOTO
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "0-original.png", encode(picture, "png"))
    cells = [Cell(picture, "original", "a drawn scene" if photo is None else photo.name)]
    with tempfile.TemporaryDirectory(prefix="retouch-demo-") as home:
        settings = load_settings().model_copy(update={"home": Path(home)})
        async with open_house(settings) as house:
            message = Message("", "you", "demo", picture=picture, name="sample.png", seed=1)
            for number, instruction in enumerate(instructions, 1):
                reply = await _turn(replace(message, instruction=instruction), house, number, folder)
                if reply is None:
                    continue
                cells.append(Cell(reply.answer.picture, f"{number}. {instruction}", explain(reply.plan)))
                message = replace(message, picture=None, reply_to=reply.answer.revision.id)
    write_atomically(folder / "contact-sheet.png", encode(contact_sheet(cells, columns=3), "png"))
    say(f"\nThe pictures are in {folder}/ and all together in {folder / 'contact-sheet.png'}.")
    say('Now yours: uv run retouch edit PHOTO "make it a bit warmer"')


def _slug(instruction: str) -> str:
    """The instruction as part of a file's name."""
    return "-".join(re.findall(r"\w+", instruction.lower()))[:60]


async def _turn(message: Message, house: House, number: int, folder: Path) -> Reply | None:
    """One turn, printed; a question or a refusal is printed too and ends only the turn."""
    say(f"\n{number}. you: {message.instruction}")
    start = time.perf_counter()
    try:
        reply = await turn(message, house)
    except EditError as error:
        say(f"   retouch: {sentence(error)}")
        return None
    answer = reply.answer
    seconds = time.perf_counter() - start
    write_atomically(folder / f"{number}-{_slug(message.instruction)}.png", encode(answer.picture, "png"))
    say(f"   retouch: {explain(reply.plan)}")
    say(f"   {seconds:.2f} s · {receipt(answer.outside_changed, whole=answer.whole)}")
    for note in reply.notices:
        say(f"   {notice(note)}")
    return reply

"""`python -m bot.showcase_child FOLDER`: a conversation about the drawn sample, and the pictures that show it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.chat import Answer, Message
from bot.fitting import fitted
from bot.history import History
from bot.house import House
from bot.pictures import overlay, side_by_side
from bot.sample import draw_sample
from bot.sheets import Node, tree_sheet
from bot.showcase import LARGEST, NAMES, drawn_in
from bot.turn import turn
from engine.data import Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import Ambiguous
from engine.grounding.router import Grounder
from engine.imageio import write_atomically
from engine.inpainting.exemplar import ExemplarInpainter
from engine.planner import RulesPlanner
from engine.reporting import Report

RECOLOUR, REMOVAL = "make the red balloon on the right purple", "remove the white sailboat"
LETTERING, LOOK = 'write "Hello" at the bottom', "make the picture black and white"
QUESTION, CHOICE = "make the red balloon green", "2"


class Conversation:
    """Somebody who edits the sample."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.sample = draw_sample()

    async def begin(self, instruction: str) -> Answer:
        """The first edit of the sample, in a conversation of its own. Raises: any leaf of EditError."""
        message = Message(instruction, "somebody", "help", picture=self.sample, name="bay", seed=1)
        return (await turn(message, self._house)).answer

    async def go_on(self, instruction: str, after: Answer | None = None) -> Answer:
        """An edit of an earlier answer, or of the latest. Raises: any leaf of EditError."""
        reply_to = after.revision.id if after else None
        return (await turn(Message(instruction, "somebody", "help", reply_to=reply_to, seed=1), self._house)).answer

    async def history(self, conversation: str) -> Picture:
        """The tree of what was edited."""
        history = self._house.history
        head = await history.head(conversation)
        nodes = [
            Node(
                revision.id,
                revision.parent,
                f"{revision.number}. {revision.instruction}" if revision.parent else "original",
                await history.picture(revision),
                current=revision.id == head.id,
            )
            for revision in await history.tree(conversation)
        ]
        return tree_sheet(nodes)


async def draw() -> list[Picture]:
    """The pictures by the order of their names."""
    async with _house() as house:
        talk = Conversation(house)
        question, chosen = await _question(talk)
        purple = await talk.begin(RECOLOUR)
        alone = await talk.go_on(REMOVAL, purple)
        await talk.go_on(LOOK, purple)
        await talk.go_on(LETTERING, alone)
        return [
            side_by_side(talk.sample, purple.picture, ("before", f"“{RECOLOUR}”")),
            side_by_side(purple.picture, alone.picture, ("before", f"“{REMOVAL}”")),
            side_by_side(question, chosen.picture, (f"“{QUESTION}”", f"“{CHOICE}”")),
            await talk.history(purple.revision.conversation),
        ]


async def _question(talk: Conversation) -> tuple[Picture, Answer]:
    """What the bot asks back, and the answer when one is chosen."""
    try:
        await talk.begin(QUESTION)
    except Ambiguous as asked:
        return overlay(talk.sample, asked.candidates), await talk.go_on(CHOICE)
    raise RuntimeError(f"nothing was asked about “{QUESTION}”")


@asynccontextmanager
async def _house() -> AsyncGenerator[House]:
    """The bot over a history for now, and an engine that needs no weights, so that the pictures are alike anywhere."""
    editor = Editor(Grounder().locate, ExemplarInpainter())

    async def edit(request: EditRequest, report: Report | None) -> EditResult:
        return editor.edit(request, report)

    with tempfile.TemporaryDirectory(prefix="retouch-help-") as home:
        async with await History.open(Path(home)) as history:
            yield House(history, RulesPlanner(), edit, Path(home))


def main(folder: Path) -> None:
    """Draw the pictures into the folder, unless another process does or did."""
    os.nice(10)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if drawn_in(folder):
            return
        for name, picture in zip(NAMES, asyncio.run(draw()), strict=True):
            file = fitted(picture, LARGEST)
            write_atomically(folder / f"{name}.{file.extension}", file.data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

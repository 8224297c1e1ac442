"""The bot over the wire: what it promises its members, on a Discord that errs, breaks off and forgets."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadOption
from tests.discord_wire import WireDiscord
from tests.discord_wire.bots import BotProcess, Engine, bot_on, engine_in, is_final, noise, pixels, png
from tests.discord_wire.gateway import BAD_TOKEN
from tests.discord_wire.payloads import walked
from tests.discord_wire.world import Message, User

ANSWERS_S = 25.0
CLICKED_S = 3.0


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Generator[Engine]:
    with engine_in(tmp_path_factory.mktemp("engine")) as found:
        yield found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def ada(wire: WireDiscord) -> User:
    return wire.member("Ada", wire.guild)


async def answer_to(wire: WireDiscord, asked: Message) -> Message:
    """The one answer with a picture."""
    return (await wire.until(lambda: shown(wire, asked), ANSWERS_S, "an answer"))[0]


async def clicked(wire: WireDiscord, message: Message, button: str, user: User) -> Message:
    """What a button leads to: an answer to the message it is on."""
    before = wire.answers(message)
    click = await wire.click(message, button, user)
    await asyncio.wait_for(click.done.wait(), CLICKED_S)
    assert click.refused is None

    def led_to() -> list[Message]:
        return [each for each in shown(wire, message) if each not in before]

    return (await wire.until(led_to, ANSWERS_S, f"what {button} leads to"))[0]


def shown(wire: WireDiscord, asked: Message) -> list[Message]:
    """The answers with pictures."""
    return [each for each in wire.answers(asked) if is_final(each) and each.attachments]


def pictures(wire: WireDiscord) -> list[Message]:
    """Every answer with a picture in the channel."""
    return [each for each in wire.said(wire.channel) if is_final(each) and each.attachments]


async def settled(wire: WireDiscord, seconds: float = 0.6) -> None:
    """Long enough for a second answer to be there, were there one."""
    await asyncio.sleep(seconds)


async def test_a_picture_is_edited_inside_the_mask_alone(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    wire, photo = served, noise(rng)
    inside = np.zeros(photo.shape[:2], bool)
    inside[20:60, 30:70] = True
    mask = png(np.repeat(inside[..., None] * 255, 3, axis=2))
    async with bot_on(wire, home, engine):
        files = [("photo.png", png(photo)), ("mask.png", mask)]
        asked = await wire.say(wire.channel, ada, "make it 40% darker", attachments=files, mentions_bot=True)
        answer = await answer_to(wire, asked)
        result = pixels(answer.attachments[0])
        assert np.array_equal(result[~inside], photo[~inside])
        assert result[inside].mean() < photo[inside].mean() - 10
        assert {"undo", "retry", "compare", "mask"} <= {each.lower() for each in wire.buttons(answer)}
        undone = await clicked(wire, answer, "Undo", ada)
        assert np.array_equal(pixels(undone.attachments[0]), photo)
    what = [each.what for each in wire.since(0.0, "typing", "post", "edit") if each.channel == wire.channel.id]
    assert what[:2] in (["post", "typing"], ["post", "post"]), "it was not acknowledged first"
    assert all(not message.pinged for message in wire.said(wire.channel))
    assert wire.missing == []


async def test_it_is_silent_where_nobody_speaks_to_it(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    wire = served
    async with bot_on(wire, home, engine):
        requests = len(wire.faults.requests)
        picture = ("photo.png", png(noise(rng)))
        await wire.say(wire.channel, ada, "make it brighter", attachments=[picture])
        await settled(wire)
        assert len(wire.faults.requests) == requests
        assert await answer_to(wire, await wire.dm(ada, "make it brighter", attachments=[picture]))


async def test_buttons_and_replies_work_after_a_restart(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    wire, photo = served, noise(rng)
    async with bot_on(wire, home, engine):
        asked = await wire.say(
            wire.channel, ada, "rotate it by 90 degrees", attachments=[("photo.png", png(photo))], mentions_bot=True
        )
        turned = await answer_to(wire, asked)
    async with bot_on(wire, home, engine):
        reply = await wire.say(wire.channel, ada, "flip it horizontally", reply_to=turned)
        flipped = await answer_to(wire, reply)
        undone = await clicked(wire, turned, "Undo", ada)
    right = np.rot90(photo, -1)
    assert np.array_equal(pixels(turned.attachments[0]), right)
    assert np.array_equal(pixels(flipped.attachments[0]), right[:, ::-1])
    assert np.array_equal(pixels(undone.attachments[0]), photo)


async def test_commands_and_the_menu_of_a_message_edit(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    wire, photo = served, noise(rng)
    others = await wire.say(wire.channel, wire.member("Bob", wire.guild), attachments=[("bob.png", png(photo))])
    flipped = photo[:, ::-1]
    async with bot_on(wire, home, engine):
        await wire.until(lambda: wire.world.commands.get(0), why="commands")
        called = await wire.slash(
            "edit", wire.channel, ada, {"instruction": "flip it", "image": ("photo.png", png(photo))}
        )
        first = (await wire.until(lambda: pictures(wire), ANSWERS_S, "an answer to the command"))[0]
        window = await wire.message_command("Edit this picture", others, ada)
        await wire.until(lambda: window.shown, CLICKED_S, "a window")
        field = next(each["custom_id"] for each in walked(window.shown["components"]) if each["type"] == 4)
        filled = await wire.submit(window, {field: "flip it"})
        await wire.until(lambda: len(pictures(wire)) > 1, ANSWERS_S, "an answer to the window")
    assert [each.refused for each in (called, window, filled)] == [None] * 3
    assert all(np.array_equal(pixels(each.attachments[0]), flipped) for each in (first, pictures(wire)[1]))
    assert wire.missing == []


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_answer_that_discord_does_not_take_at_once_comes_once(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator, status: int
) -> None:
    wire = served
    async with bot_on(wire, home, engine):
        fault = wire.fail("POST|PATCH", "/messages", status, files=True)
        asked = await _asked(wire, ada, rng)
        await answer_to(wire, asked)
        await settled(wire)
    assert fault.met == 1
    assert len(wire.answers(asked)) == 1


@pytest.mark.parametrize("applied", [False, True])
async def test_an_answer_whose_connection_broke_comes_once(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator, applied: bool
) -> None:
    wire = served
    async with bot_on(wire, home, engine):
        fault = wire.drop("POST|PATCH", "/messages", applied=applied, files=True)
        asked = await _asked(wire, ada, rng)
        await answer_to(wire, asked)
        await wire.until(lambda: _uploads(wire) > 1, why="a second try")
        await settled(wire)
    assert fault.met == 1
    assert len(wire.answers(asked)) == 1


async def test_what_is_told_twice_is_done_once(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    wire = served
    async with bot_on(wire, home, engine):
        first = await _asked(wire, ada, rng)
        wire.gateway.reconnect(again=1)
        wire.gateway.replay_last()
        await answer_to(wire, first)
        await wire.until(lambda: wire.gateway.resumed, why="a resumption")
        wire.gateway.replay_last()
        await settled(wire)
        assert len(wire.answers(first)) == 1
        wire.gateway.drop()
        second = await _asked(wire, ada, rng)
        await answer_to(wire, second)
    assert len(wire.answers(second)) == 1
    assert (wire.gateway.identified, wire.gateway.resumed) == (1, 2)


async def test_it_comes_back_when_its_session_is_invalid(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    wire = served
    async with bot_on(wire, home, engine):
        wire.gateway.invalidate(resumable=False)
        await wire.until(lambda: wire.gateway.identified == 2 and wire.gateway.connected, why="a new session")
        assert await answer_to(wire, await _asked(wire, ada, rng))


async def test_a_token_that_is_taken_back_is_told_as_such(served: WireDiscord, home: Path, engine: Engine) -> None:
    wire = served
    async with bot_on(wire, home, engine) as running:
        await wire.gateway.close(BAD_TOKEN)
        with pytest.raises(BadOption) as told:
            await asyncio.wait_for(running, ANSWERS_S)
    assert told.value.name == "discord.token"


async def test_a_click_that_comes_late_does_no_harm(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    wire = served
    async with bot_on(wire, home, engine):
        answer = await answer_to(wire, await _asked(wire, ada, rng))
        late = await wire.click(answer, "Undo", ada, age_s=3.5)
        await asyncio.wait_for(late.done.wait(), CLICKED_S)
        assert late.refused == 10062
        assert await clicked(wire, answer, "Undo", ada)


async def test_an_upload_that_is_refused_comes_smaller(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    wire = served
    wire.guild.upload_limit = 1_000_000
    async with bot_on(wire, home, engine):
        picture = ("photo.png", png(noise(rng, 700)))
        asked = await wire.say(wire.channel, ada, "flip it", attachments=[picture], mentions_bot=True)
        answer = await answer_to(wire, asked)
    refused = [each for each in wire.faults.requests if each.status == 413]
    assert refused
    assert len(answer.attachments[0].data) <= 1_000_000


async def test_a_picture_whose_address_expired_is_found_through_its_message(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    wire, photo = served, noise(rng)
    async with bot_on(wire, home, engine):
        gone = wire.fail("GET", "/attachments", 404)
        first = await _asked(wire, ada, rng)
        await answer_to(wire, first)
        assert gone.met == 1
        broken = wire.fail("GET", "/attachments", 500, times=50)
        second = await wire.say(
            wire.channel, ada, "flip it", attachments=[("photo.png", png(photo))], mentions_bot=True
        )
        told = (await wire.until(lambda: wire.answers(second), ANSWERS_S, "an excuse"))[0]
    assert broken.met
    assert told.content
    assert not told.attachments


async def test_where_it_may_not_write_it_does_not_try_for_ever(
    served: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    wire = served
    async with bot_on(wire, home, engine):
        with engine.held():
            asked = await _asked(wire, ada, rng)
            await wire.until(lambda: wire.since(0.0, "typing"), why="an acknowledgement")
            wire.close_channel(wire.channel)
        told = (await wire.until(lambda: wire.said(wire.world.direct(ada)), ANSWERS_S, "an explanation"))[0]
        assert f"<#{wire.channel.id}>" in told.content
        requests = len(wire.faults.requests)
        await settled(wire, 1.5)
        assert len(wire.faults.requests) == requests
        assert wire.answers(asked) == []
        assert await answer_to(wire, await wire.dm(ada, "flip it", attachments=[("photo.png", png(noise(rng)))]))


async def test_what_was_accepted_is_answered_once_after_a_kill(
    wire: WireDiscord, home: Path, engine: Engine, ada: User, rng: np.random.Generator
) -> None:
    async with BotProcess(wire, home, engine) as bot:
        with engine.held():
            asked = await _asked(wire, ada, rng)
            await wire.until(lambda: wire.since(0.0, "typing"), why="an acknowledgement")
            await bot.die()
    async with BotProcess(wire, home, engine) as bot:
        answer = await answer_to(wire, asked)
        # Its answer is on its way when it dies this time, and Discord has it already.
        on_its_way = wire.fail("POST|PATCH", "/messages", 200, files=True, applied=True, waits_s=1.0)
        again = await _asked(wire, ada, rng)
        second = await answer_to(wire, again)
        assert on_its_way.met
        await bot.die()
    async with BotProcess(wire, home, engine):
        undone = await clicked(wire, second, "Undo", ada)
        await wire.until(lambda: _uploads(wire) > 3, ANSWERS_S, "the same answer again")
        await settled(wire)
    assert wire.answers(asked) == [answer]
    assert wire.answers(again) == [second]
    assert undone.attachments


async def _asked(wire: WireDiscord, user: User, rng: np.random.Generator) -> Message:
    picture = ("photo.png", png(noise(rng)))
    return await wire.say(wire.channel, user, "flip it", attachments=[picture], mentions_bot=True)


def _uploads(wire: WireDiscord) -> int:
    """How often a picture was sent, or tried to be."""
    return sum(each.files for each in wire.faults.requests)

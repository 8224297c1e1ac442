"""Plain discord.py against a Discord of ours: what a bot relies on is there, and faults are those it knows."""

from __future__ import annotations

import asyncio
from io import BytesIO

import aiohttp
import discord
import pytest
from PIL import Image

from tests.discord_wire import WireDiscord
from tests.discord_wire.echo import Echo, connected
from tests.discord_wire.faults import Limit, Request
from tests.discord_wire.world import MIB, SEND, Message, User


def png(side: int = 8) -> bytes:
    """A white picture, px."""
    out = BytesIO()
    Image.new("RGB", (side, side), "white").save(out, "PNG")
    return out.getvalue()


async def test_a_message_is_answered_with_its_file(pointed: WireDiscord) -> None:
    wire, picture = pointed, png()
    member = wire.member("Ada", wire.guild)
    async with connected(wire):
        asked = await wire.say(wire.channel, member, "look", attachments=[("a photo.png", picture)], mentions_bot=True)
        answer = (await wire.until(lambda: wire.answers(asked)))[0]
    assert answer.content == asked.content
    assert answer.attachments[0].data == picture
    assert (answer.attachments[0].name, answer.attachments[0].width) == ("a_photo.png", 8)
    assert wire.buttons(answer) == ["Undo", "Ask"]
    assert [each.what for each in wire.log if each.what != "heartbeat"] == ["post", "typing", "download", "post"]
    assert wire.missing == []


async def test_an_edit_and_a_deletion_are_heard(pointed: WireDiscord) -> None:
    wire = pointed
    member = wire.member("Ada", wire.guild)
    async with connected(wire) as client:
        asked = await wire.say(wire.channel, member, "first")
        answer = (await wire.until(lambda: wire.answers(asked)))[0]
        changed = asyncio.create_task(client.wait_for("message_edit"))
        gone = asyncio.create_task(client.wait_for("message_delete"))
        await asyncio.sleep(0)
        await wire.edit(asked, "second")
        before, after = await asyncio.wait_for(changed, 5)
        assert (before.content, after.content, after.id) == ("first", "second", asked.id)
        channel = await client.fetch_channel(wire.channel.id)
        assert isinstance(channel, discord.TextChannel)
        fetched = await channel.fetch_message(answer.id)
        await fetched.edit(content="third", attachments=[discord.File(BytesIO(png()), "new.png")])
        assert (answer.content, [each.name for each in answer.attachments]) == ("third", ["new.png"])
        await fetched.delete()
        assert (await asyncio.wait_for(gone, 5)).id == answer.id
        with pytest.raises(discord.NotFound) as unknown:
            await channel.fetch_message(answer.id)
        assert unknown.value.code == 10008


async def test_buttons_windows_and_commands(pointed: WireDiscord) -> None:
    wire = pointed
    member = wire.member("Ada", wire.guild)
    async with connected(wire):
        asked = await wire.dm(member, "hello", attachments=[("a.png", png())])
        answer = (await wire.until(lambda: wire.answers(asked)))[0]
        window = await wire.click(answer, "Ask", member)
        await wire.until(lambda: window.shown, why="a window")
        filled = await wire.submit(window, {"Change": "bluer"})
        await wire.until(lambda: filled.said, why="an answer to the window")
        assert (filled.said[0].content, filled.said[0].ephemeral) == ("bluer", True)
        undo = await wire.click(answer, f"undo:{asked.id}", member)
        await asyncio.wait_for(undo.done.wait(), 5)
        assert (answer.content, answer.attachments, answer.components) == ("undone", [], [])
        called = await wire.slash("echo", wire.channel, member, {"picture": ("b.png", png()), "words": "again"})
        await wire.until(lambda: called.said and not called.said[0].loading, why="an answer to the command")
        assert (called.said[0].content, called.said[0].attachments[0].name) == ("again", "b.png")
        counted = await wire.message_command("Count", asked, member)
        await wire.until(lambda: counted.said, why="an answer to the menu")
        assert counted.said[0].content == "1 files"


async def test_an_interaction_answered_late_is_unknown(pointed: WireDiscord) -> None:
    wire = pointed
    member = wire.member("Ada", wire.guild)
    async with connected(wire) as client:
        answer = await _answered(wire, member)
        late = await wire.click(answer, "Undo", member, age_s=3.5)
        await asyncio.wait_for(late.done.wait(), 5)
        assert (late.refused, late.response, answer.content) == (10062, None, "hello")
        asking = asyncio.create_task(client.wait_for("interaction"))
        await asyncio.sleep(0)
        called = await wire.slash("echo", wire.channel, member, {"picture": ("b.png", png())})
        await wire.until(lambda: called.said and not called.said[0].loading)
        wire.clock.advance(901)
        with pytest.raises(discord.HTTPException) as expired:
            await (await asking).followup.send("too late")
        assert expired.value.code == 50027


async def test_a_session_is_resumed_and_tells_again_what_it_told(pointed: WireDiscord) -> None:
    wire = pointed
    member = wire.member("Ada", wire.guild)
    async with connected(wire) as client:
        first = await wire.say(wire.channel, member, "first")
        await wire.until(lambda: wire.answers(first))
        wire.gateway.reconnect(again=4)
        await wire.until(lambda: not wire.gateway.connected or wire.gateway.resumed)
        second = await wire.say(wire.channel, member, "second")
        await wire.until(lambda: wire.answers(second))
        wire.gateway.drop()
        await wire.until(lambda: wire.gateway.resumed == 2, why="the second resumption")
        wire.gateway.replay_last()
        third = await wire.say(wire.channel, member, "third")
        await wire.until(lambda: wire.answers(third))
        heard = [each.content for each in client.heard]
        assert (heard.count("first"), heard.count("second"), heard.count("third")) == (2, 1, 1)
        # The nonce kept the answer to what was told twice from being there twice.
        await wire.until(lambda: len([each for each in wire.faults.requests if _posts(each)]) == 4)
        assert [len(wire.answers(each)) for each in (first, second, third)] == [1, 1, 1]
        assert wire.gateway.identified == 1


async def test_an_invalid_session_begins_anew(pointed: WireDiscord) -> None:
    wire = pointed
    member = wire.member("Ada", wire.guild)
    async with connected(wire):
        wire.gateway.invalidate(resumable=True)
        await wire.until(lambda: wire.gateway.resumed == 1)
        wire.gateway.invalidate(resumable=False)
        await wire.until(lambda: wire.gateway.identified == 2 and wire.gateway.connected)
        assert await _answered(wire, member)


async def test_what_a_bot_may_not_read_is_hidden(pointed: WireDiscord) -> None:
    wire = pointed
    member = wire.member("Ada", wire.guild)
    async with connected(wire, content=False) as client:
        await wire.say(wire.channel, member, "for others", attachments=[("a.png", png())])
        await wire.say(wire.channel, member, "for you", mentions_bot=True)
        await wire.dm(member, "for you alone")
        await wire.until(lambda: len(client.heard) == 3)
        hidden, mentioned, direct = client.heard
        assert (hidden.content, hidden.attachments) == ("", [])
        assert mentioned.content.endswith("for you")
        assert direct.content == "for you alone"
    wire.world.privileged = 0
    async with Echo() as client:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.start(wire.token)


async def test_errors_are_those_that_discord_py_knows(pointed: WireDiscord) -> None:
    wire = pointed
    member = wire.member("Ada", wire.guild)
    async with connected(wire) as client:
        waited = wire.fail("POST", "/messages", 429, retry_after=0.01)
        await _answered(wire, member)
        assert waited.met == 1
        for status, kind in ((503, discord.DiscordServerError), (403, discord.Forbidden)):
            wire.fail("POST", "/messages", status)
            await wire.say(wire.channel, member, "fails")
            await wire.until(lambda: client.problems, why=f"{status}")
            assert type(client.problems.pop()) is kind
        wire.fail("POST", "/messages", 429, via=False)
        await wire.say(wire.channel, member, "banned")
        await wire.until(lambda: client.problems)
        assert isinstance(problem := client.problems.pop(), discord.HTTPException)
        assert problem.status == 429


async def test_a_connection_that_breaks(pointed: WireDiscord) -> None:
    wire = pointed
    member = wire.member("Ada", wire.guild)
    async with connected(wire) as client:
        for applied in (False, True):
            wire.drop("POST", "/messages", applied=applied)
            asked = await wire.say(wire.channel, member, "broken")
            await wire.until(lambda: client.problems, why="a broken connection")
            assert isinstance(client.problems.pop(), aiohttp.ClientConnectionError)
            assert len(wire.answers(asked)) == applied


async def test_what_is_too_large_or_not_allowed_is_refused(pointed: WireDiscord) -> None:
    wire = pointed
    mute = wire.world.add_channel(wire.guild, "mute", denied=SEND)
    async with connected(wire) as client:
        channel, closed = client.get_channel(wire.channel.id), client.get_channel(mute.id)
        assert isinstance(channel, discord.TextChannel)
        assert isinstance(closed, discord.TextChannel)
        assert not closed.permissions_for(closed.guild.me).send_messages
        with pytest.raises(discord.HTTPException) as large:
            await channel.send(file=discord.File(BytesIO(bytes(10 * MIB + 1)), "large.png"))
        with pytest.raises(discord.Forbidden) as muted:
            await closed.send("hello")
        with pytest.raises(discord.HTTPException) as long:
            await channel.send("x" * 2001)
        with pytest.raises(discord.HTTPException) as nonce:
            await channel.send("hello", nonce="n" * 26)
        codes = [each.value.code for each in (large, muted, long, nonce)]
        assert codes == [40005, 50013, 50035, 50035]


async def test_the_limit_of_a_channel_is_told_and_kept(pointed: WireDiscord) -> None:
    wire = pointed
    wire.limit(Limit(2, 0.4))
    async with connected(wire) as client:
        channel = client.get_channel(wire.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await asyncio.gather(*(channel.send(str(number)) for number in range(5)))
    posts = [each for each in wire.faults.requests if _posts(each)]
    assert len(wire.said(wire.channel)) == 5
    assert posts[-1].at - posts[0].at > 0.7


async def test_an_expired_file_is_found_again_through_its_message(pointed: WireDiscord) -> None:
    wire = pointed
    member = wire.member("Ada", wire.guild)
    async with connected(wire) as client:
        asked = await wire.say(wire.channel, member, attachments=[("a.png", png())])
        await wire.until(lambda: wire.answers(asked))
        wire.world.expire(asked.attachments)
        old = client.heard[0]
        with pytest.raises(discord.NotFound):
            await old.attachments[0].read()
        again = await old.channel.fetch_message(old.id)
        assert await again.attachments[0].read() == png()


async def _answered(wire: WireDiscord, member: User) -> Message:
    asked = await wire.say(wire.channel, member, "hello")
    return (await wire.until(lambda: wire.answers(asked)))[0]


def _posts(request: Request) -> bool:
    return request.method == "POST" and request.path.endswith("/messages")

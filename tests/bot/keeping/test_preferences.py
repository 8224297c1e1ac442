"""What members and guilds chose."""

from __future__ import annotations

import asyncio

from bot.history import History
from bot.keeping.preferences import Preferences, of_guild, of_member

ADA, GUILD = of_member("discord", "ada"), of_guild("discord", "7")


async def test_values_are_chosen_changed_and_dropped(history: History):
    preferences = Preferences(history.database)
    assert await preferences.get(ADA) == {}
    assert await preferences.change(ADA, model="sdxl", spoilers=True) == {"model": "sdxl", "spoilers": True}
    assert await preferences.change(ADA, spoilers=False, model=None) == {"spoilers": False}
    assert await Preferences(history.database).get(ADA) == {"spoilers": False}
    assert await preferences.change(ADA, spoilers=None, never=None) == {}
    assert await preferences.get(ADA) == {}


async def test_everybody_s_are_their_own(history: History):
    preferences = Preferences(history.database)
    keys = [ADA, GUILD, of_member("web", "ada"), of_guild("discord", "ada")]
    for number, key in enumerate(keys):
        await preferences.change(key, roles=[number], limits={"vip": {"burst": number}})
    for number, key in enumerate(keys):
        assert await preferences.get(key) == {"roles": [number], "limits": {"vip": {"burst": number}}}


async def test_what_others_change_at_the_same_time_stays(history: History):
    preferences = Preferences(history.database)
    await asyncio.gather(*(preferences.change(GUILD, **{f"role{number}": number}) for number in range(12)))
    assert await preferences.get(GUILD) == {f"role{number}": number for number in range(12)}


async def test_a_member_who_is_forgotten_has_none(history: History):
    preferences = Preferences(history.database)
    others = [GUILD, of_member("discord", "bob"), of_guild("discord", "ada"), of_member("discord", "ada 2")]
    for key in (ADA, of_member("web", "ada"), *others):
        await preferences.change(key, model="sdxl")
    await history.forget("ada")
    assert await preferences.get(ADA) == {}
    assert await preferences.get(of_member("web", "ada")) == {}
    for key in others:
        assert await preferences.get(key) == {"model": "sdxl"}
    await history.forget("")
    assert await preferences.get(GUILD) == {"model": "sdxl"}

"""The bot's health over HTTP on this machine."""

from __future__ import annotations

import signal
import socket

import httpx
import pytest

from bot.observing import Metrics, health_app
from bot.surfaces.discord.health import served
from engine.errors import BadOption


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_the_pages_are_there_for_as_long_as_the_bot_runs() -> None:
    port, before = free_port(), signal.getsignal(signal.SIGTERM)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        async with served(health_app(Metrics(), {}), port):
            assert signal.getsignal(signal.SIGTERM) is before
            async with client.stream("GET", "/livez") as alive:
                assert alive.status_code == 200
            assert (await client.get("/readyz")).json() == {"ready": True, "checks": {}}
            assert "retouch_build_info" in (await client.get("/metrics")).text
        with pytest.raises(httpx.ConnectError):
            await client.get("/livez")


async def test_without_a_port_nothing_listens() -> None:
    async with served(health_app(Metrics(), {}), 0):
        pass


async def test_a_port_in_use_is_told_by_the_setting_s_name() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(BadOption) as told:
            async with served(health_app(Metrics(), {}), port):
                pass
    assert (told.value.name, told.value.value) == ("discord.health_port", port)

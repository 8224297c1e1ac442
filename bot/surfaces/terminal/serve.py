"""The engine alone, until Ctrl-C."""

from __future__ import annotations

import sys
from typing import NoReturn

from bot.config import load_settings
from bot.surfaces.terminal.printing import say
from engine.service import running
from engine.service.running import Address


def serve(address: Address, exchange: str | None, *, warm: bool) -> NoReturn:
    """Take orders at the address, and say where that is. exchange: default: a folder of the home. Raises: as there."""
    settings = load_settings()
    where = exchange or str(settings.home / "exchange")
    running.serve(address, where, settings.of_engine(), warm=warm, announce=_say_where)


def _say_where(address: str) -> None:
    say(f"The engine listens at {address}")
    sys.stdout.flush()

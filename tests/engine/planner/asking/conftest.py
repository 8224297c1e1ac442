"""A model to ask, and the adviser that asks it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from engine.planner import RulesPlanner
from engine.planner.asking import Adviser
from engine.settings import PlannerSettings
from tests.engine.planner.asking.endpoint import Endpoint, endpoint


@pytest_asyncio.fixture
async def model() -> AsyncGenerator[Endpoint]:
    async with endpoint() as server:
        yield server


@pytest.fixture
def settings(model: Endpoint) -> PlannerSettings:
    return PlannerSettings(kind="llm", url=model.url, model="tiny", key="sk-secret", timeout_s=5)


@pytest_asyncio.fixture
async def adviser(settings: PlannerSettings) -> AsyncGenerator[Adviser]:
    async with Adviser(settings, RulesPlanner()) as adviser:
        yield adviser

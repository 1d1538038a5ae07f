"""The house, empty or open, for the tests of its console."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from tests.console.house import MORNING, SETTINGS, House


@pytest.fixture
async def empty_house(running: Any, shared_folder: Path) -> AsyncIterator[House]:
    """Three services in one process on a Monday morning: no bank, no pool."""
    async with running(APPLICATIONS, RISK_POOL, NOTIFICATIONS, **SETTINGS) as services:
        built = House(
            {service.context.service: service for service in services}, shared_folder / "issuer"
        )
        await built.moves_clocks(MORNING)
        yield built


@pytest.fixture
async def house(running: Any, shared_folder: Path) -> AsyncIterator[House]:
    """The same, with two banks and a pool with money: opened once, and copied for each test."""
    async with opened(running, shared_folder) as found:
        yield found


@pytest.fixture(scope="module")
async def house_of_module(running_of_module: Any, shared_folder: Path) -> AsyncIterator[House]:
    """The same, kept until the last test of the module: for tests that only look at what is told in it
    once. They are of one group, else each worker tells it."""
    async with opened(running_of_module, shared_folder) as found:
        yield found


@asynccontextmanager
async def opened(running: Any, shared_folder: Path) -> AsyncIterator[House]:
    """A copy of the house after two banks and a pool were opened in it."""

    def built(*services: Any) -> House:
        return House(
            {service.context.service: service for service in services}, shared_folder / "issuer"
        )

    async def open_it(*services: Any) -> None:
        found = built(*services)
        await found.moves_clocks(MORNING)
        await found.opens()

    services = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)
    async with running.after("the house is open", open_it, *services, **SETTINGS) as (started, _):
        yield built(*started)

"""The house that has opened, for the tests of its console."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from tests.console.house import SETTINGS, House


@pytest.fixture
async def house(running: Any, shared_folder: Path) -> AsyncIterator[House]:
    """Three services in one process, two banks, a pool with money."""
    async with running(APPLICATIONS, RISK_POOL, NOTIFICATIONS, **SETTINGS) as services:
        opened = House(
            {service.context.service: service for service in services}, shared_folder / "issuer"
        )
        await opened.opens()
        yield opened

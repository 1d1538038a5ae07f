"""A house of its own for each walk: the three services, just started."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from tests.e2e.town import Town
from tests.notifications.conftest import SETTINGS
from tests.services import together


@pytest.fixture
async def town(database_of: Any, issuer: Any, shared_folder: Any) -> AsyncIterator[Town]:
    """Three services that have just been started: no bank, no pool yet."""
    services = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)
    async with together(
        services, database_of, issuer, shared_folder, **SETTINGS, due_interval_seconds=3600
    ) as running:
        yield Town(*running)

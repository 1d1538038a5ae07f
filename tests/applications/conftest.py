"""An office that has opened: two banks, two pools, a sandbox clock on a Monday morning."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.applications.main import SERVICE
from tests.applications.office import Office


@pytest.fixture
async def office(running: Any) -> AsyncIterator[Office]:
    async with running(SERVICE, due_interval_seconds=3600) as service:
        office = Office(service)
        await office.opens()
        yield office

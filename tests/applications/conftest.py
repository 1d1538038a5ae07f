"""An office that has opened: two banks, two pools, a sandbox clock on a Monday morning."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.applications.main import SERVICE
from tests.applications.office import Office
from tests.services import RunningService


@pytest.fixture
async def office(running: Any) -> AsyncIterator[Office]:
    """Opened once, and copied for each test."""

    async def open_it(service: RunningService) -> int:
        office = Office(service)
        await office.opens()
        return office.seen

    async with running.after("the office is open", open_it, SERVICE) as (service, seen):
        yield Office(service, seen)

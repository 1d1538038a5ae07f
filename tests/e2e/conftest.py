"""The three services together, in one process, kept for all tests of a module."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.auth.issuer import Issuer
from tests.e2e.town import Town
from tests.notifications.conftest import SETTINGS
from tests.services import together


@pytest.fixture(scope="module")
async def town(
    databases_of_module: Any, issuer: Issuer, shared_folder: Path
) -> AsyncIterator[Town]:
    """Three services that have just been started: no bank, no pool yet."""
    services = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)
    async with together(
        services, databases_of_module, issuer, shared_folder, **SETTINGS, due_interval_seconds=3600
    ) as (applications, risk_pool, notifications):
        yield Town(applications, risk_pool, notifications)

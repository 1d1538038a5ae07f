"""What the house has behind it when a simulation begins: banks, a pool with money, cases at every stage.

Told once, on simulated time and without any fault, through the services' own HTTP.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.auth.issuer import Issuer
from tests.applications.office import START, Office
from tests.e2e.town import Town
from tests.services import RunningService
from tests.simulation.house import House, housekeeping
from tests.simulation.quiet import what_is_on_its_way
from tests.simulation.server import Server

SERVICES = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)
READY_TO_APPROVE = 4
"""With the others and one that is submitted, no more than the firm's limit in the programme."""
RESERVED = 3
COVERED = 2


class _Office(Office):
    async def moves_clock(self, moment: datetime | None = None, *, days: int = 0) -> None:
        """Time goes by itself here."""


class _Town(Town):
    looks: Mapping[str, Server]

    async def settled(self) -> None:
        """Everybody has heard everything."""
        async with asyncio.timeout(120):
            while what_is_on_its_way(self.looks):  # noqa: ASYNC110 — nobody wakes for a row
                await asyncio.sleep(0.2)


@dataclass(frozen=True)
class Cases:
    """Cases by the stage at which the story leaves them: ids, and of loans their numbers."""

    ready: tuple[str, ...]
    reserved: tuple[str, ...]
    covered: Mapping[str, str]


async def tell(house: House, issuer: Issuer, looks: Mapping[str, Server]) -> Cases:
    """The story; the processes have stopped when it is told."""
    async with housekeeping(house.broker), AsyncExitStack() as stack:
        for service in SERVICES:
            house.start(service, f"{service.name}.1")
        while not all(house.ready(service.name) for service in SERVICES):  # noqa: ASYNC110 — few steps
            await asyncio.sleep(0.1)
        running = [
            RunningService(house.ready(service.name)[0].app, issuer, stack) for service in SERVICES
        ]
        town = _Town(*running)
        town.looks = looks
        town.office = _Office(running[0])
        await town.office.opens_banks()
        await town.opens_pool("dongli", paid_in="20000000.00")
        ready = [await town.office.submits() for _ in range(READY_TO_APPROVE)]
        for case in ready:
            await town.office.recommends(case)
        reserved = [await town.approved() for _ in range(RESERVED)]
        for case in reserved:
            await town.office.registers(case)
        covered = {}
        for number in range(COVERED):
            case = await town.lends(loan_no=f"JJ-{number}")
            covered[case["id"]] = f"JJ-{number}"
        await town.settled()
        for name in sorted(house.up):
            await house.stop(name)
    return Cases(
        ready=tuple(case["id"] for case in ready),
        reserved=tuple(case["id"] for case in reserved),
        covered=covered,
    )


BEGINS = START.timestamp()

"""What delivers beside the API: a worker for every channel of the registry that is on."""

import asyncio
from datetime import timedelta

from services.notifications.delivery.channels import CHANNELS
from services.notifications.delivery.worker import DeliveryWorker, Timing
from services.notifications.domain.hours import KnowsWorkingDays
from services.notifications.settings import NotificationsSettings
from shared.calendar import WorkingDays
from shared.clock import Clock
from shared.postgres.database import Database


async def deliver(
    database: Database,
    settings: NotificationsSettings,
    stopping: asyncio.Event,
    *,
    working_days: KnowsWorkingDays,
    grace_seconds: float,
) -> None:
    """Deliver over every channel until stopped."""
    async with asyncio.TaskGroup() as group:
        for name in CHANNELS:
            worker = worker_of(
                name, database, settings, working_days=working_days, grace_seconds=grace_seconds
            )
            if worker is not None:
                group.create_task(worker.run(stopping), name=f"deliver {name}")


def worker_of(
    name: str,
    database: Database,
    settings: NotificationsSettings,
    *,
    grace_seconds: float,
    working_days: KnowsWorkingDays = WorkingDays(),
    clock: Clock | None = None,
) -> DeliveryWorker | None:
    """The worker of a channel; None where the settings leave it off.

    It goes by the database server's clock, not by a sandbox's: that may stand years away, and receivers
    refuse signatures of another time.
    """
    channel = CHANNELS[name]
    sender = channel.build(settings)
    if sender is None:
        return None
    return DeliveryWorker(
        database,
        name,
        sender,
        channel.targets,
        channel.fairness(settings),
        clock=clock,
        working_days=working_days,
        timing=Timing(
            retry_waits=settings.retry_waits_seconds,
            lease=timedelta(seconds=settings.lease_seconds),
            poll_seconds=settings.poll_seconds,
            grace_seconds=grace_seconds,
        ),
        pace=channel.pace,
        gathers=channel.gathers,
    )

"""A listener that has forgotten what has left its producer's feed hears it again out of the archive."""

from datetime import UTC, datetime

import pytest

from shared.archive.feed import shelf_of
from shared.archive.kinds import FEED
from shared.archive.moving import move_month
from shared.clock import SHANGHAI
from shared.messaging.local import LocalTransport
from shared.messaging.reconciling import InTheArchive, hear_again, missed_of_archive
from shared.messaging.runtime import messaging
from shared.months import Month
from shared.postgres.database import EVERYWHERE, Database
from tests.messaging.samples import BRISK, NOW, Listener, until
from tests.messaging.test_numbers import left, say


async def test_what_has_left_the_feed_is_heard_again_out_of_the_archive_and_never_passed_over(
    speaking: Database, listener: Listener, tmp_path
):
    async def all_gone() -> bool:
        return await left(speaking) == 0

    async def told(*numbers: int) -> None:
        await say(speaking, *numbers)
        async with messaging(
            speaking, LocalTransport(()), service="speaker", routes={}, now=lambda: NOW, pace=BRISK
        ):
            await until(all_gone, what="an empty outbox")

    async def again(archive) -> int:
        async with speaking.looking(EVERYWHERE) as producer:
            return await hear_again(
                producer, listener.database, listener.routes(), service="listener",
                topic="samples", now=lambda: NOW, archive=archive,
            )  # fmt: skip

    shelf = shelf_of(tmp_path, "speaker")
    await told(1, 2, 3)
    month = Month.of(datetime.now(UTC).astimezone(SHANGHAI).date())
    assert (await move_month(speaking, FEED, shelf, month)).rows == 3
    await told(4, 5)

    with pytest.raises(InTheArchive, match="events 1 to 3 of samples"):
        await again(None)
    assert await listener.effects() == {}

    assert await again(shelf) == 5
    [heard] = (await listener.effects()).values()
    assert heard == [1, 2, 3, 4, 5]
    async with speaking.looking(EVERYWHERE) as producer:
        async with listener.database.looking(EVERYWHERE) as looking:
            assert await missed_of_archive(producer, looking, "samples") is None
    assert await again(None) == 0

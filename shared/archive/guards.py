"""What must be so before an event leaves the database: everybody has heard it, nobody is still to be told."""

from collections.abc import Mapping, Sequence

import asyncpg

from shared.archive.moving import NotArchived
from shared.messaging.heard import Heard, how_far
from shared.messaging.told import Epoch, epochs


async def must_be_heard(
    producer: asyncpg.Connection,
    listeners: Mapping[str, asyncpg.Connection],
    *,
    topic: str,
    last: int,
) -> None:
    """Raises NotArchived where one of those who hear a topic has not heard everything up to a number, by its
    own watermark. All connections look as the house."""
    known = await epochs(producer)
    for name, listener in listeners.items():
        heard = [one for one in await how_far(listener) if one.topic == topic]
        until = max([_surely_heard(one, known) for one in heard], default=0)
        if until < last:
            raise NotArchived(
                f"{name} 只听到 {topic} 第 {until} 条，尚未听到第 {last} 条",
                f"{name} has heard {topic} up to number {until}, not up to {last}: "
                "zhidai events hear-again.",
            )


async def must_be_told(producer: asyncpg.Connection, *, last: int) -> None:
    """Raises NotArchived where an event up to a number is still to be published again, or to be told to a
    bank's own topic."""
    again = await producer.fetchval("select min(next) from told_again")
    if again is not None and again <= last:
        raise NotArchived(
            f"第 {again} 条起的事件正在重新发布",
            f"Events from number {again} on are being published again.",
        )
    behind = await producer.fetch(
        """
        select institution from bank_topics b where position < $1 and exists (
            select from event_feed f
            where f.institution = b.institution and f.position > b.position and f.position <= $1)
        order by 1
        """,
        last,
    )
    if behind:
        banks = ", ".join(row[0] for row in behind)
        raise NotArchived(
            f"银行主题尚未收到全部事件: {banks}",
            f"The topics of these banks have not been told everything up to number {last}: {banks}.",
        )


def _surely_heard(one: Heard, known: Sequence[Epoch]) -> int:
    """Up to which number what was heard is what the producer tells today."""
    names = [epoch.name for epoch in known]
    if one.epoch not in names:
        return 0
    later = known[names.index(one.epoch) + 1 :]
    return min([one.until, *(epoch.began_after for epoch in later)])

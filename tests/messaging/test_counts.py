"""What was told and what was heard is counted once, whoever hears it, however often it comes."""

import asyncio
from uuid import UUID, uuid4

from shared.messaging.counts import heard_of, told_by_month
from shared.messaging.replay import replay
from shared.postgres.database import EVERYWHERE
from tests.messaging.samples import NOW, Counted, Listener, Noted, Unheard, envelope


def counted(loan: UUID, *numbers: int) -> list:
    return [envelope(Counted(loan_id=loan, number=number)) for number in numbers]


async def heard(listener: Listener, month: str = "2026-03") -> dict[str, int]:
    async with listener.database.begin(EVERYWHERE) as conn:
        return await heard_of(conn, "samples", month)


async def test_repeats_and_members_that_hear_the_same_count_once(listener: Listener):
    batches = [counted(uuid4(), 1, 2, 3) for _ in range(8)]
    members = [listener.consumer() for _ in range(4)]

    # Every batch comes to two members at once, as where partitions change hands.
    await asyncio.gather(
        *(
            members[(n + shift) % 4].receive("samples", batch)
            for n, batch in enumerate(batches)
            for shift in (0, 1)
        )
    )
    await members[0].receive("samples", [envelope(Unheard(loan_id=uuid4()))])
    await members[0].receive("samples", [envelope(Noted(loan_id=uuid4(), number=1))])

    assert await heard(listener) == {Counted.type: 24, Noted.type: 1}


async def test_what_is_parked_has_arrived_and_counts_no_more_when_it_is_replayed(
    listener: Listener,
):
    loan = uuid4()
    listener.fails_on = {(str(loan), 1)}
    await listener.consumer().receive("samples", [*counted(loan, 1, 2), *counted(uuid4(), 3)])
    assert await heard(listener) == {Counted.type: 3}

    listener.fails_on = set()
    await replay(listener.database, listener.routes(), by="zhou", now=lambda: NOW)

    assert await listener.parked() == []
    assert await heard(listener) == {Counted.type: 3}


async def test_an_event_belongs_to_the_month_in_china_in_which_it_was_said(listener: Listener):
    (late,) = counted(uuid4(), 1)
    # Half past midnight of April in China.
    moved = late.__class__(
        **{name: getattr(late, name) for name in late.__slots__ if name != "time"},
        time=NOW.replace(month=3, day=31, hour=16, minute=30),
    )

    await listener.consumer().receive("samples", [moved, *counted(uuid4(), 1)])

    assert await heard(listener) == {Counted.type: 1}
    assert await heard(listener, "2026-04") == {Counted.type: 1}
    async with listener.database.begin(EVERYWHERE) as conn:
        assert await told_by_month(conn) == {}

"""The parking: listed, replayed in order, given up by name; nothing overtakes."""

import asyncio
from uuid import UUID

import pytest

from shared.messaging.parking import list_parked
from shared.messaging.replay import NothingParked, Replayed, discard, replay
from shared.messaging.wire import read
from shared.postgres.database import EVERYWHERE
from tests.messaging.samples import NOW, Counted, Listener, Noted, envelope

A, B = UUID(int=1), UUID(int=2)


def counted(loan: UUID, *numbers: int) -> list:
    return [envelope(Counted(loan_id=loan, number=number)) for number in numbers]


async def replayed(listener: Listener, **narrowed: str) -> Replayed:
    return await replay(
        listener.database, listener.routes(), by="li.wei", now=lambda: NOW, **narrowed
    )


async def logged(listener: Listener) -> list[tuple[str, str, str]]:
    async with listener.database.begin(EVERYWHERE) as conn:
        rows = await conn.fetch("select by, outcome, key from parking_log order by id")
    return [(row["by"], row["outcome"], row["key"]) for row in rows]


@pytest.fixture
async def parked(listener: Listener) -> Listener:
    """Two keys with three events each are parked."""
    listener.fails_on = {(str(A), 1), (str(B), 1)}
    await listener.consumer().receive("samples", [*counted(A, 1, 2, 3), *counted(B, 1, 2, 3)])
    return listener


async def test_the_list_shows_what_failed_and_what_is_behind_it(parked: Listener):
    async with parked.database.begin(EVERYWHERE) as conn:
        every = await list_parked(conn)
        failed = await list_parked(conn, only_failed=True)
        of_b = await list_parked(conn, key=str(B), after=every[3].position, limit=1)

    assert [(one.key, one.reason) for one in every] == [
        *((str(A), reason) for reason in ("failed", "behind", "behind")),
        *((str(B), reason) for reason in ("failed", "behind", "behind")),
    ]
    assert [one.key for one in failed] == [str(A), str(B)]
    assert failed[0].attempts == 3
    assert "cannot bear" in failed[0].error
    assert [one.reason for one in of_b] == ["behind"]


async def test_a_bank_sees_nothing_that_is_parked(parked: Listener):
    async with parked.database.begin("ICBC-TJ") as conn:
        assert await list_parked(conn) == []


async def test_one_key_is_replayed_in_order_and_the_other_stays(parked: Listener):
    parked.fails_on = set()

    done = await replayed(parked, key=str(B))

    assert done == Replayed(applied=3, stuck=())
    assert await parked.effects() == {str(B): [1, 2, 3]}
    assert len(await parked.parked()) == 3


async def test_a_replay_stops_a_key_at_the_first_that_still_fails(parked: Listener):
    parked.fails_on = {(str(A), 2)}

    done = await replayed(parked)

    assert done.applied == 4
    assert [(one.key, one.reason, one.attempts) for one in done.stuck] == [(str(A), "failed", 1)]
    assert await parked.effects() == {str(A): [1], str(B): [1, 2, 3]}


async def test_who_replayed_is_written_down(parked: Listener):
    parked.fails_on = {(str(A), 1)}

    await replayed(parked)

    assert await logged(parked) == [
        ("li.wei", "failed", str(A)),
        *[("li.wei", "applied", str(B))] * 3,
    ]


async def test_a_replayed_event_that_comes_again_is_dropped(listener: Listener):
    listener.fails_on = {(str(A), 1)}
    batch = counted(A, 1, 2)
    await listener.consumer().receive("samples", batch)
    listener.fails_on = set()

    await replayed(listener)
    await listener.consumer().receive("samples", batch)

    assert await listener.effects() == {str(A): [1, 2]}


async def test_two_replays_at_once_apply_everything_once(parked: Listener):
    parked.fails_on = set()

    both = await asyncio.gather(replayed(parked), replayed(parked))

    assert sum(done.applied for done in both) == 6
    assert [done.stuck for done in both] == [(), ()]
    assert len(await logged(parked)) == 6
    assert await parked.effects() == {str(A): [1, 2, 3], str(B): [1, 2, 3]}


async def test_what_arrives_during_a_replay_does_not_overtake(listener: Listener):
    listener.fails_on = {(str(A), 0)}
    await listener.consumer().receive("samples", counted(A, *range(30)))
    listener.fails_on = set()

    async def arriving() -> None:
        consumer = listener.consumer()
        for number in range(30, 90, 3):
            await consumer.receive("samples", counted(A, *range(number, number + 3)))
            await asyncio.sleep(0)

    async def replaying() -> None:
        while (await replayed(listener)).applied:  # noqa: ASYNC110
            await asyncio.sleep(0)

    await asyncio.gather(arriving(), replaying())
    await replayed(listener)

    assert await listener.effects() == {str(A): [*range(90)]}


async def test_what_nobody_can_read_is_given_up_by_name_and_what_was_behind_it_goes_on(
    listener: Listener,
):
    broken = read(place="samples/0/1", key=str(A).encode(), headers=[], body=b"\xff")
    await listener.consumer().receive("samples", [broken, *counted(A, 1)])
    (stuck,) = (await replayed(listener)).stuck

    with pytest.raises(ValueError, match="needs a reason"):
        await discard(listener.database, stuck.position, by="li.wei", why=" ")
    await discard(listener.database, stuck.position, by="li.wei", why="a test of the network team")
    await replayed(listener)

    assert await listener.effects() == {str(A): [1]}
    assert ("li.wei", "discarded", str(A)) in await logged(listener)
    with pytest.raises(NothingParked):
        await discard(listener.database, stuck.position, by="li.wei", why="again")


async def test_an_event_without_a_route_any_more_is_done_with(listener: Listener):
    listener.fails_on = {(str(A), 1)}
    batch = [envelope(Noted(loan_id=A, number=1)), *counted(A, 2)]
    await listener.consumer().receive("samples", batch)

    routes = {Counted: listener.hear}
    done = await replay(listener.database, routes, by="li.wei", now=lambda: NOW)

    assert done.applied == 2
    assert await listener.effects() == {str(A): [2]}

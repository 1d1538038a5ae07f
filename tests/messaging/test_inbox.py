"""What a consumer promises about a batch, whatever carried it."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.inbox import waves
from shared.messaging.wire import read
from shared.postgres.database import EVERYWHERE
from tests.messaging.samples import Counted, Listener, Noted, Unheard, envelope

A, B, C = (UUID(int=n) for n in (1, 2, 3))


def counted(loan: UUID, *numbers: int) -> list:
    return [envelope(Counted(loan_id=loan, number=number)) for number in numbers]


async def test_a_batch_is_applied_in_the_order_of_each_key(listener: Listener):
    a, b = counted(A, 1, 2, 3), counted(B, 1, 2)

    await listener.consumer().receive("samples", [a[0], b[0], a[1], a[2], b[1]])

    assert await listener.effects() == {str(A): [1, 2, 3], str(B): [1, 2]}


async def test_a_batch_heard_twice_has_its_effect_once(listener: Listener):
    batch = counted(A, 1, 2)
    consumer = listener.consumer()

    await consumer.receive("samples", batch)
    await consumer.receive("samples", [*batch, *counted(A, 3), *batch])

    assert await listener.effects() == {str(A): [1, 2, 3]}


async def test_an_event_that_comes_twice_in_one_batch_has_its_effect_once(listener: Listener):
    (one,) = counted(A, 1)

    await listener.consumer().receive("samples", [one, one])

    assert await listener.effects() == {str(A): [1]}


async def test_events_of_one_type_with_different_keys_are_one_call(listener: Listener):
    loans = [uuid4() for _ in range(20)]

    await listener.consumer().receive("samples", [counted(loan, 1)[0] for loan in loans])

    assert listener.calls == [[(str(loan), 1) for loan in loans]]


async def test_what_nobody_listens_to_is_passed_over(listener: Listener):
    await listener.consumer().receive("samples", [envelope(Unheard(loan_id=A)), *counted(A, 1)])

    assert await listener.effects() == {str(A): [1]}
    assert await listener.parked() == []


async def test_fields_nobody_knows_are_ignored(listener: Listener):
    event = Counted(loan_id=A, number=1)
    body = b'{"loan_id": "%s", "number": 1, "colour": "red"}' % str(A).encode()

    await listener.consumer().receive("samples", [envelope(event, body=body)])

    assert await listener.effects() == {str(A): [1]}


async def test_an_event_that_always_fails_is_parked_with_those_behind_it_and_the_rest_flows(
    listener: Listener,
):
    listener.fails_on = {(str(B), 2)}
    batch = [*counted(A, 1, 2), *counted(B, 1, 2, 3), *counted(C, 1), *counted(A, 3)]

    await listener.consumer().receive("samples", batch)

    assert await listener.effects() == {str(A): [1, 2, 3], str(B): [1], str(C): [1]}
    (failed, error), (behind, _) = await listener.parked()
    assert (failed, behind) == ("failed", "behind")
    assert "cannot bear" in error


async def test_what_comes_later_for_a_parked_key_waits_behind_it(listener: Listener):
    listener.fails_on = {(str(A), 1)}
    consumer = listener.consumer()
    await consumer.receive("samples", counted(A, 1))
    listener.fails_on = set()

    await consumer.receive("samples", [*counted(A, 2), *counted(B, 1)])

    assert await listener.effects() == {str(B): [1]}
    assert [reason for reason, _ in await listener.parked()] == ["failed", "behind"]


async def test_a_fault_that_passes_after_some_tries_parks_nothing(listener: Listener):
    async def twice(_: asyncpg.Connection) -> None:
        if len(tries) < 2:
            tries.append(1)
            raise RuntimeError("not yet")

    tries: list[int] = []
    listener.before = twice

    await listener.consumer().receive("samples", counted(A, 1))

    assert await listener.effects() == {str(A): [1]}
    assert await listener.parked() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b'{"loan_id": "nobody", "number": 1}',
        b'{"number": 1}',
        b'{"loan_id": "00000000-0000-0000-0000-000000000001", "number": "many"}',
        b"[" * 100_000,
    ],
)
async def test_a_body_that_breaks_its_contract_is_parked_at_once(listener: Listener, body: bytes):
    broken = envelope(Counted(loan_id=A, number=1), body=body)

    await listener.consumer().receive("samples", [broken, *counted(A, 2), *counted(B, 1)])

    assert await listener.effects() == {str(B): [1]}
    assert [reason for reason, _ in await listener.parked()] == ["failed", "behind"]


async def test_a_message_without_our_headers_is_parked_once(listener: Listener):
    broken = read(place="samples/0/7", key=b"\xffk\x00", headers=[("x", b"\x00")], body=b"\x00")

    await listener.consumer().receive("samples", [broken, *counted(A, 1)])
    await listener.consumer().receive("samples", [broken])

    ((reason, error),) = await listener.parked()
    assert reason == "failed"
    assert "ce_specversion is missing" in error
    assert await listener.effects() == {str(A): [1]}


@pytest.mark.parametrize(
    "fault",
    [
        asyncpg.SerializationError("could not serialize access"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
        asyncpg.LockNotAvailableError("canceling statement due to lock timeout"),
        asyncpg.QueryCanceledError("canceling statement due to statement timeout"),
        asyncpg.IdleInTransactionSessionTimeoutError("terminating connection"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        ConnectionResetError("by peer"),
        TimeoutError(),
    ],
)
async def test_a_passing_fault_is_waited_out_however_long_it_takes_and_parks_nothing(
    listener: Listener, fault: Exception
):
    async def far_oftener_than_a_failing_event_is_tried(_: asyncpg.Connection) -> None:
        if len(tries) < 12:
            tries.append(1)
            raise fault

    tries: list[int] = []
    listener.before = far_oftener_than_a_failing_event_is_tried

    await listener.consumer().receive("samples", counted(A, 1, 2))

    assert await listener.effects() == {str(A): [1, 2]}
    assert await listener.parked() == []


async def test_a_connection_cut_in_the_middle_of_a_batch_parks_nothing(listener: Listener):
    async def cut(conn: asyncpg.Connection) -> None:
        if len(cuts) < 3:
            cuts.append(1)
            await conn.execute("select pg_terminate_backend(pg_backend_pid())")

    cuts: list[int] = []
    listener.before = cut

    await listener.consumer().receive("samples", counted(A, 1, 2))

    assert await listener.effects() == {str(A): [1, 2]}
    assert await listener.parked() == []


async def test_what_a_deferred_constraint_refuses_at_commit_is_parked(
    listener: Listener, postgres_url: str
):
    async with listener.database.begin(EVERYWHERE) as conn:
        name = await conn.fetchval("select current_database()")
    owner = await asyncpg.connect(postgres_url, database=name)
    await owner.execute(
        """
        create function refuse() returns trigger language plpgsql as $$
            begin raise exception 'thirteen' using errcode = 'check_violation'; end $$;
        create constraint trigger refuse after insert on effects deferrable initially deferred
            for each row when (new.number = 13) execute function refuse();
        """
    )
    await owner.close()

    await listener.consumer().receive("samples", [*counted(A, 13), *counted(B, 1)])

    assert await listener.effects() == {str(B): [1]}
    assert "thirteen" in (await listener.parked())[0][1]


async def test_two_members_with_the_same_batch_apply_it_once_and_in_order(listener: Listener):
    batches = [counted(A, *range(n, n + 5)) for n in range(0, 50, 5)]

    async def member() -> None:
        consumer = listener.consumer()
        for batch in batches:
            await consumer.receive("samples", batch)

    await asyncio.gather(member(), member(), member())

    assert await listener.effects() == {str(A): list(range(50))}


async def test_what_a_handler_says_is_committed_with_what_it_did(listener: Listener):
    listener.answers = True
    listener.fails_on = {(str(B), 1)}

    await listener.consumer().receive("samples", [*counted(A, 1), *counted(B, 1)])

    async with listener.database.begin(EVERYWHERE) as conn:
        said = await conn.fetch("select aggregateid, traceparent from outbox")
    assert [row["aggregateid"] for row in said] == [str(A)]
    assert said[0]["traceparent"].startswith("00-0af7651916cd43dd8448eb211c80319c-")


keys_and_types = st.lists(
    st.tuples(st.sampled_from([A, B, C]), st.sampled_from([Counted, Noted])), max_size=30
)


@given(keys_and_types)
def test_every_call_has_one_type_and_distinct_keys_and_every_key_keeps_its_order(arrivals):
    events = [event(loan_id=loan, number=n) for n, (loan, event) in enumerate(arrivals)]

    calls = waves([(envelope(event), event) for event in events])

    for call in calls:
        assert len({heard.envelope.type for heard in call}) == 1
        assert len({heard.envelope.key for heard in call}) == len(call)
        numbers = [heard.event.number for heard in call]
        assert numbers == sorted(numbers)
    applied = [heard.event for call in calls for heard in call]
    for loan in (A, B, C):
        mine = [event.number for event in applied if event.loan_id == loan]
        assert mine == [event.number for event in events if event.loan_id == loan]
    assert len(applied) == len(events)

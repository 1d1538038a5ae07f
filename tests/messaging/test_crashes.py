"""Whatever is interleaved and wherever it crashes: the effect is as if nothing had happened."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.envelope import Envelope
from shared.messaging import outbox
from shared.messaging.local import LocalTransport
from shared.messaging.runtime import messaging
from shared.postgres.database import EVERYWHERE, Database
from tests.messaging.samples import BRISK, NOW, QUICK, Counted, Listener, until

KEYS = 3

transactions = st.lists(
    st.tuples(
        st.sets(st.integers(0, KEYS - 1), min_size=1),  # the loans it is about
        st.integers(1, 3),  # events per loan
        st.sampled_from([0.0, 0.0, 0.005, 0.02]),  # how long it stays open
        st.booleans(),  # whether it is rolled back
    ),
    min_size=1,
    max_size=12,
)
publish_faults = st.lists(
    st.sampled_from(["none", "before", "half", "after", "twice", "cut relay"]), max_size=12
)
handler_faults = st.lists(
    st.sampled_from(["none", "conflict", "bug", "cut connection", "frozen"]), max_size=12
)


class Crashing(LocalTransport):
    """Fails where the plan says, as a broker, a network or a power cut would."""

    def __init__(self, group: str, speaker: Database, plan: Sequence[str]) -> None:
        super().__init__({group})
        self._speaker = speaker
        self._plan = list(plan)

    async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
        fault = self._plan.pop(0) if self._plan else "none"
        if fault == "before":
            raise ConnectionResetError("before anything was sent")
        if fault == "half":
            await super().publish(topic, batch[: len(batch) // 2])
            raise ConnectionResetError("in the middle of a batch")
        await super().publish(topic, batch)
        if fault == "after":
            raise ConnectionResetError("before the acknowledgement")
        if fault == "twice":
            await super().publish(topic, batch)
        if fault == "cut relay":
            async with self._speaker.begin(EVERYWHERE) as conn:
                await conn.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and application_name = 'speaker-relay'"
                )


@given(transactions, publish_faults, handler_faults)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_every_key_ends_with_exactly_what_was_committed_in_the_order_of_commits(
    speaking: Database, listener: Listener, plan, publishing, handling
):
    loans = [uuid4() for _ in range(KEYS)]
    committed: dict[UUID, list[int]] = defaultdict(list)
    handler_plan = list(handling)

    async def transact(about: set[int], each: int, seconds: float, roll_back: bool) -> None:
        try:
            async with speaking.begin(EVERYWHERE) as conn:
                for place in sorted(about):
                    await conn.execute("select pg_advisory_xact_lock($1)", place)
                said = [
                    (loans[place], len(committed[loans[place]]) + n)
                    for place in sorted(about)
                    for n in range(each)
                ]
                events = [Counted(loan_id=loan, number=number) for loan, number in said]
                await outbox.append(conn, events, now=NOW)
                await asyncio.sleep(seconds)
                if roll_back:
                    raise RolledBack
                for loan, number in said:
                    committed[loan].append(number)
        except RolledBack:
            pass

    async def trouble(conn: asyncpg.Connection) -> None:
        fault = handler_plan.pop(0) if handler_plan else "none"
        if fault == "conflict":
            raise asyncpg.SerializationError("could not serialize access")
        if fault == "bug" and "bug" not in bugs:
            # Once only: a bug that stays is parked, which is another law.
            bugs.append("bug")
            raise RuntimeError("a bug that passes")
        if fault == "cut connection":
            await conn.execute("select pg_terminate_backend(pg_backend_pid())")
        if fault == "frozen":
            await asyncio.sleep(0.03)

    bugs: list[str] = []
    listener.before = trouble
    transport = Crashing("listener", speaking, publishing)
    common = {"now": lambda: NOW, "pace": BRISK, "patience": QUICK}
    async with (
        messaging(speaking, transport, service="speaker", routes={}, **common),
        messaging(
            listener.database, transport, service="listener", routes=listener.routes(), **common
        ),
    ):
        await asyncio.gather(*(transact(*one) for one in plan))
        expected = {str(loan): numbers for loan, numbers in committed.items() if numbers}

        async def empty() -> bool:
            async with speaking.begin(EVERYWHERE) as conn:
                return not await conn.fetchval("select exists (select from outbox)")

        await until(empty, what="an empty outbox")

    heard = {key: n for key, n in (await listener.effects()).items() if UUID(key) in loans}
    assert heard == expected
    assert await listener.parked() == []
    async with speaking.begin(EVERYWHERE) as conn:
        positions = [
            row[0] for row in await conn.fetch("select position from event_feed order by 1")
        ]
    assert positions == list(range(1, len(positions) + 1))


class RolledBack(Exception):
    """A transaction that changes its mind."""

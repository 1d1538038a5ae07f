"""What every handler of loan facts does at its end: book, save, remember, tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from services.risk_pool.domain.coverage import Coverage, Step
from services.risk_pool.handlers import breakers
from services.risk_pool.tables import coverages
from services.risk_pool.tables.coverages import Incident
from services.risk_pool.tables.ledger import LockedPool, book, lock_pools
from shared.contracts.envelope import Event
from shared.messaging import outbox
from shared.messaging.inbox import Received


@dataclass(slots=True)
class Recorded:
    """What a batch of facts has done, gathered while it is decided."""

    steps: list[tuple[Coverage, Step]] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    said: list[Event] = field(default_factory=list)
    touched: set[tuple[str, str]] = field(default_factory=set)
    """(pool, bank) whose breakers are to be looked at."""

    def step(self, before: Coverage, step: Step) -> None:
        """A step on a coverage, with the incidents it brought."""
        self.steps.append((before, step))

    def incident(self, event: Any, kind: str, facts: Mapping[str, Any]) -> None:
        """Something for people to look at."""
        self.incidents.append(
            Incident(
                pool_code=event.pool_code,
                bank_code=event.bank_code,
                loan_id=event.loan_id,
                number=event.number,
                kind=kind,
                facts=facts,
            )
        )


async def hold_pools_of(
    conn: asyncpg.Connection, received: Sequence[Received]
) -> tuple[dict[str, LockedPool], dict[Any, Coverage]]:
    """The pools of a batch, held, and the coverages it is about, by loan."""
    pools = await lock_pools(conn, (one.event.pool_code for one in received))
    known = await coverages.load(conn, (one.event.loan_id for one in received))
    return pools, known


async def record(
    conn: asyncpg.Connection,
    pools: Mapping[str, LockedPool],
    recorded: Recorded,
    *,
    now: datetime,
) -> None:
    """Book transfers, save coverages, history and incidents, look at breakers, tell; in sets."""
    for code in sorted(pools):
        transfers = [
            transfer
            for before, step in recorded.steps
            if before.pool_code == code
            for transfer in step.transfers
        ]
        await book(conn, pools[code], transfers, now=now)
    changed = [
        step.coverage
        for before, step in recorded.steps
        if step.coverage is not None and step.coverage != before
    ]
    await coverages.save(conn, changed, now=now)
    await coverages.remember_moves(conn, recorded.steps, by=coverages.SYSTEM, now=now)
    await coverages.remember_incidents(conn, recorded.incidents, now=now)
    said = list(recorded.said)
    for code, banks in sorted(breakers.bank_pairs(sorted(recorded.touched)).items()):
        said += await breakers.watch_banks(conn, pools[code], banks, now=now)
    await outbox.append(conn, said, now=now)

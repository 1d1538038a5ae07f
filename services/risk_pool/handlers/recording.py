"""What every handler of loan facts does at its end: book, move, remember, tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from services.risk_pool.domain.coverage import Coverage
from services.risk_pool.domain.coverage_changes import CoverageChange
from services.risk_pool.handlers import breakers
from services.risk_pool.handlers.coverage_steps import step_of
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.tables import coverages
from services.risk_pool.tables.coverages import COVERAGES
from services.risk_pool.tables.incidents import Incident, store_incidents
from services.risk_pool.tables.ledger import LockedPool, book, lock_pools
from shared.life_cycle import SYSTEM
from shared.messaging.inbox import Received
from shared.transitions import apply_transitions


@dataclass(slots=True)
class Recorded:
    """What a batch of facts has done, gathered while it is decided."""

    changes: list[CoverageChange] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    touched: dict[str, set[str]] = field(default_factory=dict)
    """Pool → its banks whose breakers are to be looked at."""

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

    def touch(self, coverage: Coverage) -> None:
        """The bank's figures may have become whole, or others."""
        self.touched.setdefault(coverage.pool_code, set()).add(coverage.bank_code)


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
    more_follows: bool = False,
) -> None:
    """Book transfers, move or save coverages, keep incidents, look at breakers; in sets. What room
    that makes goes to who waits for it, unless more follows that comes before them."""
    for code in sorted(pools):
        transfers = [
            transfer
            for change in recorded.changes
            if change.before.pool_code == code
            for transfer in change.transfers
        ]
        await book(conn, pools[code], transfers, now=now)
    moved = [step_of(change, SYSTEM, now) for change in recorded.changes if change.move]
    await apply_transitions(conn, COVERAGES, moved, now=now)
    reported = [
        change
        for change in recorded.changes
        if change.move is None and change.after != change.before
    ]
    await coverages.save_reported(conn, reported, now=now)
    await store_incidents(conn, recorded.incidents, now=now)
    for code, banks in sorted(recorded.touched.items()):
        await breakers.watch_banks(conn, pools[code], banks, now=now)
    for code in sorted(pools) if not more_follows else ():
        await serve_line(conn, code, now=now)

"""A pool is opened; parties are let in, banks with their lines."""

from collections.abc import Sequence
from datetime import date, datetime

import asyncpg

from services.risk_pool.domain.agreement import LineByAgreement
from services.risk_pool.domain.numbers import free_prefix
from services.risk_pool.domain.parties import JoiningParty, PoolExists
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.tables import parties, pools
from services.risk_pool.tables.ledger import lock_pool
from shared.clock import business_date
from shared.contracts.parties_called import PartyCalled
from shared.contracts.risk_pool import PoolOpenedV1
from shared.messaging import outbox
from shared.postgres.database import seeing_everything
from shared.postgres.published_schemes import terms_on


async def open_pool(
    conn: asyncpg.Connection,
    code: str,
    *,
    name: str,
    programme: str,
    opened_on: date,
    joining: Sequence[JoiningParty],
    by: str,
    now: datetime,
) -> str:
    """Open a pool and tell; returns the version of its scheme, which must be complete and in force
    on the day it opens. Raises PoolExists, and what `parties` refuse."""
    terms = await terms_on(conn, programme, opened_on)
    async with seeing_everything(conn):
        prefix = free_prefix(code, await pools.prefixes_taken(conn))
    opened = await pools.open_pool(
        conn, code, name=name, programme=programme, opened_on=opened_on, prefix=prefix, now=now
    )
    if not opened:
        raise PoolExists(f"资金池 {code} 已存在", f"The pool {code} exists already.")
    for party in joining:
        await _let_in(conn, code, party, joined_on=opened_on, by=by, now=now)
    told = PoolOpenedV1(
        pool_code=code, name=name, programme=programme, opened_on=opened_on, prefix=prefix,
        parties=tuple(PartyCalled(code=one.code, name=one.name) for one in joining),
    )  # fmt: skip
    await outbox.append(conn, [told], now=now)
    return terms.version


async def let_party_in(
    conn: asyncpg.Connection, pool_code: str, party: JoiningParty, *, by: str, now: datetime
) -> None:
    """Let a party in; while the pool is set up and nothing is booked, a bank with its line.

    Raises LineByAgreement where money has moved: what is agreed then is agreed by two persons.
    """
    pool = await lock_pool(conn, pool_code)
    if party.line is not None and await pools.last_seq(conn, pool.code):
        raise LineByAgreement(
            "资金池已有账务，额度须经合作协议由两人登记、复核。",
            "The pool is in use: a line is given by an agreement of two persons.",
            party=party.code,
        )
    await _let_in(conn, pool.code, party, joined_on=business_date(now), by=by, now=now)
    await pools.raise_version(conn, pool.code)
    await serve_line(conn, pool.code, now=now)


async def _let_in(
    conn: asyncpg.Connection,
    pool_code: str,
    party: JoiningParty,
    *,
    joined_on: date,
    by: str,
    now: datetime,
) -> None:
    await parties.join(conn, pool_code, party, joined_on=joined_on, now=now)
    party.require_may_have_line()
    if party.line is not None:
        await parties.agree(conn, pool_code, party.code, party.line, created_by=by, now=now)

"""What the account shows: booked money is matched, and what one person has entered is confirmed."""

import asyncpg

from services.risk_pool.handlers import cash_release
from services.risk_pool.handlers.account_matching import match_booked, match_open
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.tables.ledger import LockedPool, lock_pool
from shared.refusals import Refused


async def match_and_confirm(
    conn: asyncpg.Connection, pool: LockedPool, context: StepContext
) -> int:
    """Match what the rules leave no doubt of, and book what the account confirms; how many matches
    that made. The pool is locked.

    An entry that cannot be booked by now (its claim is held, the books hold too little cash) keeps
    nothing else from being matched: it stays in the work list beside its line, where its release
    says why not.
    """
    found = await match_open(conn, pool, context)
    made = found.made
    for line, entry, rule in found.shown:
        try:
            async with conn.transaction():
                seq = await cash_release.confirm(conn, pool, entry.entry_id, context, line=line)
                await match_booked(
                    conn,
                    pool,
                    context,
                    line_id=line.id,
                    seq=seq,
                    amount_fen=line.open_fen,
                    rule=rule,
                )
                made += 1
        except Refused:
            continue
    return made


async def match_now(conn: asyncpg.Connection, pool_code: str, context: StepContext) -> int:
    """The machine looks again, after something has been entered or booked. Raises NotFound."""
    return await match_and_confirm(conn, await lock_pool(conn, pool_code), context)

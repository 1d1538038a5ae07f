"""The running totals that the caps of a scheme count, when a claim is decided.

The pool is to be held, so that no other claim is approved in between.
"""

from collections.abc import Sequence

import asyncpg

from services.risk_pool.domain.claim_facts import Registers
from services.risk_pool.domain.coverage import IN_COVER
from services.risk_pool.domain.ledger import available_fen
from services.risk_pool.tables.ledger import balances
from shared.life_cycle import Row
from shared.postgres.literals import literals
from shared.schemes.decide.claims import Counters
from shared.schemes.terms import Terms

_SCOPES = {
    "claim": "false",
    "loan": "c.loan_id = $3",
    "borrower": "c.borrower_uscc = $4",
    "borrower_year": "c.borrower_uscc = $4 and extract(year from c.claimed_on) = $6",
    "bank_year": "c.bank_code = $5 and extract(year from c.claimed_on) = $6",
    "programme_year": "extract(year from c.claimed_on) = $6",
    "term": "true",
    "pool_balance": "false",
}
"""Over which approved claims a cap counts. The year is that of filing; totals run on across the
versions and modes of a programme (programmes H.15)."""


async def counters(
    conn: asyncpg.Connection, claim: Row, terms: Terms, registers: Registers
) -> Counters:
    """The totals for every cap of the terms, at this moment."""
    used = {}
    for cap in terms.caps:
        used[cap.code] = await _used(conn, claim, cap.per, parties=cap.parties)
    for part in terms.covered:
        used[part.code] = await _used(conn, claim, part.per, parties=None)
    return Counters(
        used=used,
        figures={**await _figures(conn, claim), **registers.figures},
        raised=registers.raised,
        used_costs=registers.used_costs,
    )


async def _used(
    conn: asyncpg.Connection, claim: Row, per: str, *, parties: Sequence[str] | None
) -> int:
    """What approved claims have used of a cap: the shares of its parties, or the covered part."""
    counted, of = ("c.covered_fen", "claims as c")
    if parties is not None:
        counted = "share.amount_fen"
        of = """claims as c join claim_shares as share
                    on share.claim_id = c.id and share.party = any($7::text[])"""
    total: int = await conn.fetchval(
        f"""select coalesce(sum({counted}), 0)::bigint from {of}
            where c.pool_code = $1 and c.programme = $2 and c.approved_on is not null
              and ({_SCOPES[per]})
              and ($3::uuid, $4::text, $5::text, $6::integer, $7::text[]) is not null""",
        claim["pool_code"],
        claim["programme"],
        claim["loan_id"],
        claim["borrower_uscc"],
        claim["bank_code"],
        claim["claimed_on"].year,
        list(parties or ()),
    )
    return total


async def _figures(conn: asyncpg.Connection, claim: Row) -> dict[str, int]:
    """The figures that the ledger and the book of loans know; a cap that counts another one is
    refused by the engine, which names it."""
    lent = await conn.fetchrow(
        """select coalesce(sum(disbursed_fen) filter (
                      where bank_code = $2 and extract(year from disbursed_on) = $3), 0)::bigint
                      as bank_year,
                  coalesce(sum(disbursed_fen), 0)::bigint as term
           from coverages where pool_code = $1 and programme = $4""",
        claim["pool_code"],
        claim["bank_code"],
        claim["claimed_on"].year,
        claim["programme"],
    )
    return {
        "pool_available": max(available_fen(await balances(conn, claim["pool_code"])), 0),
        "bank_year_lending": lent["bank_year"],
        "term_disbursed": lent["term"],
    }


async def borrower_balance_fen(conn: asyncpg.Connection, claim: Row) -> int:
    """Principal of all the borrower's covered loans in the programme, this one as claimed; whole
    loans before the IP share, a compensated one no longer counted (programmes H.13)."""
    others: int = await conn.fetchval(
        f"""select coalesce(sum(outstanding_fen), 0)::bigint from coverages
            where pool_code = $1 and borrower_uscc = $2 and programme = $3
              and state in ({literals(IN_COVER)}) and loan_id <> $4""",
        claim["pool_code"],
        claim["borrower_uscc"],
        claim["programme"],
        claim["loan_id"],
    )
    return others + int(claim["outstanding_principal_fen"])

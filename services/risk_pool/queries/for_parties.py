"""What a guarantor, an insurer or an appraiser reads of itself: where it stands, what months left it,
the loans that it has a part in. Every query names the party beside row-level security."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import ONLY_THE_BANKS_OWN
from services.risk_pool.domain.coverage import State
from services.risk_pool.domain.settlement import BOOKS_CLOSED
from shared.contracts.audiences import audience_of
from shared.postgres.literals import literals

_HELD: Final = literals((State.RESERVED, State.ACTIVE, State.RELEASED, State.CLAIMED))
"""What was declined or waits for room is between the bank and the pool."""

_STANDS: Final = """
    select party.pool_code, pool.name as pool_name, party.role, party.name
    from parties as party join pools as pool on pool.code = party.pool_code
    where party.code = $1 and party.role = any($2) order by party.pool_code
"""

_STATEMENTS: Final = f"""
    select month.pool_code, pool.name as pool_name, month.month, month.posted_on,
           told.party_role, told.payable_fen, told.receivable_fen, told.earlier_fen, told.net_fen
    from settlement_statements as told
    join settlements as month on month.id = told.settlement_id
    join pools as pool on pool.code = month.pool_code
    where told.party_code = $1 and told.party_role = any($2)
      and month.state in ({literals(BOOKS_CLOSED)})
      and ($3::text is null or (month.month, month.pool_code) < ($3, $4))
    order by month.month desc, month.pool_code desc limit $5
"""

_NAMED: Final = """
    exists (select from jsonb_each_text(loan.parties) as named (role, code)
            where named.code = $1 and named.role = any($2))
"""

# Whether it is named by the loan, or bears a part of a claim: asked with the party's own eyes.
_LOANS: Final = f"""
    select loan_id from (
        select loan.loan_id from coverages as loan where {_NAMED} and loan.state in ({_HELD})
        union
        select claim.loan_id from claims as claim
        join claim_shares as share on share.claim_id = claim.id
        where share.party_code = $1 and share.party = any($2)
    ) as own
    where $3::uuid is null or loan_id < $3
    order by loan_id desc limit $4
"""

_COVERAGES: Final = """
    select loan_id, number, pool_code, bank_code, borrower_name, state, approved_on, disbursed_on,
           matures_on, released_on, parties
    from coverages where loan_id = any($1) order by loan_id desc
"""

_CLAIMS: Final = f"""
    select claim.loan_id, claim.id, claim.number, claim.state, claim.claimed_on, claim.approved_on,
           claim.paid_on, borne.roles, borne.amount_fen as share_fen,
           coalesce(back.amount_fen, 0)::bigint as recovered_fen
    from claims as claim
    cross join lateral (
        select sum(amount_fen)::bigint as amount_fen, array_agg(party order by party) as roles
        from claim_shares as share
        where share.claim_id = claim.id and share.split = claim.split
          and share.party_code = $1 and share.party = any($2)
    ) as borne
    cross join lateral (
        select sum(amount_fen) as amount_fen from recovery_shares as share
        where share.claim_id = claim.id and share.party_code = $1 and share.party = any($2)
    ) as back
    where claim.loan_id = any($3) and claim.state not in ({literals(ONLY_THE_BANKS_OWN)})
    order by claim.id desc
"""


def _roles() -> list[str]:
    return sorted(audience_of())


async def standing(conn: asyncpg.Connection, code: str) -> list[asyncpg.Record]:
    """The pools in which somebody stands as a party that is told: (pool_code, pool_name, role, name).
    None for whom no pool knows so."""
    rows: list[asyncpg.Record] = await conn.fetch(_STANDS, code, _roles())
    return rows


async def statements(
    conn: asyncpg.Connection, code: str, *, before: tuple[str, str] | None, limit: int
) -> list[asyncpg.Record]:
    """What posted months have left a party, the latest first; `before` is (month, pool)."""
    month, pool = before or (None, None)
    rows: list[asyncpg.Record] = await conn.fetch(_STATEMENTS, code, _roles(), month, pool, limit)
    return rows


async def loans(
    conn: asyncpg.Connection, code: str, *, before: UUID | None, limit: int
) -> list[UUID]:
    """The loans that a party has a part in, the newest first."""
    rows = await conn.fetch(_LOANS, code, _roles(), before, limit)
    return [row["loan_id"] for row in rows]


async def coverages(
    conn: asyncpg.Connection, code: str, loan_ids: Sequence[UUID]
) -> list[dict[str, Any]]:
    """These loans with the party's roles in them and their claims, each with its own share (None before
    the approval) and what it has got back.

    The caller has asked with the party's eyes which loans it may know of; the transaction sees all.
    """
    claims: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in await conn.fetch(_CLAIMS, code, _roles(), list(loan_ids)):
        claims.setdefault(row["loan_id"], []).append(row)
    found = []
    for loan in await conn.fetch(_COVERAGES, list(loan_ids)):
        of_loan = claims.get(loan["loan_id"], [])
        roles = {role for role, named in loan["parties"].items() if named == code}
        roles |= {role for claim in of_loan for role in claim["roles"] or ()}
        found.append({**loan, "roles": sorted(roles & set(_roles())), "claims": of_loan})
    return found

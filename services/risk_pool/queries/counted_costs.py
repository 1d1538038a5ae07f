"""Which receipts of costs have counted already: a cost counts once, in a claim or in a recovery."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import LEAVES_THE_LOAN_FREE
from services.risk_pool.domain.recovery import COUNTS
from shared.postgres.literals import literals


async def references(
    conn: asyncpg.Connection, loan_id: UUID, *, but: UUID | None = None
) -> frozenset[str]:
    """The references of all costs that claims of a loan and their recoveries list, but for one
    claim's (H.10)."""
    found = await of_loans(conn, [loan_id])
    return frozenset(reference for reference, claim_id in found.get(loan_id, ()) if claim_id != but)


async def of_loans(
    conn: asyncpg.Connection, loan_ids: Iterable[UUID]
) -> Mapping[UUID, list[tuple[str, UUID]]]:
    """Loan → the references that its claims and recoveries list, each with the claim; refused ones
    are free."""
    rows = await conn.fetch(
        f"""select loan_id, id, cost ->> 'reference' as reference
            from claims, jsonb_array_elements(cost_items) as cost
            where loan_id = any($1::uuid[]) and state not in ({literals(LEAVES_THE_LOAN_FREE)})
            union all
            select loan_id, claim_id, cost ->> 'reference'
            from recoveries, jsonb_array_elements(cost_items) as cost
            where loan_id = any($1::uuid[]) and state in ({literals(COUNTS)})""",
        list(loan_ids),
    )
    found: dict[UUID, list[tuple[str, UUID]]] = {}
    for row in rows:
        found.setdefault(row["loan_id"], []).append((row["reference"], row["id"]))
    return found


async def of_other_money(
    conn: asyncpg.Connection, loan_id: UUID, *, but: UUID | None = None
) -> frozenset[str]:
    """The references that claims of a loan and its recoveries list, but for one recovery's."""
    rows = await conn.fetch(
        f"""select cost ->> 'reference' as reference
            from claims, jsonb_array_elements(cost_items) as cost
            where loan_id = $1 and state not in ({literals(LEAVES_THE_LOAN_FREE)})
            union
            select cost ->> 'reference' from recoveries, jsonb_array_elements(cost_items) as cost
            where loan_id = $1 and id <> $2 and state in ({literals(COUNTS)})""",
        loan_id,
        but or UUID(int=0),
    )
    return frozenset(row["reference"] for row in rows)

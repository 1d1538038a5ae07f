"""Claims as they are answered, and what a decision about one reads of what is known."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import LEAVES_THE_LOAN_FREE, ONLY_THE_BANKS_OWN
from services.risk_pool.domain.claim_facts import share_of
from services.risk_pool.domain.claim_filed import BANK_DATES, Position
from services.risk_pool.domain.compensation import PartyPayment
from services.risk_pool.domain.shares import PartyShare
from shared.life_cycle import Row
from shared.months import Month
from shared.postgres.literals import literals
from shared.schemes.decide.claims import Borne, CapOutcome


async def find(conn: asyncpg.Connection, claim_id: UUID) -> asyncpg.Record | None:
    """A claim; None where the caller may know of none."""
    return await conn.fetchrow("select * from claims where id = $1", claim_id)


async def shares(conn: asyncpg.Connection, claim_id: UUID) -> list[PartyShare]:
    """What each party bears, in the order of the scheme; none before the approval."""
    rows = await conn.fetch(
        """select share.party, share.party_code, share.amount_fen
           from claim_shares as share join claims on claims.id = share.claim_id
           where claim_id = $1 and share.split = claims.split order by place""",
        claim_id,
    )
    return [PartyShare(**row) for row in rows]


async def payments(conn: asyncpg.Connection, claim_id: UUID) -> list[PartyPayment]:
    """Who pays whom, step by step."""
    rows = await conn.fetch(
        """select payer, payer_code, payee, payee_code, kind, amount_fen from claim_payments
           where claim_id = $1 order by place""",
        claim_id,
    )
    return [PartyPayment(**row) for row in rows]


async def limits_bound(conn: asyncpg.Connection, claim_id: UUID) -> list[CapOutcome]:
    """The caps that cut, the tightest first."""
    rows = await conn.fetch(
        """select code, parties, limit_fen, used_fen, due_fen, source, zh, en from claim_limits
           where claim_id = $1 order by place""",
        claim_id,
    )
    return [CapOutcome(**{**row, "parties": tuple(row["parties"])}) for row in rows]


async def borne(conn: asyncpg.Connection, claim: Row) -> Borne:
    """What each party bore of an approved claim, as its recoveries need it."""
    rows = await conn.fetch(
        """select party, borne_fen, part from claim_shares
           where claim_id = $1 and split = $2 order by place""",
        claim["id"],
        claim["split"],
    )
    return Borne(
        version=claim["decided_version"],
        residual=claim["residual"],
        bearer=claim["bearer"],
        borne={row["party"]: row["borne_fen"] for row in rows},
        parts={row["party"]: row["part"] for row in rows},
        interest_outside_fen=claim["interest_outside_fen"],
        ip_share=share_of(claim),
        order=claim["recovery_order"],
        recovered_by=claim["recovered_by"],
        rounding=claim["rounding"],
    )


async def positions_of(conn: asyncpg.Connection, loan_id: UUID) -> list[Position]:
    """What a bank has reported about a loan, from the earliest month to the last."""
    rows = await conn.fetch(
        """select month, outstanding_principal_fen, overdue_days, risk_class
           from positions where loan_id = $1 order by month""",
        loan_id,
    )
    return [Position(**row, month_end=Month.parse(row["month"]).last) for row in rows]


async def live_claim_number(
    conn: asyncpg.Connection, loan_id: UUID, *, but: UUID | None = None
) -> str:
    """The number of the loan's claim that takes it up; "" if there is none.

    `but`: the claim that is being looked at.
    """
    number = await conn.fetchval(
        f"""select number from claims
            where loan_id = $1 and id <> $2 and state not in ({literals(LEAVES_THE_LOAN_FREE)})""",
        loan_id,
        but or UUID(int=0),
    )
    return number or ""


async def stated_before(
    conn: asyncpg.Connection, loan_id: UUID, *, but: UUID | None = None
) -> dict[str, date]:
    """What filed claims for the loan have stated: a trigger's condition → the earliest day.

    `but`: the claim that is being looked at.
    """
    rows = await conn.fetch(
        "select facts from claims where loan_id = $1 and filed_at is not null and id <> $2",
        loan_id,
        but or UUID(int=0),
    )
    return {
        condition: min(days)
        for condition, field in BANK_DATES.items()
        if (days := [date.fromisoformat(r["facts"][field]) for r in rows if r["facts"].get(field)])
    }


async def draft_id(conn: asyncpg.Connection, loan_id: UUID) -> UUID | None:
    """The draft that the bank has begun for the loan; None if there is none."""
    found: UUID | None = await conn.fetchval(
        f"""select id from claims
            where loan_id = $1 and state in ({literals(ONLY_THE_BANKS_OWN)})""",
        loan_id,
    )
    return found


async def pool_of_loan(conn: asyncpg.Connection, loan_id: UUID) -> str | None:
    """The pool that covers a loan; None where the caller may know of none."""
    code: str | None = await conn.fetchval(
        "select pool_code from coverages where loan_id = $1", loan_id
    )
    return code


async def loan(conn: asyncpg.Connection, loan_id: UUID) -> asyncpg.Record:
    """What the pool knows of a loan that it covers."""
    row = await conn.fetchrow("select * from coverages where loan_id = $1", loan_id)
    assert row is not None
    return row


async def bank_of_loan(conn: asyncpg.Connection, loan_id: UUID) -> str | None:
    """Whose loan it is; None where the pool knows of no such loan, or the caller may not."""
    bank: str | None = await conn.fetchval(
        "select bank_code from coverages where loan_id = $1", loan_id
    )
    return bank


async def party_codes(conn: asyncpg.Connection, claim: Row) -> dict[str, str]:
    """Role → code of the party that plays it for this loan: the loan's own parties, else the
    pool's only party of that role."""
    codes = {
        row["role"]: row["code"]
        for row in await conn.fetch(
            """select role, min(code) as code from parties where pool_code = $1
               group by role having count(*) = 1""",
            claim["pool_code"],
        )
    }
    named: dict[str, str] = await conn.fetchval(
        "select parties from coverages where loan_id = $1", claim["loan_id"]
    )
    return codes | named | {"pool": claim["pool_code"], "bank": claim["bank_code"]}


async def explanation(conn: asyncpg.Connection, explanation_id: UUID) -> asyncpg.Record | None:
    """Why a decision came out as it did, and who took it."""
    return await conn.fetchrow(
        "select explanation, people from explanations where id = $1", explanation_id
    )


async def trial_shown(
    conn: asyncpg.Connection, claim_id: UUID, trial_id: str
) -> dict[str, Any] | None:
    """A trial split as it was shown to somebody who may decide; None where it never was."""
    figures: dict[str, Any] | None = await conn.fetchval(
        "select figures from claim_trials where claim_id = $1 and id = $2", claim_id, trial_id
    )
    return figures

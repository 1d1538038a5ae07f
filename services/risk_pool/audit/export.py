"""The ledger as lines of JSON, complete enough to be verified without us.

    {"type": "ledger", "format": "zhidai-ledger-1", "pool": "dongli", …}
    {"type": "transfer", "seq": 1, "reference": …, "amount": "100.00", …, "hash": "…"}
    …
    {"type": "explanation", "id": …, "kind": …, "explanation": {…}, "people": {…}, …}
    …
    {"type": "closed-month", "month": "2026-03", "accounts": {account: {…}}}
    {"type": "cash-entry", "number": …, "reference": …, "amount": …, "entered_by": …, …}
    …
    {"type": "end", "transfers": 1, "last_hash": "…", "balances": {…}, "cash_entries": 1}

How a hash is made is written at the head of services/risk_pool/domain/chain.py.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from services.risk_pool.audit.verify import closed_months, released_cash
from services.risk_pool.domain.audit_checks import Totals
from services.risk_pool.domain.chain import FORMAT, moment
from shared.money import format_fen

PREFETCH = 5_000


async def exported(
    conn: asyncpg.Connection, pool_code: str, *, now: datetime
) -> AsyncIterator[bytes]:
    """The lines of a pool's ledger as it stands; what is booked meanwhile is left out."""
    # Head and balances in one statement, so that they belong to the same moment.
    head = await conn.fetchrow(
        """select code, name, programme, opened_on, closed_until, last_seq, last_hash,
                  (select coalesce(jsonb_object_agg(account, jsonb_build_array(
                              debited_fen::text, credited_fen::text)), '{}')
                   from account_balances where pool_code = code) as balances
           from pools where code = $1""",
        pool_code,
    )
    yield _line(
        "ledger",
        format=FORMAT,
        pool=head["code"],
        name=head["name"],
        programme=head["programme"],
        opened_on=head["opened_on"],
        closed_until=head["closed_until"],
        transfers=head["last_seq"],
        exported_at=moment(now),
    )
    async for line in _transfers(conn, pool_code, head["last_seq"]):
        yield line
    async for line in _explanations(conn, pool_code):
        yield line
    for month, totals in sorted((await closed_months(conn, pool_code)).items()):
        yield _line("closed-month", month=month, accounts=_shown(totals))
    entries = await released_cash(conn, pool_code, last_seq=head["last_seq"])
    for entry in entries:
        yield _line(
            "cash-entry",
            number=entry.number,
            reference=entry.reference,
            amount=format_fen(entry.amount_fen),
            entered_by=entry.entered_by,
            released_by=entry.released_by,
        )
    yield _line(
        "end",
        cash_entries=len(entries),
        transfers=head["last_seq"],
        last_hash=head["last_hash"].hex(),
        balances=_shown(
            {
                account: (int(debited), int(credited))
                for account, (debited, credited) in head["balances"].items()
            }
        ),
    )


async def _transfers(
    conn: asyncpg.Connection, pool_code: str, last_seq: int
) -> AsyncIterator[bytes]:
    rows = conn.cursor(
        "select * from transfers where pool_code = $1 and seq <= $2 order by seq",
        pool_code,
        last_seq,
        prefetch=PREFETCH,
    )
    async for row in rows:
        yield _line(
            "transfer",
            seq=row["seq"],
            reference=row["reference"],
            debit=row["debit"],
            credit=row["credit"],
            amount=format_fen(row["amount_fen"]),
            business_date=row["business_date"],
            kind=row["kind"],
            explanation_id=row["explanation_id"],
            loan_id=row["loan_id"],
            booked_at=moment(row["booked_at"]),
            hash=row["hash"].hex(),
        )


async def _explanations(conn: asyncpg.Connection, pool_code: str) -> AsyncIterator[bytes]:
    explained = conn.cursor(
        "select * from explanations where pool_code = $1 order by stored_at, id",
        pool_code,
        prefetch=PREFETCH,
    )
    async for row in explained:
        yield _line(
            "explanation",
            id=row["id"],
            bank_code=row["bank_code"],
            kind=row["kind"],
            explanation=row["explanation"],
            people=row["people"],
            stored_at=moment(row["stored_at"]),
        )


def _shown(totals: Totals) -> dict[str, dict[str, str]]:
    return {
        account: {"debited": format_fen(debited), "credited": format_fen(credited)}
        for account, (debited, credited) in sorted(totals.items())
    }


def _line(type_: str, /, **members: Any) -> bytes:
    # asyncpg's UUIDs are of a class of their own, which orjson does not know.
    return orjson.dumps({"type": type_, **members}, str, orjson.OPT_APPEND_NEWLINE)

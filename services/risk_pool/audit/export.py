"""The ledger as lines of JSON, complete enough to be verified without us.

    {"type": "ledger", "format": "zhidai-ledger-1", "pool": "dongli", "chart": {"cash": "debit", …}, …}
    {"type": "transfer", "seq": 1, "reference": …, "amount": "100.00", …, "hash": "…"}
    …
    {"type": "explanation", "id": …, "kind": …, "explanation": {…}, "people": {…}, …}
    …
    {"type": "closed-month", "month": "2026-03", "accounts": {account: {…}}}
    {"type": "cash-entry", "number": …, "reference": …, "amount": …, "entered_by": …, …}
    …
    {"type": "party" | "loan" | "claim" | "recovery" | "month" | "day", …}     (see `records.py`)
    …
    {"type": "end", "transfers": 1, "last_hash": "…", "balances": {account: {…}},
     "counts": {"claim": 1, …}, "sha256": "…"}     (of every byte before this line)

How a hash is made is written at the head of services/risk_pool/domain/chain.py.
"""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from services.risk_pool.audit.records import Members, records
from services.risk_pool.audit.verify import closed_months, released_cash
from services.risk_pool.domain.audit_checks import Totals
from services.risk_pool.domain.chain import FORMAT, moment
from services.risk_pool.domain.ledger import CREDIT_KINDS, DEBIT_KINDS
from shared.money import format_fen
from shared.others_turn import giving_way

PREFETCH = 5_000


CHART = dict.fromkeys(sorted(DEBIT_KINDS), "debit") | dict.fromkeys(sorted(CREDIT_KINDS), "credit")
"""Kind of account → which way it counts, so that a reader needs no list of its own."""


async def exported(
    conn: asyncpg.Connection, pool_code: str, *, now: datetime
) -> AsyncIterator[bytes]:
    """The lines of a pool's ledger as it stands; what is booked meanwhile is left out."""
    digest = hashlib.sha256()
    head = await _head(conn, pool_code)
    counts = {"cash-entry": 0, "day": 0, "claim": 0, "recovery": 0, "month": 0}
    async for members in giving_way(_members(conn, head, now=now)):
        line = _line(**members)
        digest.update(line)
        if members["type_"] in counts:
            counts[members["type_"]] += 1
        yield line
    yield _line(
        "end",
        transfers=head["last_seq"],
        last_hash=head["last_hash"].hex(),
        balances=_shown(
            {
                account: (int(debited), int(credited))
                for account, (debited, credited) in head["balances"].items()
            }
        ),
        counts=counts,
        sha256=digest.hexdigest(),
    )


async def _head(conn: asyncpg.Connection, pool_code: str) -> asyncpg.Record:
    # Head and balances in one statement, so that they belong to the same moment.
    return await conn.fetchrow(
        """select code, name, programme, opened_on, closed_until, last_seq, last_hash,
                  (select coalesce(jsonb_object_agg(account, jsonb_build_array(
                              debited_fen::text, credited_fen::text)), '{}')
                   from account_balances where pool_code = code) as balances
           from pools where code = $1""",
        pool_code,
    )


async def _members(
    conn: asyncpg.Connection, head: asyncpg.Record, *, now: datetime
) -> AsyncIterator[Members]:
    pool_code, last_seq = head["code"], head["last_seq"]
    yield {
        "type_": "ledger",
        "format": FORMAT,
        "pool": pool_code,
        "name": head["name"],
        "programme": head["programme"],
        "opened_on": head["opened_on"],
        "closed_until": head["closed_until"],
        "transfers": last_seq,
        "exported_at": moment(now),
        "chart": CHART,
    }
    async for members in _transfers(conn, pool_code, last_seq):
        yield members
    async for members in _explanations(conn, pool_code):
        yield members
    for month, totals in sorted((await closed_months(conn, pool_code)).items()):
        yield {"type_": "closed-month", "month": month, "accounts": _shown(totals)}
    for entry in await released_cash(conn, pool_code, last_seq=last_seq):
        yield {
            "type_": "cash-entry",
            "number": entry.number,
            "reference": entry.reference,
            "amount": format_fen(entry.amount_fen),
            "entered_by": entry.entered_by,
            "released_by": entry.released_by,
        }
    async for members in records(conn, pool_code, last_seq):
        yield members


async def _transfers(
    conn: asyncpg.Connection, pool_code: str, last_seq: int
) -> AsyncIterator[Members]:
    rows = conn.cursor(
        "select * from transfers where pool_code = $1 and seq <= $2 order by seq",
        pool_code,
        last_seq,
        prefetch=PREFETCH,
    )
    async for row in rows:
        yield {
            "type_": "transfer",
            "seq": row["seq"],
            "reference": row["reference"],
            "debit": row["debit"],
            "credit": row["credit"],
            "amount": format_fen(row["amount_fen"]),
            "business_date": row["business_date"],
            "kind": row["kind"],
            "explanation_id": row["explanation_id"],
            "loan_id": row["loan_id"],
            "booked_at": moment(row["booked_at"]),
            "hash": row["hash"].hex(),
        }


async def _explanations(conn: asyncpg.Connection, pool_code: str) -> AsyncIterator[Members]:
    explained = conn.cursor(
        "select * from explanations where pool_code = $1 order by stored_at, id",
        pool_code,
        prefetch=PREFETCH,
    )
    async for row in explained:
        yield {
            "type_": "explanation",
            "id": row["id"],
            "bank_code": row["bank_code"],
            "kind": row["kind"],
            "explanation": row["explanation"],
            "people": row["people"],
            "stored_at": moment(row["stored_at"]),
        }


def _shown(totals: Totals) -> dict[str, dict[str, str]]:
    return {
        account: {"debited": format_fen(debited), "credited": format_fen(credited)}
        for account, (debited, credited) in sorted(totals.items())
    }


def _line(type_: str, **members: Any) -> bytes:
    # asyncpg's UUIDs are of a class of their own, which orjson does not know.
    return orjson.dumps({"type": type_, **members}, str, orjson.OPT_APPEND_NEWLINE)

"""What an export holds beside the ledger: who takes part, the cases, the months, every day's sums.

    {"type": "party", "code": "ICBC-TJ", "role": "bank", "name": "…"}
    {"type": "loan", "loan_id": …, "number": "DL-2026-000123", "bank": "ICBC-TJ"}
    {"type": "claim", "number": …, "explanation_id": …, "base": …, "splits": 1, "shares": […]}
    {"type": "recovery", "number": …, "claim_number": …, "explanation_id": …, "shares": […]}
    {"type": "month", "month": "2026-03", "ledger_seq": …, "movements": […], "statements": […]}
    {"type": "day", "date": "2026-03-31", "accounts": {account: {…}}}

Recoveries come in the order in which they were booked, for each has its turn in what was borne.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.settlement import BOOKS_CLOSED
from shared.money import format_fen

Members = dict[str, Any]
"""The members of a line; `type_` is its type."""

_SHARES = """
    (select coalesce(jsonb_agg(jsonb_build_object(
                'party', s.party, 'party_code', s.party_code, 'amount_fen', s.amount_fen)
             order by s.place), '[]')
     from {table} as s where s.{case} = c.id {only})
"""


async def records(
    conn: asyncpg.Connection, pool_code: str, last_seq: int
) -> AsyncIterator[Members]:
    """The lines beside the ledger, as far as the ledger up to `last_seq` knows them."""
    for row in await conn.fetch(
        "select code, role, name from parties where pool_code = $1 order by code, role", pool_code
    ):
        yield {"type_": "party", **row}
    for row in await conn.fetch(
        """select c.loan_id, c.number, c.bank_code as bank from coverages c
           where c.pool_code = $1 and exists (select from transfers t where t.pool_code = $1
                                              and t.loan_id = c.loan_id and t.seq <= $2)
           order by c.number""",
        pool_code,
        last_seq,
    ):
        yield {"type_": "loan", **row}
    async for members in _claims(conn, pool_code, last_seq):
        yield members
    async for members in _recoveries(conn, pool_code, last_seq):
        yield members
    async for members in _months(conn, pool_code, last_seq):
        yield members
    async for members in _days(conn, pool_code, last_seq):
        yield members


_BOOKED = """exists (select from transfers t where t.pool_code = $1
                     and t.explanation_id = c.explanation_id and t.seq <= $2)"""


async def _claims(
    conn: asyncpg.Connection, pool_code: str, last_seq: int
) -> AsyncIterator[Members]:
    """Decided claims with their first split, which is the one that was explained and booked."""
    shares = _SHARES.format(table="claim_shares", case="claim_id", only="and s.split = 0")
    for row in await conn.fetch(
        f"""select c.number, c.bank_code, c.loan_number, c.state, c.approved_on, c.base_fen,
                   c.explanation_id, c.split + 1 as splits, {shares} as shares
            from claims as c where c.pool_code = $1 and {_BOOKED} order by c.number""",
        pool_code,
        last_seq,
    ):
        yield {"type_": "claim", **_in_yuan(row)}


async def _recoveries(
    conn: asyncpg.Connection, pool_code: str, last_seq: int
) -> AsyncIterator[Members]:
    shares = _SHARES.format(table="recovery_shares", case="recovery_id", only="")
    for row in await conn.fetch(
        f"""select c.number, c.claim_number, c.bank_code, c.received_on, c.booked_on,
                   c.explanation_id, {shares} as shares
            from recoveries as c join explanations as e on e.id = c.explanation_id
            where c.pool_code = $1 and {_BOOKED} order by e.stored_at, c.number""",
        pool_code,
        last_seq,
    ):
        yield {"type_": "recovery", **_in_yuan(row)}


async def _months(
    conn: asyncpg.Connection, pool_code: str, last_seq: int
) -> AsyncIterator[Members]:
    """Posted months with what moved in them and what they left to whom."""
    for month in await conn.fetch(
        """select id, month, ledger_seq, posted_on from settlements
           where pool_code = $1 and state = any($2) and ledger_seq <= $3 order by month""",
        pool_code,
        list(BOOKS_CLOSED),
        last_seq,
    ):
        movements = await conn.fetch(
            """select account, kind, debited_fen, credited_fen, transfers
               from settlement_movements where settlement_id = $1 order by account, kind""",
            month["id"],
        )
        statements = await conn.fetch(
            """select party_code as party, party_role as role, party_name as name, payable_fen,
                      receivable_fen, awaiting_payment_fen, net_fen
               from settlement_statements where settlement_id = $1 order by party_code""",
            month["id"],
        )
        yield {
            "type_": "month",
            "month": month["month"],
            "ledger_seq": month["ledger_seq"],
            "posted_on": month["posted_on"],
            "movements": [_in_yuan(one) for one in movements],
            "statements": [_in_yuan(one) for one in statements],
        }


async def _days(conn: asyncpg.Connection, pool_code: str, last_seq: int) -> AsyncIterator[Members]:
    """What the database itself adds up per business day, beside what a reader adds up."""
    for row in await conn.fetch(
        """select business_date, jsonb_object_agg(account, jsonb_build_object(
                      'debited_fen', debited, 'credited_fen', credited)) as accounts
           from (select business_date, account, sum(debited)::bigint as debited,
                        sum(credited)::bigint as credited
                 from transfers
                 cross join lateral (values (debit, amount_fen, 0), (credit, 0, amount_fen))
                      as side (account, debited, credited)
                 where pool_code = $1 and seq <= $2 group by business_date, account) as sums
           group by business_date order by business_date""",
        pool_code,
        last_seq,
    ):
        accounts = {name: _in_yuan(two) for name, two in sorted(row["accounts"].items())}
        yield {"type_": "day", "date": row["business_date"], "accounts": accounts}


def _in_yuan(row: Mapping[str, Any]) -> Members:
    """Amounts as text in yuan, their names without the unit; lists of rows likewise."""
    shown: Members = {}
    for name, value in row.items():
        if name.endswith("_fen"):
            shown[name.removesuffix("_fen")] = format_fen(value)
        elif isinstance(value, list):
            shown[name] = [_in_yuan(one) for one in value]
        else:
            shown[name] = value
    return shown

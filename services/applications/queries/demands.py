"""Financing demands as they are read, each with the offers and answers that the reader may know of;
and the funnel from demands to loans."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg

from shared.refusals import NotFound

By = Literal["month", "park", "bank"]

# Row-level security holds a bank to its offers as well; no query leans on that alone.
_SEEN: Final = """
    select d.*, a.number as case_number, a.state as case_state,
           coalesce(l.amount_fen, 0)::bigint as lent_fen
    from financing_demands as d
    left join applications as a on a.id = d.application_id
    left join loans as l on l.application_id = d.application_id
    where ($1 = '*' or exists (select from demand_offers as o
                               where o.demand_id = d.id and o.bank_code = $1))
"""


async def one(conn: asyncpg.Connection, institution: str, demand_id: UUID) -> asyncpg.Record:
    """One of them. Raises NotFound."""
    row = await conn.fetchrow(f"{_SEEN} and d.id = $2", institution, demand_id)
    if row is None:
        raise NotFound("没有这项融资需求", "There is no such demand.")
    return row


async def offers(
    conn: asyncpg.Connection, institution: str, demand_ids: Sequence[UUID]
) -> dict[UUID, list[dict[str, Any]]]:
    """Demand → its offers, each with the bank's last answer under `answer`; of a bank only its own."""
    rows = await conn.fetch(
        """select o.*, b.name as bank_name from demand_offers as o
           join banks as b on b.code = o.bank_code
           where o.demand_id = any($1::uuid[]) and ($2 = '*' or o.bank_code = $2)
           order by o.bank_code""",
        list(demand_ids),
        institution,
    )
    answers = await conn.fetch(
        """select distinct on (demand_id, bank_code) * from demand_answers
           where demand_id = any($1::uuid[]) and ($2 = '*' or bank_code = $2)
           order by demand_id, bank_code, id desc""",
        list(demand_ids),
        institution,
    )
    last = {(row["demand_id"], row["bank_code"]): dict(row) for row in answers}
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        answer = last.get((row["demand_id"], row["bank_code"]))
        found.setdefault(row["demand_id"], []).append({**dict(row), "answer": answer})
    return found


_KEYS: Final[dict[By, str]] = {
    "month": "to_char(posted_on, 'YYYY-MM')",
    "park": "park_code",
    "bank": "coalesce(bank, '')",
}


async def funnel(
    conn: asyncpg.Connection,
    *,
    by: By,
    first: date,
    last: date,
    park: str | None,
    bank: str | None,
) -> list[asyncpg.Record]:
    """How far the demands posted on these days have got, by month, park or bank. Of a bank only what
    it was offered, has answered and has lent itself."""
    own = "matched_bank = bank" if by == "bank" or bank else "true"
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""with pairs as (
                select d.*, o.bank_code as bank, coalesce(l.amount_fen, 0) as lent_fen,
                       (select takes_up from demand_answers as a
                        where (a.demand_id, a.bank_code) = (o.demand_id, o.bank_code)
                        order by a.id desc limit 1) as takes_up
                from financing_demands as d
                left join demand_offers as o on o.demand_id = d.id
                left join loans as l on l.application_id = d.application_id
                where d.posted_on between $1 and $2 and ($3::text is null or d.park_code = $3)
                  and ($4::text is null or o.bank_code = $4)
            ), each as (
                select id, {_KEYS[by]} as value, max(amount_fen) as amount_fen,
                       bool_or(bank is not null) as was_offered,
                       bool_or(takes_up is not null) as was_answered,
                       bool_or(coalesce(takes_up, false)) as was_taken_up,
                       bool_or(matched_bank is not null and {own}) as was_matched,
                       bool_or(application_id is not null and {own}) as became_case,
                       max(case when {own} then lent_fen else 0 end) as lent_fen
                from pairs group by id, 2
            )
            select value, count(*) as demands, sum(amount_fen)::bigint as amount_fen,
                   count(*) filter (where was_offered) as offered,
                   count(*) filter (where was_answered) as answered,
                   count(*) filter (where was_taken_up) as taken_up,
                   count(*) filter (where was_matched) as matches,
                   count(*) filter (where became_case) as cases,
                   count(*) filter (where lent_fen > 0) as loans,
                   sum(lent_fen)::bigint as lent_fen
            from each group by value order by value""",
        first,
        last,
        park,
        bank,
    )
    return rows

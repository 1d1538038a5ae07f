"""What is owed between the pool and its parties, with what cash has settled of it.

Whoever asks sees everything (cash entries are the bureau's own) and says whose items are wanted.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import asyncpg

from services.risk_pool.domain.cash_entry import BOOKED, WAITING
from services.risk_pool.domain.claim import AWAITS_PAYMENT
from services.risk_pool.domain.compensation import POOL
from services.risk_pool.domain.dispute import OPEN
from services.risk_pool.domain.open_items import (
    CLAIM,
    COMES_IN,
    SETTLEMENT,
    DueAgain,
    OpenItem,
    settlement_item,
)
from services.risk_pool.domain.settlement import SETTLED
from shared.months import Month
from shared.postgres.grids import Grid, Sortable
from shared.postgres.literals import literals

_MAY_BE_OPEN = f"""not exists (
    select from settlements as month
    where month.pool_code = open_items.pool_code and month.state in ({literals(SETTLED)})
      and open_items.reference like '{SETTLEMENT}%'
      and month.month = split_part(open_items.reference, ':', 3))"""
"""What months left that money has settled is not looked through: it grows with the years."""


def _from(these: str) -> str:
    return f"""
    from (
        select pool_code, reference, direction, party_code, amount_fen, since, due_on,
               null::uuid as claim_id, null::uuid as loan_id, overdue_told_at
        from open_items where {these}
        union all
        -- What was planned by a version that has been replaced meanwhile is expected no longer.
        select pool_code, reference, direction, party_code, amount_fen, since, due_on,
               null, null, overdue_told_at
        from planned_money where since is not null and dropped_by = ''
        union all
        select claim.pool_code, '{CLAIM}' || claim.number,
               case when claim.escrow then 'set_aside' else 'payable' end,
               case when claim.escrow then claim.bank_code else step.payee_code end,
               claim.pool_pays_fen, claim.approved_on, claim.due_on, claim.id, claim.loan_id, null
        from claims as claim join claim_payments as step on step.claim_id = claim.id
        where claim.state in ({literals(AWAITS_PAYMENT)}) and step.payer = '{POOL}'
    ) as item
    cross join lateral (
        select coalesce(sum(sign * amount_fen)
                            filter (where state in ({literals(BOOKED)})), 0)::bigint as settled_fen,
               coalesce(sum(amount_fen)
                            filter (where state in ({literals(WAITING)}) and sign > 0), 0)::bigint
                   as entered_fen
        from cash_entries as entry
        where entry.pool_code = item.pool_code and entry.item = item.reference
          and entry.item <> ''
    ) as cash
    cross join lateral (
        select coalesce(sum(difference_fen)
                            filter (where lowers_item and state in ({literals(OPEN)})), 0)::bigint
                   as contested_fen,
               coalesce(sum(taken_off_fen), 0)::bigint as taken_off_fen,
               coalesce(array_agg(due_again_fen order by due_again_on, dispute.id)
                            filter (where due_again_fen > 0), '{{}}') as again_fen,
               coalesce(array_agg(due_again_on order by due_again_on, dispute.id)
                            filter (where due_again_fen > 0), '{{}}') as again_on
        from disputes as dispute
        where dispute.pool_code = item.pool_code and dispute.item = item.reference
          and dispute.item <> ''
    ) as disputed
"""


_FROM = _from("true")
_FIGURES = """item.*, cash.settled_fen, cash.entered_fen, disputed.contested_fen,
    disputed.taken_off_fen, disputed.again_fen, disputed.again_on"""
_ITEMS = f"select {_FIGURES} {_FROM}"
_LEFT = "item.amount_fen > cash.settled_fen + disputed.taken_off_fen"
_UNTOLD = f"""
    {_FROM}
    left join parties as party
         on party.pool_code = item.pool_code and party.code = item.party_code
    where item.direction in ({literals(COMES_IN)}) and item.due_on < $1 and {_LEFT}
      and (item.overdue_told_at is null
           -- What was disputed has a day of its own, which has passed since.
           or exists (select from unnest(disputed.again_on) as day
                      where day < $1
                        and day >= (item.overdue_told_at at time zone 'Asia/Shanghai')::date))
"""


_COMING_IN = f"""
    select {_FIGURES}, party.role
    {_FROM}
    left join parties as party
         on party.pool_code = item.pool_code and party.code = item.party_code
    where item.direction in ({literals(COMES_IN)}) and item.due_on is not null
      and (greatest(item.since, item.due_on) >= $2 or item.reference in (
          select number from waits where case_kind = any ($1) and ended_at is null))
      and ($3::text[] is null or item.pool_code = any ($3))
      and {_LEFT}
    order by item.pool_code, item.due_on, item.reference
"""

_FAR: Final = date(2999, 12, 31)
"""For what has no day: it comes last."""
GRID: Final = Grid(
    rows=f"""(
        select one.*, open_fen - least(contested_fen, open_fen) as due_fen from (
            select {_FIGURES},
                   item.amount_fen - cash.settled_fen - disputed.taken_off_fen as open_fen
            {_from(_MAY_BE_OPEN)} where {_LEFT}
        ) as one
    ) as open_item""",
    key=(
        Sortable(f"coalesce(due_on, date '{_FAR}')", date),
        Sortable("pool_code", str),
        Sortable("reference", str),
    ),
    descends=False,
    sorts={
        "due_on": Sortable(f"coalesce(due_on, date '{_FAR}')", date),
        "owed_since": Sortable("since", date),
        "amount": Sortable("amount_fen", int),
        "due": Sortable("due_fen", int),
    },
    sums={"amount": "amount_fen", "open": "open_fen", "due": "due_fen"},
)
"""What is not settled in full, of every pool, the earliest due first."""

_STILL_TO_COME = """(select coalesce(sum(fen), 0) from unnest(again_fen, again_on) as again (fen, day)
    where day >= {})"""


def overdue_asked(overdue: bool | None, today: date) -> dict[str, Any]:
    """The condition of `GRID` for what should have been paid by now, or need not; see `OpenItem`."""
    is_overdue = f"(due_on is not null and due_on < {{}} and due_fen > {_STILL_TO_COME})"
    said = is_overdue if overdue else f"not {is_overdue}"
    return {said: None if overdue is None else (today, today)}


def as_item(row: asyncpg.Record) -> OpenItem:
    """A row of these queries as an item."""
    return OpenItem(
        reference=row["reference"],
        direction=row["direction"],
        party_code=row["party_code"],
        amount_fen=row["amount_fen"],
        since=row["since"],
        due_on=row["due_on"],
        settled_fen=row["settled_fen"],
        entered_fen=row["entered_fen"],
        claim_id=row["claim_id"],
        loan_id=row["loan_id"],
        taken_off_fen=row["taken_off_fen"],
        contested_fen=row["contested_fen"],
        due_again=tuple(
            DueAgain(amount_fen=fen, due_on=day)
            for fen, day in zip(row["again_fen"], row["again_on"], strict=True)
        ),
    )


async def find(conn: asyncpg.Connection, pool_code: str, reference: str) -> OpenItem | None:
    """An item by its reference, settled or not; None where there is none."""
    row = await conn.fetchrow(
        f"{_ITEMS} where item.pool_code = $1 and item.reference = $2", pool_code, reference
    )
    return None if row is None else as_item(row)


async def of_month(conn: asyncpg.Connection, pool_code: str, month: Month) -> list[OpenItem]:
    """What a posted month left, settled or not."""
    rows = await conn.fetch(
        f"""{_ITEMS} where item.pool_code = $1 and item.reference = any(array(
                select $2 || told.party_code from settlement_statements as told
                join settlements as s on s.id = told.settlement_id
                where s.pool_code = $1 and s.month = $3))
            order by item.reference""",
        pool_code,
        settlement_item(pool_code, month, ""),
        str(month),
    )
    return [as_item(row) for row in rows]


async def pools_with_untold(conn: asyncpg.Connection, today: date) -> list[str]:
    """The pools to which something may be overdue that nobody has been told of yet."""
    rows = await conn.fetch(f"select distinct item.pool_code {_UNTOLD} order by 1", today)
    return [row["pool_code"] for row in rows]


async def untold(
    conn: asyncpg.Connection, pool_code: str, today: date
) -> list[tuple[OpenItem, str, str]]:
    """The overdue receivables of a pool that nobody has been told of, each with the party's role
    and name."""
    rows = await conn.fetch(
        f"""select {_FIGURES}, party.role, party.name
            {_UNTOLD} and item.pool_code = $2 order by item.due_on, item.reference""",
        today,
        pool_code,
    )
    found = [(as_item(row), row["role"] or "", row["name"] or row["party_code"]) for row in rows]
    return [one for one in found if one[0].is_overdue(today)]


async def coming_in(
    conn: asyncpg.Connection, kinds: Sequence[str], since: date, pools: Sequence[str] | None
) -> list[tuple[str, OpenItem, str]]:
    """What parties owe the pools and have not paid in full: (pool, item, the party's role). Of what
    is older than `since` only what stands among the waits of these kinds. None: of all pools."""
    rows = await conn.fetch(_COMING_IN, kinds, since, pools)
    return [(row["pool_code"], as_item(row), row["role"] or "") for row in rows]


async def of_pool(
    conn: asyncpg.Connection, pool_code: str, *, party: str | None = None
) -> list[OpenItem]:
    """What is not settled in full, the earliest due first; of one party where one is named."""
    rows = await conn.fetch(
        f"""{_ITEMS}
            where item.pool_code = $1 and ($2::text is null or item.party_code = $2)
              and {_LEFT}
            order by item.due_on nulls last, item.since, item.reference""",
        pool_code,
        party,
    )
    return [as_item(row) for row in rows]

"""What the big lists of the pool can be ordered by, narrowed by, and what they come to.

Each column has an index of its own, or its list is of few; none is null, so that paging is right.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared import canonical
from shared.postgres.grids import Grid, Sortable
from shared.postgres.known_names import containing_part
from shared.postgres.literals import containing

_NO_DAY: Final = "date '1900-01-01'"

COVERAGES: Final = Grid(
    rows="coverages",
    key=(Sortable("loan_id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "amount": Sortable("amount_fen", int),
        "approved_on": Sortable("approved_on", date),
        "matures_on": Sortable(f"coalesce(matures_on, {_NO_DAY})", date),
    },
    sums={
        "amount": "amount_fen",
        "reserved": "reserved_fen",
        "covered": "covered_fen",
        "outstanding": "outstanding_fen",
    },
)
CLAIMS: Final = Grid(
    rows="claims",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("coalesce(number, '')", str),
        "claimed_on": Sortable(f"coalesce(claimed_on, {_NO_DAY})", date),
        "outstanding_principal": Sortable("outstanding_principal_fen", int),
        "pool_pays": Sortable("pool_pays_fen", int),
        "due_on": Sortable(f"coalesce(due_on, {_NO_DAY})", date),
    },
    sums={
        "outstanding_principal": "outstanding_principal_fen",
        "base": "coalesce(base_fen, 0)",
        "pool_pays": "pool_pays_fen",
        "paid": "paid_fen",
        "held": "held_fen",
    },
)
RECOVERIES: Final = Grid(
    rows="recoveries",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "received_on": Sortable("received_on", date),
        "gross": Sortable("gross_fen", int),
    },
    sums={"gross": "gross_fen", "costs": "costs_fen", "net": "net_fen"},
)
WARNINGS: Final = Grid(
    rows="warnings",
    key=(Sortable("id", UUID),),
    sorts={
        "raised_on": Sortable("raised_on", date),
        "level": Sortable("array_position(array['yellow', 'orange', 'red'], level)", int),
        "times": Sortable("times", int),
        "measures_open": Sortable("measures_open", int),
    },
)
SUBSIDIES: Final = Grid(
    rows="subsidies",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "filed_on": Sortable("filed_on", date),
        "principal": Sortable("principal_fen", int),
        "amount": Sortable("amount_fen", int),
    },
    sums={"principal": "principal_fen", "amount": "amount_fen"},
)
DISPOSALS: Final = Grid(
    rows="disposals",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "opened_on": Sortable("opened_on", date),
        "proceeds": Sortable("proceeds_fen", int),
    },
    sums={"proceeds": "proceeds_fen", "costs": "costs_fen"},
)
"""Disposals are few: one loan in a hundred or so has one."""
SETTLEMENTS: Final = Grid(
    rows="""settlements as s cross join lateral (
        select coalesce(sum(payable_fen), 0)::bigint as payable_fen,
               coalesce(sum(receivable_fen), 0)::bigint as receivable_fen
        from settlement_statements as told
        where told.settlement_id = s.id and told.party_code <> s.pool_code
    ) as left_to""",
    key=(Sortable("month", str), Sortable("pool_code", str)),
    sorts={
        "month": Sortable("month", str),
        "due_on": Sortable(f"coalesce(due_on, {_NO_DAY})", date),
    },
    sums={"payable": "payable_fen", "receivable": "receivable_fen"},
)
"""Months are few: one a pool. What a month leaves is summed as far as the reader sees statements."""
DISPUTES: Final = Grid(
    rows="disputes",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "month": Sortable("month", str),
        "difference": Sortable("difference_fen", int),
        "due_on": Sortable(f"coalesce(due_on, {_NO_DAY})", date),
    },
    sums={"difference": "difference_fen", "upheld": "coalesce(upheld_fen, 0)"},
)
"""Disputes are few: a handful of a month's statements."""
PAYMENT_FILES: Final = Grid(
    rows="""payment_files as file join (
        select id as account, account_number as paid_from, bank_name as paid_from_bank,
               holder as payer from pool_accounts
    ) as account on account.account = file.account_id""",
    columns="""id, number, pool_code, execution_on, orders, total_fen,
        encode(sha256, 'hex') as sha256, state, state_since, version, due_on, prepared_by,
        prepared_name, prepared_at, released_by, released_name, released_on, paid_from,
        paid_from_bank, payer""",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "execution_on": Sortable("execution_on", date),
        "total": Sortable("total_fen", int),
    },
    sums={"total": "total_fen"},
)

CASH_ENTRIES: Final = Grid(
    rows="cash_entries",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "amount": Sortable("amount_fen", int),
        "value_date": Sortable("value_date", date),
    },
    sums={"amount": "amount_fen"},
)
"""Entries are few: what crosses a pool's account."""

_MOST_LOANS: Final = 5_000
_MEANT: Final = f"""
select loan_id from (
    select loan_id from coverages where number = $1
    union all select loan_id from coverages where loan_no = $2
    union all select loan_id from coverages where borrower_uscc = $3
    union all select loan_id from coverages where borrower_name_canonical = any($4::text[])
) as meant limit {_MOST_LOANS + 1}
"""


async def found_by(
    conn: asyncpg.Connection, q: str | None, *, rows: str, number: str = ""
) -> dict[str, Any]:
    """Rows of a loan whose number, contract, credit code or firm's name is meant by the words, and
    those whose own number is the words: in any spelling. `rows`: their table; `number`: its column with a
    number of its own, if it has one."""
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    names = await containing_part(conn, words)
    if names is not None:
        loans = await conn.fetch(
            _MEANT, words, (q or "").strip(), canonical.compact(words), names
        )  # fmt: skip
        if len(loans) <= _MOST_LOANS:
            ids = [row["loan_id"] for row in loans]
            if not number:
                return {"loan_id = any({}::uuid[])": ids}
            return {f"({number} = {{}} or loan_id = any({{}}::uuid[]))": (words, ids)}
    # What many are called is met soon on the way through the list.
    called = f"""exists (select from coverages as of_loan where of_loan.loan_id = {rows}.loan_id
        and of_loan.borrower_name_canonical like {{}} offset 0)"""
    return {called: containing(words)}


def narrowed(
    *, own: str | None, pool: str | None, bank: str | None, state: str | None
) -> dict[str, Any]:
    """What every list of the pool is narrowed by. `own`: the bank that asks; None for the bureau."""
    return {
        "{} = bank_code": own,
        "pool_code = {}": pool,
        "bank_code = {}": bank,
        "state = {}": state,
    }


async def names(conn: asyncpg.Connection) -> Mapping[str, str]:
    """What pools and banks are called, by code, as far as the caller may know."""
    rows = await conn.fetch(
        "select code, name from parties where role = 'bank' union select code, name from pools"
    )
    return {row["code"]: row["name"] for row in rows}


async def names_of_all(conn: asyncpg.Connection) -> Mapping[str, str]:
    """The same with every party."""
    rows = await conn.fetch("select code, name from parties union select code, name from pools")
    return {row["code"]: row["name"] for row in rows}

"""What is written of a loan package. Whoever writes holds its pool's lock."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.loan_package import LIFE_CYCLE, ChosenLoan
from shared.life_cycle import Row, Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(package: Row) -> dict[str, Any]:
    """What every event of a package says of it."""
    names = ("pool_code", "bank_code", "name", "loans", "firms", "balance_fen", "frozen_on")
    return {
        "package_id": package["id"],
        "package_number": package["number"],
        **{name: package[name] for name in names},
    }


PACKAGES: Final = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="loan_package",
    table="loan_packages",
    columns={
        "approved_by": "text",
        "approved_by_name": "text",
        "approved_at": "timestamptz",
        "closed_on": "date",
        "close_reason": "text",
    },
    about=about,
    absent=Words("没有该资产包", "There is no such loan package."),
    waits=CasesWait(
        topic="risk_pool",
        firm="k.name",
        amount="k.balance_fen",
        page="'/loan-packages/' || k.id",
    ),
)

_MADE: Final = (
    "id", "number", "pool_code", "bank_code", "name", "chosen_by", "frozen_on", "loans", "firms",
    "balance_fen", "rest_numerator", "rest_denominator", "largest_ten_fen", "left_out", "state",
    "state_since", "made_by", "made_by_name", "made_at",
)  # fmt: skip
_MAKE: Final = f"""
insert into loan_packages ({", ".join(_MADE)})
values ({", ".join(f"${n}" for n, _ in enumerate(_MADE, start=1))})
"""
_ROWS: Final = """
with new as (
    insert into loan_package_rows
        (package_id, row_no, bank_code, loan_id, facts, balance_fen, overdue_days)
    select $1, n, $2, loan_id, facts, balance_fen, overdue_days
    from unnest($3::uuid[], $4::jsonb[], $5::bigint[], $6::int[])
        with ordinality as new (loan_id, facts, balance_fen, overdue_days, n)
    returning loan_id
)
insert into packaged_loans (loan_id, package_id, bank_code) select loan_id, $1, $2 from new
"""


async def insert(
    conn: asyncpg.Connection, package: Mapping[str, Any], loans: Sequence[ChosenLoan]
) -> None:
    """Keep a package with the loans that it freezes, each of which is in it alone from now on."""
    await conn.execute(_MAKE, *(package[name] for name in _MADE))
    facts = [
        {name: str(v) if isinstance(v, date | UUID) else v for name, v in asdict(one).items()}
        for one in loans
    ]
    await conn.execute(
        _ROWS,
        package["id"],
        package["bank_code"],
        [one.loan_id for one in loans],
        facts,
        [one.balance_fen for one in loans],
        [one.overdue_days for one in loans],
    )


async def let_go(conn: asyncpg.Connection, package_id: UUID) -> None:
    """Its loans may be in another package."""
    await conn.execute("delete from packaged_loans where package_id = $1", package_id)

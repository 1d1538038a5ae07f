"""The overdue-and-claim list of a quarter (逾期与代偿清单): loan by loan, claim by claim."""

from collections.abc import Mapping

import asyncpg

from services.risk_pool.domain.claim import LIFE_CYCLE
from services.risk_pool.domain.report_period import Period
from services.risk_pool.domain.report_tables import Cell, Column, Line, Table
from services.risk_pool.domain.report_words import value_words
from services.risk_pool.queries.reports_lists import claims_filed, names_of_parties
from services.risk_pool.queries.reports_measures import in_all, loans_counted
from services.risk_pool.reports.counting import TOTAL, list_of
from shared.life_cycle import Words
from shared.postgres.grids import page

MOST_LINES = 2_000
"""A list that is longer says so; the addresses of its totals lead to all of it, page by page."""

_BANK = Column("bank", Words("银行", "bank"), "text")
_BORROWER = Column("borrower", Words("企业", "firm"), "text")


async def overdue_and_claims(
    conn: asyncpg.Connection, pool_code: str, period: Period
) -> list[Table]:
    """Loans overdue at the end, and the claims filed in the period."""
    names = await names_of_parties(conn, pool_code)
    return [
        await _overdue(conn, pool_code, period, names),
        await _claims(conn, pool_code, period, names),
    ]


async def _overdue(
    conn: asyncpg.Connection, pool_code: str, period: Period, names: Mapping[str, str]
) -> Table:
    behind = loans_counted([pool_code], "overdue", period, by="bank")
    rows = await page(conn, behind, {}, behind.order(None), after=None, limit=MOST_LINES)
    whole = await in_all(conn, pool_code, "overdue", period)
    every = list_of(pool_code, "overdue", period)
    return Table(
        code="overdue",
        words=Words("期末逾期贷款", "Loans overdue at the end"),
        first_column=Words("贷款编号", "loan"),
        columns=[
            _BANK,
            _BORROWER,
            Column("class", Words("五级分类", "risk class"), "text"),
            Column("overdue_days", Words("逾期天数", "days overdue"), "count"),
            Column("covered", Words("在保本金", "covered principal"), "money"),
        ],
        lines=[
            Line(
                row["number"],
                Words(row["number"], row["number"]),
                {
                    "bank": Cell(names.get(row["bank_code"], row["bank_code"])),
                    "borrower": Cell(row["borrower_name"]),
                    "class": Cell(value_words("class", row["risk_class"] or "").zh),
                    "overdue_days": Cell(row["overdue_days"]),
                    "covered": Cell(row["amount_fen"], f"/api/v1/coverages/{row['loan_id']}"),
                },
                f"/api/v1/coverages/{row['loan_id']}",
            )
            for row in rows
        ],
        total=Line(
            "",
            TOTAL,
            {
                "bank": Cell(None),
                "borrower": Cell(None),
                "class": Cell(None),
                "overdue_days": Cell(None),
                "covered": Cell(whole.fen, every),
            },
        ),
    )


async def _claims(
    conn: asyncpg.Connection, pool_code: str, period: Period, names: Mapping[str, str]
) -> Table:
    rows = await claims_filed(conn, pool_code, period, limit=MOST_LINES)
    whole = await in_all(conn, pool_code, "claimed", period)
    amounts = {
        "claimed": "outstanding_principal_fen",
        "pool_pays": "pool_pays_fen",
        "paid": "paid_fen",
        "recovered": "recovered_fen",
    }
    sums = {name: sum(row[column] for row in rows) for name, column in amounts.items()}
    sums["claimed"] = whole.fen
    every = list_of(pool_code, "claimed", period)
    return Table(
        code="claims",
        words=Words("期内提交的补偿申请", "Claims filed in the period"),
        first_column=Words("申请编号", "claim"),
        columns=[
            _BANK,
            _BORROWER,
            Column("claimed_on", Words("申请日", "filed on"), "text"),
            Column("state", Words("状态", "state"), "text"),
            Column("claimed", Words("未还本金", "principal"), "money"),
            Column("pool_pays", Words("资金池承担", "borne by the pool"), "money"),
            Column("paid", Words("已拨付", "paid"), "money"),
            Column("recovered", Words("追偿收回", "recovered"), "money"),
        ],
        lines=[
            Line(
                row["number"],
                Words(row["number"], row["number"]),
                {
                    "bank": Cell(names.get(row["bank_code"], row["bank_code"])),
                    "borrower": Cell(row["borrower_name"]),
                    "claimed_on": Cell(str(row["claimed_on"])),
                    "state": Cell(LIFE_CYCLE.states[row["state"]].zh),
                    **{
                        name: Cell(row[column], f"/api/v1/claims/{row['id']}")
                        for name, column in amounts.items()
                    },
                },
                f"/api/v1/claims/{row['id']}",
            )
            for row in rows
        ],
        total=Line(
            "",
            TOTAL,
            {name: Cell(None) for name in ("bank", "borrower", "claimed_on", "state")}
            | {name: Cell(fen, every) for name, fen in sums.items()},
        ),
    )

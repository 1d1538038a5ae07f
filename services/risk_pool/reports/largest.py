"""The ten largest exposures (前十大敞口): firms by their covered principal at a period's end."""

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.domain.report_tables import Cell, Column, Line, Table
from services.risk_pool.domain.report_words import DIMENSIONS
from services.risk_pool.queries.reports_lists import names_of_borrowers
from services.risk_pool.queries.reports_measures import Counted, counted_with_parts
from services.risk_pool.reports.counting import list_of, share_bp
from shared.life_cycle import Words

HOW_MANY = 10


async def largest(conn: asyncpg.Connection, pool_code: str, period: Period) -> list[Table]:
    """Ten firms, what they are of the whole book, and how much of it is overdue."""
    found = await counted_with_parts(conn, pool_code, "covered", period, "borrower")
    covered, overdue = found["covered"], found["overdue"]
    whole_fen = sum(part.fen for part in covered.values())
    first = sorted(covered.items(), key=lambda one: (-one[1].fen, one[0]))[:HOW_MANY]
    names = await names_of_borrowers(conn, pool_code, [uscc for uscc, _ in first])
    together_fen = sum(part.fen for _, part in first)

    def cells(part: Counted, overdue_fen: int, uscc: str | None) -> dict[str, Cell]:
        href = "" if uscc is None else list_of(pool_code, "covered", period, "borrower", uscc)
        late = "" if uscc is None else list_of(pool_code, "overdue", period, "borrower", uscc)
        return {
            "loans": Cell(part.loans, href),
            "covered": Cell(part.fen, href),
            "overdue": Cell(overdue_fen, late),
            "share": Cell(share_bp(part.fen, whole_fen)),
        }

    def late_fen(uscc: str) -> int:
        return overdue[uscc].fen if uscc in overdue else 0

    loans = sum(part.loans for _, part in first)
    return [
        Table(
            code="largest",
            words=Words("前十大敞口", "Ten largest exposures"),
            first_column=DIMENSIONS["borrower"],
            columns=[
                Column("loans", Words("笔数", "loans"), "count"),
                Column("covered", Words("在保本金", "covered principal"), "money"),
                Column("overdue", Words("其中逾期", "of it overdue"), "money"),
                Column("share", Words("占全部在保", "of all covered"), "percent"),
            ],
            lines=[
                Line(
                    uscc,
                    Words(f"{names[uscc]}（{uscc}）", f"{names[uscc]} ({uscc})"),
                    cells(part, late_fen(uscc), uscc),
                )
                for uscc, part in first
            ],
            total=Line(
                "",
                Words("十大合计", "the ten together"),
                cells(
                    Counted(loans, len(first), together_fen),
                    sum(late_fen(uscc) for uscc, _ in first),
                    None,
                ),
            ),
            charted="covered",
        )
    ]

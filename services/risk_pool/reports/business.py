"""The business of a period (业务统计), divided by what a reader asks for."""

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.domain.report_tables import Column, Line, Table
from services.risk_pool.domain.report_words import DIMENSIONS, MEASURES
from services.risk_pool.reports.counting import columns_of, divided, fen_of, with_ratio
from shared.life_cycle import Words

BAD_RATIO = Column("bad_ratio", Words("不良率", "NPL ratio"), "percent")


SIZE = ("lent", "entered", "covered", "overdue", "bad")
LOSSES = ("claimed", "compensated", "paid", "recovered")
assert {*SIZE, *LOSSES} == MEASURES.keys()


async def business(
    conn: asyncpg.Connection,
    pool_code: str,
    period: Period,
    by: str,
    names: dict[str, Words],
) -> list[Table]:
    """What was lent and stands covered, what was claimed, paid and recovered, by one division."""
    lines, total = await divided(conn, pool_code, SIZE, period, by, names)
    book = Table(
        code="book",
        words=Words(
            f"规模与质量：按{DIMENSIONS[by].zh}", f"Size and quality by {DIMENSIONS[by].en}"
        ),
        first_column=DIMENSIONS[by],
        columns=[*columns_of(SIZE), BAD_RATIO],
        lines=[_bad_ratio(line) for line in lines],
        total=_bad_ratio(total),
        charted="covered",
    )
    lines, total = await divided(conn, pool_code, LOSSES, period, by, names)
    losses = Table(
        code="losses",
        words=Words(
            f"补偿与追偿：按{DIMENSIONS[by].zh}", f"Claims and recoveries by {DIMENSIONS[by].en}"
        ),
        first_column=DIMENSIONS[by],
        columns=columns_of(LOSSES),
        lines=lines,
        total=total,
        charted="compensated",
    )
    return [book, losses]


def _bad_ratio(line: Line) -> Line:
    return with_ratio(line, BAD_RATIO.name, fen_of(line, "bad"), fen_of(line, "covered"))

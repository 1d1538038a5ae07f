"""Vintages (批次): what became of the loans of each quarter of approval, up to a day."""

import asyncpg

from services.risk_pool.domain.report_period import Period
from services.risk_pool.domain.report_tables import Column, Line, Table
from services.risk_pool.domain.report_words import DIMENSIONS
from services.risk_pool.reports.counting import columns_of, divided, fen_of, with_ratio
from shared.life_cycle import Words

_MEASURES = ("entered", "covered", "overdue", "claimed", "compensated", "recovered")
LOSS_RATE = Column(
    "loss_rate", Words("净损失率", "net loss rate"), "percent"
)  # (compensated − recovered) ÷ covered at disbursement


async def vintages(conn: asyncpg.Connection, pool_code: str, period: Period) -> list[Table]:
    """A line for each quarter of approval; everything up to the period's end."""
    lines, total = await divided(conn, pool_code, _MEASURES, period.up_to_its_end, "quarter")
    return [
        Table(
            code="vintages",
            words=Words("按批准季度的批次", "Vintages by quarter of approval"),
            first_column=DIMENSIONS["quarter"],
            columns=[*columns_of(_MEASURES), LOSS_RATE],
            lines=[_loss_rate(line) for line in lines],
            total=_loss_rate(total),
            charted="compensated",
        )
    ]


def _loss_rate(line: Line) -> Line:
    lost_fen = fen_of(line, "compensated") - fen_of(line, "recovered")
    return with_ratio(line, LOSS_RATE.name, lost_fen, fen_of(line, "entered"))

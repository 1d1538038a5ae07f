"""Draws of covered loans in PostgreSQL: when each part was paid out, and what of it is covered.

The amounts of a loan stand on its coverage; these rows say of which day each part of them is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from uuid import UUID

import asyncpg


@dataclass(frozen=True, slots=True)
class KeptDraw:
    """A draw as it is kept, column by column."""

    loan_id: UUID
    draw_no: int
    pool_code: str
    bank_code: str
    amount_fen: int
    covered_fen: int
    drawn_on: date
    reference: str


async def store(conn: asyncpg.Connection, drawn: Sequence[KeptDraw]) -> None:
    """Keep draws, in the order in which they were told."""
    await conn.executemany(
        """insert into draws (loan_id, draw_no, pool_code, bank_code, amount_fen, covered_fen,
                              drawn_on, reference)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        [astuple(one) for one in drawn],
    )


async def undo(conn: asyncpg.Connection, undone: Mapping[tuple[UUID, int], date]) -> None:
    """(Loan, number) → the day on which the draw was taken back."""
    await conn.executemany(
        "update draws set undone_on = $3 where loan_id = $1 and draw_no = $2",
        [(*which, on) for which, on in undone.items()],
    )

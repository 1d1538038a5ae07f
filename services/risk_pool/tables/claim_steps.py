"""What is written of the steps that a scheme names between a claim's review and its decision.

A review opens a fresh set; what an earlier review's steps came to stays. Whoever writes holds the
pool's lock and the claim's.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim_steps import StepRecord
from shared.life_cycle import Person, Row


async def open_steps(
    conn: asyncpg.Connection, claim: Row, steps: Sequence[str], *, review: int, due_on: date | None
) -> None:
    """The steps of a review, none taken yet; `due_on` is that of the first."""
    await conn.executemany(
        """insert into claim_steps (claim_id, review, place, step, bank_code, due_on)
           values ($1, $2, $3, $4, $5, $6)""",
        [
            (claim["id"], review, place, step, claim["bank_code"], due_on if place == 1 else None)
            for place, step in enumerate(steps, start=1)
        ],
    )


async def write_record(
    conn: asyncpg.Connection, claim: Row, record: StepRecord, *, by: Person, now: datetime, on: date
) -> None:
    """What the open step came to, and who says so."""
    await conn.execute(
        """update claim_steps
           set recorded_at = $4, recorded_on = $5, recorded_by = $6, recorded_name = $7,
               outcome = $8, opinion = $9, participants = $10, papers = $11, notice_from = $12,
               notice_to = $13
           where claim_id = $1 and review = $2 and step = $3 and recorded_at is null""",
        claim["id"], claim["reviews"], record.step, now, on, by.subject, by.name, record.outcome,
        record.text, list(record.participants), [dict(paper) for paper in record.papers],
        record.notice_from, record.notice_to,
    )  # fmt: skip


async def set_due(
    conn: asyncpg.Connection, claim_id: UUID, *, review: int, step: str, due_on: date
) -> None:
    """By when the next step is to be taken, now that the one before it is."""
    await conn.execute(
        "update claim_steps set due_on = $4 where claim_id = $1 and review = $2 and step = $3",
        claim_id, review, step, due_on,
    )  # fmt: skip


async def follow_claims(conn: asyncpg.Connection, claim_ids: Sequence[UUID]) -> None:
    """The steps that these claims wait for are to be taken by the day of their claim."""
    await conn.execute(
        """update claim_steps s set due_on = k.due_on from claims k
           where k.id = any($1::uuid[]) and s.claim_id = k.id and s.review = k.reviews
             and s.step = k.next_step and s.recorded_at is null""",
        list(claim_ids),
    )


async def of_review(conn: asyncpg.Connection, claim: Row) -> list[asyncpg.Record]:
    """The steps of the claim's last review, in their order."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from claim_steps where claim_id = $1 and review = $2 order by place",
        claim["id"],
        claim["reviews"],
    )
    return rows

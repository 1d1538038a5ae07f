"""Agreed instalments that are near, due or late and not met, and of which the bank was reminded."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.collection import REMINDED_DAYS_AHEAD, Stage, State
from services.risk_pool.domain.recovery import State as RecoveryState

# Recoveries since the agreement meet the instalments in the order of their days.
_TO_REMIND: Final = f"""
with agreed as (
    select collection.*, instalment.due_on as day, instalment.amount_fen,
           sum(instalment.amount_fen) over (
               partition by collection.id order by instalment.due_on) as until_fen,
           (select coalesce(sum(gross_fen), 0) from recoveries as recovery
            where recovery.claim_id = collection.claim_id
              and recovery.state = '{RecoveryState.CONFIRMED}'
              and recovery.received_on >= collection.agreed_on) as came_fen
    from collections as collection
    join collection_instalments as instalment
        on (instalment.collection_id, instalment.agreement) = (collection.id, collection.agreement)
    where collection.state = '{State.COLLECTING}' and ($3::text is null or pool_code = $3)
)
select agreed.id, agreed.pool_code, agreed.bank_code, agreed.loan_id, agreed.loan_number,
       agreed.borrower_name, agreed.claim_id, agreed.claim_number, agreed.agreement,
       agreed.day as due_on, agreed.amount_fen,
       least(agreed.amount_fen, agreed.until_fen - agreed.came_fen)::bigint as left_fen
from agreed
where agreed.came_fen < agreed.until_fen and agreed.day <= $2
  and not exists (
      select from collection_reminders as told
      where (told.collection_id, told.agreement, told.due_on)
          = (agreed.id, agreed.agreement, agreed.day)
        and told.stage = case when agreed.day < $1 then '{Stage.LATE}'
                              when agreed.day = $1 then '{Stage.DUE}'
                              else '{Stage.AHEAD}' end)
order by agreed.pool_code, agreed.id, agreed.day
"""


async def to_remind(
    conn: asyncpg.Connection, *, today: date, pool: str | None = None
) -> list[asyncpg.Record]:
    """Instalments of which the bank is to be reminded today, with what is left of each; of every
    pool, or of one."""
    last = today + timedelta(days=REMINDED_DAYS_AHEAD)
    rows: list[asyncpg.Record] = await conn.fetch(_TO_REMIND, today, last, pool)
    return rows


async def reminded(
    conn: asyncpg.Connection, collection_id: UUID, agreement: int
) -> dict[date, list[asyncpg.Record]]:
    """Of each instalment, by its day, when the bank was reminded and at which stage."""
    rows = await conn.fetch(
        """select due_on, stage, told_on from collection_reminders
           where collection_id = $1 and agreement = $2 order by told_at""",
        collection_id,
        agreement,
    )
    found: dict[date, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["due_on"], []).append(row)
    return found
